"""The last bars, remembered as they were arranged, and repeated while they are held."""

from dataclasses import dataclass, replace

import numpy as np

from livedshl.midi.events import TICK, Events, are_note_offs, as_events, in_order
from livedshl.midi.sounding import Strikes, held_after
from livedshl.music import Grid
from livedshl.music.leadsheet import Key
from livedshl.performance.chunk import Chunk

HELD_BARS = 4


@dataclass(frozen=True, slots=True, eq=False)
class _Played:
    """A chunk as it was arranged, and the notes that sounded where it started."""

    chunk: Chunk
    sounding: Strikes

    @property
    def opening(self) -> Events:
        """Note-ons, at its start, for the notes that sound on into it."""
        tick, events = self.chunk.start_tick, self.chunk.events
        ending = events[(events[:, TICK] == tick) & are_note_offs(events)]
        notes = held_after(ending, self.sounding).values()
        return as_events((tick, *note) for note in notes)


@dataclass(frozen=True, slots=True, eq=False)
class _Loop:
    """The held chunks, and which comes next.

    opening: strikes, at the start of the loop, what sounded on into it.
    """

    chunks: tuple[Chunk, ...]
    opening: Events
    at: int = 0


class HeldBars:
    """Remembers the last `HELD_BARS` bars and loops them.

    ticks: how long loops have lasted so far; the improvisation does not count them.
    """

    def __init__(self, grid: Grid) -> None:
        self.ticks = 0
        self._grid = grid
        self._lately: tuple[_Played, ...] = ()
        self._sounding: Strikes = {}  # as arranged, whether a part is silent or not
        self._loop: _Loop | None = None

    @property
    def looping(self) -> bool:
        """Whether a loop plays."""
        return self._loop is not None

    @property
    def latest_key(self) -> Key | None:
        """The key of the chunk remembered last, if any."""
        return self._lately[-1].chunk.key if self._lately else None

    def remember(self, chunk: Chunk) -> None:
        """Takes in the next chunk, as it was arranged."""
        played = _Played(chunk, {} if chunk.after_silence else self._sounding)
        self._sounding = held_after(chunk.events, played.sounding)
        self._lately = (*self._since(chunk.end_tick), played)

    def forget(self) -> None:
        """Forgets the chunks so far: another band played them."""
        self._lately = ()

    def begin(self, tick: int) -> bool:
        """Starts a loop at `tick`, of whole bars. False if there is no bar to repeat."""
        lately = list(self._since(tick))
        while lately and (tick - lately[0].chunk.start_tick) % self._grid.bar_ticks:
            lately.pop(0)
        if lately:
            self._loop = _Loop(tuple(played.chunk for played in lately), lately[0].opening)
        return bool(lately)

    def end(self) -> None:
        """Ends the loop."""
        self._loop = None

    def restart(self) -> None:
        """Ends the loop, and counts its time as if the improvisation had played."""
        self._loop = None
        self.ticks = 0

    @property
    def needs_silence(self) -> bool:
        """Whether all notes must end before the next chunk of the loop.

        The loop has no note-off for what rings over its end.
        """
        loop = self._loop
        return loop is not None and (loop.at == 0 or loop.chunks[loop.at].after_silence)

    def repeat(self, tick: int) -> Chunk:
        """The next chunk of the loop, at `tick`."""
        loop = self._loop
        assert loop is not None, "only a loop repeats"
        held = loop.chunks[loop.at]
        self._loop = replace(loop, at=(loop.at + 1) % len(loop.chunks))
        if loop.at == 0:
            held = replace(held, events=in_order(np.concatenate([loop.opening, held.events])))
        chunk = held.moved(tick - held.start_tick)
        beat = chunk.start_tick // self._grid.beat_ticks
        self.ticks += chunk.end_tick - chunk.start_tick
        return replace(chunk, provenance=replace(held.provenance, beat=beat, held=True))

    def _since(self, tick: int) -> tuple[_Played, ...]:
        """What is remembered of the last bars before `tick`."""
        since = tick - HELD_BARS * self._grid.bar_ticks
        return tuple(played for played in self._lately if played.chunk.start_tick >= since)
