"""Segments with what comes before them in their tunes: what the networks read."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.index import SegmentLibrary
from livedshl.music.chords import NO_CHORD
from livedshl.music.segments import CHORD, HOP_STEPS, SEGMENT_STEPS

MAX_RECALL = 8  # segments, one a bar of 4/4
HISTORY_STEPS = (MAX_RECALL + 1) * SEGMENT_STEPS  # of the last one, the bar before is compared too


@dataclass(frozen=True, slots=True, eq=False)
class Passages:
    """Some segments of a library, each at the end of its passage.

    steps: int8[B, HISTORY_STEPS + 16, 3], what is played until the segment ends; where the tune
        had not yet begun, silence without a chord.
    known: int64[B], how many steps before the segment belong to the tune, at most HISTORY_STEPS.
    hops: int64[B], hops from the first bar line of the tune to the segment.
    phases: int8[B], beats from the bar line to the segment (0 or 2).
    """

    steps: NDArray[np.int8]
    known: NDArray[np.int64]
    hops: NDArray[np.int64]
    phases: NDArray[np.int8]

    @classmethod
    def of(cls, library: SegmentLibrary, rows: NDArray[np.integer] | slice) -> "Passages":
        """The passages of some rows of a library."""
        starts = library.starts[rows].astype(np.int64)
        before = starts - library.tune_steps[library.tune_of[rows]]
        offsets = np.arange(-HISTORY_STEPS, SEGMENT_STEPS)
        outside = before[:, None] + offsets < 0  # (B, T)
        steps = library.steps[np.where(outside, 0, starts[:, None] + offsets)]
        steps[outside] = 0
        steps[..., CHORD][outside] = NO_CHORD
        known = np.minimum(before, HISTORY_STEPS)
        return cls(steps, known, before // HOP_STEPS, library.phases[rows])

    @property
    def segments(self) -> NDArray[np.int8]:
        """The segments alone, int8[B, 16, 3]."""
        return self.steps[:, HISTORY_STEPS:]

    def window(self, steps_before: int, n_steps: int = SEGMENT_STEPS) -> NDArray[np.int8]:
        """The `n_steps` steps that begin `steps_before` the segment, int8[B, n_steps, 3]."""
        first = HISTORY_STEPS - steps_before
        return self.steps[:, first : first + n_steps]
