"""The last bars that were heard, ready to be saved at any time."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from livedshl.performance.chunk import Chunk
from livedshl.performance.excerpt import ChannelSettings
from livedshl.performance.settings import Settings
from livedshl.performance.steering import Band, track_names

SAVED_BARS = 32


@dataclass(frozen=True, slots=True, eq=False)
class LastBars:
    """Chunks that were heard lately, up to `end_tick`. before: the settings before the first."""

    chunks: tuple[Chunk, ...]
    before: ChannelSettings
    end_tick: int


class TakeMemory:
    """The chunks of the last `SAVED_BARS`, and what the channels were set to before them."""

    def __init__(self, settings: Settings) -> None:
        self.tracks = track_names(settings.parts)
        self._ticks = SAVED_BARS * settings.grid.bar_ticks
        self._chunks: deque[Chunk] = deque()
        self._forgotten = ChannelSettings()

    def append(self, chunk: Chunk) -> None:
        """Adds a chunk, and forgets those that are too long ago."""
        self._chunks.append(chunk)
        while self._chunks[0].end_tick <= chunk.start_tick - self._ticks:
            self._forgotten.hear([self._chunks.popleft()])

    def add_band(self, band: Band) -> None:
        """Names the tracks of channels that had no part before."""
        self.tracks = {**track_names(band.parts), **self.tracks}

    def last_bars(self, tick: int) -> LastBars | None:
        """The last bars before `tick`; None before anything was heard."""
        kept = tuple(self._chunks)
        chunks = tuple(c for c in kept if tick - self._ticks <= c.start_tick < tick)
        if not chunks:
            return None
        earlier = (c for c in kept if c.start_tick < chunks[0].start_tick)
        # A chunk that begins just now may not have been added yet.
        end_tick = min(tick, chunks[-1].end_tick)
        return LastBars(chunks, self._forgotten.copy().hear(earlier), end_tick)


def trace_of(chunks: Iterable[Chunk]) -> str:
    """The lines of a trace, one for each passage that begins."""
    from livedshl.improviser.trace_file import trace_line  # late, as it loads msgspec

    return "".join(trace_line(chunk.provenance) for chunk in chunks if not chunk.continues)
