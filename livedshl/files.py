"""Writes files so that nothing is lost: each is written under another name, then renamed."""

import os
import tempfile
from pathlib import Path

from livedshl.errors import OutputError


def check_folder(folder: Path) -> None:
    """Raises OutputError if nothing can be written into `folder`. It need not exist yet."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise OutputError(
            f"cannot be written ({error.strerror})",
            where=str(folder),
            remedy="Choose another folder",
        ) from error


def check_file(path: Path) -> None:
    """Raises OutputError if no file can be written at `path`. Leaves what is there alone."""
    try:
        if path.exists():
            with path.open("ab"):
                return
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise OutputError(f"cannot be written ({error.strerror})", where=str(path)) from error


def write_beside(path: Path, content: bytes) -> None:
    """Replaces the file at `path`, completely or not at all. Raises OSError."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    except OSError as error:
        error.filename = str(path)  # the one the user asked for
        raise
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        if os.name == "posix":
            beside.chmod(0o666 & ~_umask())  # mkstemp lets only the owner read
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
