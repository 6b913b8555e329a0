"""Writing files so that nothing is lost: beside the old one, then renamed over it."""

import os
import tempfile
from pathlib import Path


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
