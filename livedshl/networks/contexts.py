"""Segments with what comes before them in their tunes: what the networks read."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle.library import SegmentLibrary
from livedshl.music.chords import NO_CHORD
from livedshl.music.grid import Grid
from livedshl.music.segments import CHORD

MAX_RECALL = 8  # segments, end to end


@dataclass(frozen=True, slots=True, eq=False)
class Contexts:
    """Some segments of a library, each with what is played until it ends.

    grid: of their tunes.
    steps: int8[B, history + segment, 3], what is played until the segment ends; where the tune had
        not yet begun, silence without a chord. The history is `history_steps` long.
    known: int64[B], how many steps before the segment belong to the tune, at most the history.
    hops: int64[B], hops from the first bar line of the tune to the segment.
    places: int64[B], where in the cycle the segment starts, in hops: its phase.
    """

    grid: Grid
    steps: NDArray[np.int8]
    known: NDArray[np.int64]
    hops: NDArray[np.int64]
    places: NDArray[np.int64]

    @classmethod
    def of(cls, library: SegmentLibrary, rows: NDArray[np.integer] | slice) -> "Contexts":
        """The contexts of some rows of a library."""
        grid = library.grid
        history = history_steps(grid)
        starts = library.starts[rows].astype(np.int64)
        before = starts - library.tune_steps[library.tune_of[rows]]
        offsets = np.arange(-history, grid.segment_steps)
        outside = before[:, None] + offsets < 0  # (B, T)
        steps = library.steps[np.where(outside, 0, starts[:, None] + offsets)]
        steps[outside] = 0
        steps[..., CHORD][outside] = NO_CHORD
        known = np.minimum(before, history)
        places = library.phases[rows].astype(np.int64) // grid.hop_beats
        return cls(grid, steps, known, before // grid.hop_steps, places)

    @classmethod
    def ending(cls, heard: NDArray[np.int8], place: int, grid: Grid) -> "Contexts":
        """The one whose segment is the end of what was heard.

        heard: int8[n, 3], at least a segment of steps. place: where in the cycle that segment
        starts, in hops.
        """
        history = history_steps(grid)
        hops = np.array([(len(heard) - grid.segment_steps) // grid.hop_steps], np.int64)
        heard = heard[-(history + grid.segment_steps) :]
        before = len(heard) - grid.segment_steps
        steps = np.zeros((1, history + grid.segment_steps, 3), np.int8)
        steps[..., CHORD] = NO_CHORD
        steps[0, history - before :] = heard
        known = np.array([before], np.int64)
        return cls(grid, steps, known, hops, np.array([place], np.int64))

    @property
    def segments(self) -> NDArray[np.int8]:
        """The segments alone, int8[B, segment, 3]."""
        return self.steps[:, history_steps(self.grid) :]

    def window(self, steps_before: int, n_steps: int) -> NDArray[np.int8]:
        """The `n_steps` steps that begin `steps_before` the segment, int8[B, n_steps, 3]."""
        first = history_steps(self.grid) - steps_before
        return self.steps[:, first : first + n_steps]

    def earlier(self, segments: int) -> NDArray[np.int8]:
        """The segments that start so many segments, end to end, earlier, int8[B, segment, 3]."""
        return self.window(segments * self.grid.segment_steps, self.grid.segment_steps)


def history_steps(grid: Grid) -> int:
    """Steps before a segment that networks may look at: of the last one recalled, what led there
    is compared too.
    """
    return (MAX_RECALL + 1) * grid.segment_steps
