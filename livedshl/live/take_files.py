"""The files of a take: a name for a new one, and files that grow a line at a time."""

import logging
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from livedshl.errors import OutputError

log = logging.getLogger(__name__)


def new_take_path() -> Path:
    """A new file name in the working folder, made from the time."""
    return Path(datetime.now().strftime("livedshl-%Y-%m-%d-%H%M%S.mid"))


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
