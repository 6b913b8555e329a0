"""A performance hop by hop, for programs: what sounds, and where it came from."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle.model import Model
from livedshl.improviser import Provenance
from livedshl.midi.events import Events, are_note_ons
from livedshl.midi.message import channel_of
from livedshl.music import TICKS_PER_STEP, Chord, ChordVocabulary
from livedshl.music.chords import NO_CHORD
from livedshl.music.leadsheet import Key
from livedshl.music.segments import CHORD
from livedshl.performance.chunk import Chunk
from livedshl.performance.composition import Composition
from livedshl.performance.settings import Settings, model_of


@dataclass(frozen=True, slots=True, eq=False)
class Hop:
    """What one step of the composition adds: mostly half a segment, two beats in 4/4.

    start_tick, end_tick: the time it fills, 480 ticks a quarter note.
    key: the key it sounds in.
    chords: (tick, chord) where it starts and at each change; None where there is no chord.
    events: int64[n, 4], all MIDI messages: tick, status, data 1, data 2.
    provenance: the tune it came from, and how it was found.
    """

    start_tick: int
    end_tick: int
    key: Key
    chords: tuple[tuple[int, Chord | None], ...]
    events: Events
    provenance: Provenance

    @property
    def notes(self) -> NDArray[np.int64]:
        """The notes that start here, int64[n, 4]: tick, channel (0 to 15), pitch, velocity."""
        struck = self.events[are_note_ons(self.events)].copy()
        struck[:, 1] = [channel_of(status) for status in struck[:, 1].tolist()]
        return struck


def compose(settings: Settings, model: Model | None = None) -> Iterator[Hop]:
    """Composes a performance hop by hop; without `settings.bars` it never ends.

    >>> for hop in compose(make_settings(bars=4, seed=1)):
    ...     print(hop.provenance.song, len(hop.notes))

    model: an open model; by default the one that the settings name. Raises BundleError.
    """
    model = model or model_of(settings)
    composition = Composition(model.bundle, model.index, settings)
    for chunk in composition:
        yield _hop(chunk, composition.chords)


def _hop(chunk: Chunk, vocabulary: ChordVocabulary) -> Hop:
    numbers = chunk.steps[:, CHORD].tolist()
    changes = [
        (chunk.start_tick + step * TICKS_PER_STEP, number)
        for step, number in enumerate(numbers)
        if step == 0 or number != numbers[step - 1]
    ]
    chords = tuple(
        (
            tick,
            None if number == NO_CHORD else vocabulary.classes[number].transposed(chunk.key.shift),
        )
        for tick, number in changes
    )
    return Hop(chunk.start_tick, chunk.end_tick, chunk.key, chords, chunk.events, chunk.provenance)
