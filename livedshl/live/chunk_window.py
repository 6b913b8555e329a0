"""The chunks around the present: those heard lately and those to come."""

from collections import deque
from collections.abc import Iterator

from livedshl.performance.chunk import Chunk


class ChunkWindow:
    """Chunks in order, from a while ago to the last that was composed.

    kept_ticks: how long chunks stay after they were heard.
    """

    def __init__(self, kept_ticks: int) -> None:
        self._kept_ticks = kept_ticks
        self._heard: deque[Chunk] = deque()
        self._coming: deque[Chunk] = deque()

    @property
    def all(self) -> tuple[Chunk, ...]:
        """Every chunk in the window."""
        return (*self._heard, *self._coming)

    def append(self, chunk: Chunk) -> None:
        """Adds a chunk to come."""
        self._coming.append(chunk)

    def reaches_beyond(self, tick: int) -> bool:
        """Whether a chunk to come ends after `tick`."""
        return bool(self._coming) and tick < self._coming[-1].end_tick

    def take_back(self, tick: int) -> None:
        """Removes the chunks to come that begin at `tick` or later."""
        while self._coming and self._coming[-1].start_tick >= tick:
            self._coming.pop()

    def hear_before(self, tick: int) -> Iterator[Chunk]:
        """The chunks that begin before `tick` and were still to come; now they are heard."""
        while self._coming and self._coming[0].start_tick < tick:
            chunk = self._coming.popleft()
            self._heard.append(chunk)
            while self._heard[0].end_tick <= chunk.end_tick - self._kept_ticks:
                self._heard.popleft()
            yield chunk
