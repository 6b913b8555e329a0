"""Writing files so that nothing is lost: beside the old one, then renamed over it."""

import os
import tempfile
from pathlib import Path

from livedshl.errors import OutputError


def check_folder(folder: Path) -> None:
    """Raises OutputError if nothing can be written into a folder, which may have to be made."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise OutputError(
            f"{folder}: cannot be written ({error.strerror}); choose another place with --out"
        ) from error


def write_beside(path: Path, content: bytes) -> None:
    """Replaces the file at `path` by one with `content`, whole or not at all. Raises OSError."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        if os.name == "posix":
            beside.chmod(0o666 & ~_umask())  # mkstemp keeps files to their owner
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
