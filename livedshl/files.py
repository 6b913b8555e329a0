"""Reads and writes files so that nobody waits and nothing is lost.

Only regular files of a bounded size are read: a pipe would be waited for, a device may never end.
A file is written under another name, then renamed. None that is there is replaced unasked.
"""

import errno
import os
import stat
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import BinaryIO

from livedshl.errors import OutputError, OverwriteError, SettingsError

MIDI_ENDINGS = (".mid", ".midi")
TRACE_ENDINGS = (".jsonl",)


def open_regular(path: Path) -> BinaryIO:
    """Opens a regular file to read its bytes. Raises OSError for anything else, and never waits."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISREG(mode):
            # Not blocking: what was a file a moment ago may be a pipe now.
            flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
            file = os.fdopen(os.open(path, flags), "rb")
            mode = os.fstat(file.fileno()).st_mode
            if stat.S_ISREG(mode):
                return file
            file.close()
    except ValueError:  # a null byte
        raise OSError(errno.EINVAL, "not the name of a file", str(path)) from None
    what = "it is a folder" if stat.S_ISDIR(mode) else "it is not a regular file"
    raise OSError(errno.EINVAL, what, str(path))


def read_regular(path: Path, most_bytes: int) -> bytes:
    """The content of a regular file. Raises OSError for anything else, and for a larger file."""
    with open_regular(path) as file:
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise OSError(errno.EFBIG, f"it is larger than {most_bytes >> 20} MiB", str(path))
    return content


def read_text(path: Path, most_bytes: int) -> str:
    """The text of a regular file, without the byte order mark that some editors write.

    Raises OSError as `read_regular` does, and UnicodeDecodeError for what is not UTF-8.
    """
    return read_regular(path, most_bytes).decode("utf-8-sig")


def is_file(path: Path) -> bool:
    """Whether there is a file; False for what cannot be a path, such as a long text."""
    try:
        return path.is_file()
    except (OSError, ValueError):  # longer than a name can be, or with a null byte
        return False


def shown_name(name: str | Path) -> str:
    """The name of a file as text: bytes that are not UTF-8 are written as "\\xe9"."""
    return os.fsencode(name).decode("utf-8", errors="backslashreplace")


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
    except FileNotFoundError as error:
        raise _no_folder(path.parent) from error
    except OSError as error:
        raise OutputError(f"cannot be written ({error.strerror})", where=str(path)) from error


def check_ending(path: Path, endings: Sequence[str], where: str = "") -> None:
    """Raises SettingsError if the name of a file to write ends otherwise than its content says.

    where: the parameter that names it, if it is not clear from the path.
    """
    if path.suffix.lower() not in endings and not _is_device(path):
        raise SettingsError(
            f"{path} does not end in {' or '.join(endings)}",
            where=where,
            remedy=f"Call it {path.with_suffix(endings[0])}",
        )


def check_distinct(paths: Sequence[Path]) -> None:
    """Raises SettingsError if two of these names stand for one file."""
    seen: dict[str, Path] = {}
    for path in paths:
        # Most systems take names that differ in capitals for the same.
        other = seen.setdefault(str(path.resolve()).casefold(), path)
        if other is not path:
            raise SettingsError(
                f"{other} and {path} are the same file", remedy="Give each its own name"
            )


@contextmanager
def reserved(paths: Sequence[Path], overwrite: bool) -> Iterator[None]:
    """Holds the names of files that the block writes, so that no other program takes them.

    If the block fails, the names are free again. overwrite: replaces files that are there. Raises
    OverwriteError, OutputError, and SettingsError if two names stand for one file.
    """
    check_distinct(paths)
    held: list[Path] = []
    try:
        for path in paths:
            if _create(path):
                held.append(path)
            elif not overwrite:
                raise OverwriteError("is there already", where=str(path))
        yield
    except BaseException:
        for path in held:
            with suppress(OSError):
                if path.is_file() and not path.stat().st_size:
                    path.unlink()
        raise


def create_numbered(path: Path, beside: Callable[[Path], Sequence[Path]] = lambda _: ()) -> Path:
    """Creates an empty file at `path`, or else at take-2.mid, take-3.mid and so on; returns where.

    beside: the files that will lie beside it; their names must be free as well. Raises
    OutputError.
    """
    return next(
        candidate
        for candidate in _numbered(path)
        if not any(other.exists() for other in beside(candidate)) and _create(candidate)
    )


def first_free(path: Path) -> Path:
    """The first of take.mid, take-2.mid, take-3.mid and so on that is not there yet."""
    return next(candidate for candidate in _numbered(path) if not candidate.exists())


def _numbered(path: Path) -> Iterator[Path]:
    yield path
    for number in count(2):
        yield path.with_name(f"{path.stem}-{number}{path.suffix}")


def _create(path: Path) -> bool:
    """Creates an empty file; False if there is one already. Raises OutputError."""
    try:
        path.open("xb").close()
    except FileExistsError:
        return _is_device(path)
    except FileNotFoundError as error:
        raise _no_folder(path.parent) from error
    except OSError as error:
        raise OutputError(f"cannot be written ({error.strerror})", where=str(path)) from error
    return True


def _no_folder(folder: Path) -> OutputError:
    return OutputError("there is no such folder", where=str(folder), remedy="Make it first")


def _is_device(path: Path) -> bool:
    """Whether it is a device or pipe, such as /dev/stdout: it has no content that could be lost."""
    return path.exists() and not path.is_file() and not path.is_dir()


def write_beside(path: Path, content: bytes) -> None:
    """Replaces the file at `path`, completely or not at all. Raises OSError."""
    with written_beside(path) as file:
        file.write(content)


@contextmanager
def written_beside(path: Path) -> Iterator[BinaryIO]:
    """A file for the block to write, which then replaces the one at `path`. Raises OSError."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    except OSError as error:
        error.filename = str(path)  # the one the user asked for
        raise
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
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
