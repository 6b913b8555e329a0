"""Which news the pages are owed: each kind when it has changed, the clock a few times a second."""

from collections import deque
from collections.abc import Iterator
from pathlib import Path

from livedshl.live.snapshot import Snapshot
from livedshl.performance.chunk import Chunk
from livedshl.surfaces.web.lead_sheet import lead_sheet
from livedshl.surfaces.web.wording import Plain, clock, hello, music, saved, settings, told

_CLOCK_S = 0.125
_MOST_LINES = 8


class News:
    """What a server has been told, and what it has still to be told; used by one thread.

    engraves: whether the server can draw the lead sheet.
    """

    def __init__(self, engraves: bool = False) -> None:
        self._engraves = engraves
        self._saved: Plain | None = None
        self._saved_is_due = False
        self._lines: deque[str] = deque(maxlen=_MOST_LINES)
        self._greeted = False
        self._chunks: tuple[Chunk, ...] | None = None
        self._settings: Plain = {}
        self._clock_s = 0.0  # when the clock is due

    def begin(self) -> None:
        """There is a new server, which knows nothing."""
        self._greeted = False
        self._chunks, self._settings = None, {}
        self._saved_is_due = self._saved is not None

    def saved(self, path: Path) -> None:
        """Owes the pages the last bars, which were saved there."""
        self._saved, self._saved_is_due = saved(path), True
        self._lines.append(f"Saved the last 32 bars to {path}")

    def tell(self, line: str) -> None:
        """Owes the pages a line."""
        self._lines.append(line)

    def of(self, snapshot: Snapshot, now_s: float) -> Iterator[Plain]:
        """What is due now."""
        if not self._greeted:
            self._greeted = True
            yield hello()
        if snapshot.chunks is not self._chunks:
            self._chunks = snapshot.chunks
            yield music(snapshot)
            if self._engraves and (sheet := lead_sheet(snapshot)):
                yield sheet
        if now_s >= self._clock_s:
            self._clock_s = now_s + _CLOCK_S
            present = settings(snapshot)
            if present != self._settings:
                self._settings = present
                yield present
            yield clock(snapshot)
        if self._saved and self._saved_is_due:
            self._saved_is_due = False
            yield self._saved
        while self._lines:
            yield told(self._lines.popleft())

    def lost(self, news: Plain) -> None:
        """The server was too busy for it. What stays true until it changes is due again."""
        match news["kind"]:
            case "hello":
                self._greeted = False
            case "music" | "sheet":
                self._chunks = None
            case "settings":
                self._settings = {}
            case "saved":
                self._saved_is_due = True
