"""Writes files so that nothing is lost: no file that is there is replaced unasked.

A file is written under another name, then renamed.
"""

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from livedshl.errors import OutputError, OverwriteError, SettingsError

MIDI_ENDINGS = (".mid", ".midi")
TRACE_ENDINGS = (".jsonl",)


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
    number, candidate = 1, path
    while any(other.exists() for other in beside(candidate)) or not _create(candidate):
        number += 1
        candidate = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return candidate


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
