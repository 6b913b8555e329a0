"""What an answer starts from: a player's phrase, as the forward code of a segment."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import Bundle
from livedshl.index import pack
from livedshl.music import ChordVocabulary, Grid
from livedshl.music.chords import NO_CHORD
from livedshl.music.segments import CHORD
from livedshl.networks.contexts import Contexts
from livedshl.networks.encoder import encoder_of
from livedshl.performance.phrase import Phrase


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """A phrase, ready to be answered.

    code: packed forward code. steps: int8[n, 3] up to the answer, chords as the bundle has them.
    start_beat: the beat of the segment that answers. late_beats: how far into that segment the
    answer begins.
    """

    code: NDArray[np.uint64]
    steps: NDArray[np.int8]
    start_beat: int
    late_beats: int


def heard_as(
    phrase: Phrase, tick: int, bundle: Bundle, grid: Grid, chords: ChordVocabulary
) -> Heard:
    """A phrase that is answered at `tick`. chords: what the numbers in its steps stand for."""
    beat = tick // grid.beat_ticks
    start = beat // grid.hop_beats * grid.hop_beats
    steps = phrase.until(start * grid.beat_steps, grid.segment_steps)
    # The networks know the chord classes of the bundle only.
    classes = [*map(bundle.vocabulary.index, chords.classes), NO_CHORD]
    steps[:, CHORD] = np.array(classes, np.int8)[np.minimum(steps[:, CHORD], len(classes) - 1)]
    place = (start - grid.segment_beats) % grid.cycle_beats // grid.hop_beats
    codes = encoder_of(bundle.networks).forward(Contexts.ending(steps, place, grid))
    return Heard(pack(codes, bundle.shape)[0], steps, start, beat - start)
