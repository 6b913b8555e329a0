"""A chunk: the stretch of the performance that one hop adds."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from livedshl.improviser import Provenance
from livedshl.midi.events import TICK, Events, are_note_offs, are_note_ons, as_events, in_order
from livedshl.midi.signs import NO_SIGNS, Signs
from livedshl.midi.sounding import held_after
from livedshl.music import TICKS_PER_STEP, Grid
from livedshl.music.leadsheet import Key
from livedshl.performance.tempo import Slowing


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """What one hop adds to the performance.

    start_tick, end_tick: the time it fills, 480 ticks a quarter note.
    events: int64[n, 4] as in `midi.events`. All lie before end_tick, except in the last chunk.
    steps: int8[m, 3], the passage in C major or A minor. key: the key it sounds in.
    provenance: where it came from. continues: True if it starts inside a beat that the previous
    chunk began. after_silence: True if all notes were ended where it starts. slowing: how the tempo
    falls on each of its steps, if it does. signs: what a MIDI file says beside its notes.
    """

    start_tick: int
    end_tick: int
    events: Events
    steps: NDArray[np.int8]
    key: Key
    provenance: Provenance
    continues: bool = False
    after_silence: bool = False
    slowing: Slowing = ()
    signs: Signs = NO_SIGNS

    def in_steps(self, grid: Grid) -> "tuple[Chunk, ...]":
        """The chunk in pieces of one step."""
        pieces = []
        for at, start in enumerate(range(self.start_tick, self.end_tick, TICKS_PER_STEP)):
            end = start + TICKS_PER_STEP
            ticks = self.events[:, TICK]
            last = end >= self.end_tick
            events = self.events[(ticks >= start) & ((ticks < end) | last)]
            provenance = replace(self.provenance, beat=start // grid.beat_ticks, beats=1)
            continues = start % grid.beat_ticks > 0 if at else self.continues
            steps = self.steps[at : at + 1]
            slowing = tuple(share for share in self.slowing if start <= share[0] < end)
            signs = self.signs.since(start).before(end)
            piece = Chunk(start, end, events, steps, self.key, provenance, continues)
            pieces.append(replace(piece, slowing=slowing, signs=signs))
        return tuple(pieces)

    def begun_at(self, tick: int) -> "Chunk":
        """The rest of the chunk from a step on; notes that go on there are struck again."""
        ticks = self.events[:, TICK]
        is_before = (ticks < tick) | ((ticks == tick) & are_note_offs(self.events))
        before, rest = self.events[is_before], self.events[~is_before]
        settings = before[~(are_note_ons(before) | are_note_offs(before))]  # programs, volumes
        again = [*settings[:, 1:].tolist(), *held_after(before, {}).values()]
        events = np.concatenate([as_events((tick, *message) for message in again), rest])
        steps = self.steps[(tick - self.start_tick) // TICKS_PER_STEP :]
        slowing = tuple(share for share in self.slowing if share[0] >= tick)
        return replace(
            self, start_tick=tick, events=in_order(events), steps=steps, slowing=slowing,
            signs=self.signs.since(tick),
        )  # fmt: skip

    def moved(self, ticks: int) -> "Chunk":
        """The chunk so many ticks later, in tempo."""
        events = self.events.copy()
        events[:, TICK] += ticks
        start_tick, end_tick = self.start_tick + ticks, self.end_tick + ticks
        return replace(
            self, start_tick=start_tick, end_tick=end_tick, events=events, slowing=(),
            signs=self.signs.moved(ticks),
        )  # fmt: skip
