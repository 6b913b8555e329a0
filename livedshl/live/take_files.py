"""The files of a take: where new ones lie, which names they get, and files that grow."""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from livedshl.errors import OutputError
from livedshl.files import (
    MIDI_ENDINGS,
    TRACE_ENDINGS,
    check_distinct,
    check_ending,
    check_file,
    check_folder,
    create_numbered,
)

log = logging.getLogger(__name__)


def check_take_files(record: Path | None, trace: Path | None) -> None:
    """Raises SettingsError or OutputError if a take cannot be written into these files."""
    if record:
        check_ending(record, MIDI_ENDINGS, where="record")
    if trace:
        check_ending(trace, TRACE_ENDINGS, where="trace")
    for path in filter(None, (record, trace)):
        check_file(path)
    if record and trace:
        check_distinct((record, trace))


def new_take_path() -> Path:
    """A new file name, made from the time, in the folder `livedshl` of the user's music.

    Where nothing can be written there, it lies in the working folder, and a warning says so.
    """
    from platformdirs import user_music_path  # late, as few performances need it

    name = datetime.now().strftime("%Y-%m-%d %H.%M.%S.mid")
    folder = user_music_path() / "livedshl"
    try:
        check_folder(folder)
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, OutputError):
        log.warning("%s: cannot be written, so files go into the working folder", folder)
        return Path(f"livedshl {name}")
    return folder / name


def create_file(
    path: Path, overwrite: bool, beside: Callable[[Path], Sequence[Path]] = lambda _: ()
) -> Path:
    """Creates a file of a take, at `path` or numbered, and says so; returns where.

    beside: the files that will lie beside it. overwrite: takes `path` itself, whatever is there.
    Raises OutputError.
    """
    if overwrite:
        return path
    free = create_numbered(path, beside)
    if free != path:
        log.warning("%s is already there, so this goes to %s", path, free.name)
    return free


def log_beside(take: Path) -> tuple[Path]:
    """The log that lies beside the MIDI file of a take."""
    from livedshl.performance.take_log import log_path  # late, as it loads msgspec

    return (log_path(take),)


def all_beside(take: Path) -> tuple[Path, ...]:
    """Everything that lies beside the MIDI file of a take that was saved."""
    others = (take.with_suffix(ending) for ending in (".jsonl", ".musicxml"))
    return (*log_beside(take), *others)


class LineFile:
    """A text file written a line at a time. Raises OutputError if it cannot be opened.

    If the disk is full, it logs a warning once and writes no more.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_full = False
        try:
            self._file = path.open("w", encoding="utf-8", buffering=1)
        except OSError as error:
            raise OutputError(f"cannot be written ({error.strerror})", where=str(path)) from error

    def write(self, line: str) -> None:
        """Writes a line, unless an earlier one could not be written."""
        if self._is_full:
            return
        try:
            self._file.write(line)
        except OSError as error:
            self._is_full = True
            log.warning("%s: ends here (%s); the music carries on", self._path, error.strerror)

    def close(self) -> None:
        """Closes it."""
        with suppress(OSError):  # the rest of a line that could not be written
            self._file.close()
