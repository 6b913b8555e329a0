"""Lines of the log. Text from outside is shown as it is, and never obeyed by the terminal."""

import logging
from types import TracebackType

from livedshl.text import shown

ExceptionInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


class LogLines(logging.Formatter):
    """Each record as a line, with its traceback, if it has one, below."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line."""
        return shown(record.getMessage())

    def formatException(self, ei: ExceptionInfo) -> str:
        """The traceback."""
        return "\n".join(map(shown, super().formatException(ei).splitlines()))


def show_warnings() -> None:
    """Shows warnings as lines, though nobody asked for the log."""
    if logging.lastResort:
        logging.lastResort.setFormatter(LogLines())
