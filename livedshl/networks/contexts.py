"""What the networks read: segments, and the music before them in their tunes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.music.chords import NO_CHORD
from livedshl.music.grid import Grid
from livedshl.music.segments import CHORD

MAX_RECALL = 8  # segments, end to end
PHRASE_BARS = 8
N_LIKENESS = 5  # figures that compare two segments


@dataclass(frozen=True, slots=True, eq=False)
class Contexts:
    """Some segments, each with the music that leads up to it.

    grid: of their tunes.
    steps: int8[B, history + segment, 3], ending with the segment. Steps before the tune are silent
        and have no chord. The history has `history_steps` steps.
    known: int64[B], steps of the history that belong to the tune.
    hops: int64[B], hops from the first bar line of the tune to the segment.
    places: int64[B], hops from the start of the cycle to the segment.
    """

    grid: Grid
    steps: NDArray[np.int8]
    known: NDArray[np.int64]
    hops: NDArray[np.int64]
    places: NDArray[np.int64]

    @classmethod
    def cut(
        cls,
        steps: NDArray[np.int8],
        starts: NDArray[np.int64],
        tune_starts: NDArray[np.int64],
        phases: NDArray[np.int64],
        grid: Grid,
    ) -> "Contexts":
        """The contexts of segments that start at some of the `steps`, int8[total, 3].

        starts, tune_starts: int64[B], first step of each segment, and of its tune. phases:
        int64[B], beats from the start of the cycle to the segment.
        """
        history = history_steps(grid)
        before = starts - tune_starts
        offsets = np.arange(-history, grid.segment_steps)
        outside = before[:, None] + offsets < 0  # (B, T)
        cut = steps[np.where(outside, 0, starts[:, None] + offsets)]  # (B, T, 3)
        cut[outside] = 0
        cut[..., CHORD][outside] = NO_CHORD
        known = np.minimum(before, history)
        return cls(grid, cut, known, before // grid.hop_steps, phases // grid.hop_beats)

    @classmethod
    def ending(cls, heard: NDArray[np.int8], place: int, grid: Grid) -> "Contexts":
        """The context of the last segment heard.

        heard: int8[n, 3], at least one segment. place: hops from the start of the cycle to the
        last segment.
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
        """`n_steps` steps, from `steps_before` steps before the segment: int8[B, n_steps, 3]."""
        first = history_steps(self.grid) - steps_before
        return self.steps[:, first : first + n_steps]

    def earlier(self, segments: int) -> NDArray[np.int8]:
        """The music `segments` whole segments earlier, int8[B, segment, 3]."""
        return self.window(segments * self.grid.segment_steps, self.grid.segment_steps)


def history_steps(grid: Grid) -> int:
    """Steps before a segment that networks may read.

    One segment more than `MAX_RECALL`: the lead-up to the earliest recalled segment counts too.
    """
    return (MAX_RECALL + 1) * grid.segment_steps


def phrase_hops(grid: Grid) -> int:
    """The hops of an 8-bar phrase."""
    return PHRASE_BARS * grid.bar_steps // grid.hop_steps


def whole_segments(contexts: Contexts, n_back: int) -> NDArray[np.bool_]:
    """Whether the segments 0, 1, 2 ... segments back lie within the tune, bool[B, n_back]."""
    back = contexts.grid.segment_steps * np.arange(n_back)
    whole: NDArray[np.bool_] = contexts.known[:, None] >= back
    return whole


def likeness(contexts: Contexts, n_back: int) -> list[NDArray[np.float64]]:
    """How the segment compares with the ones 1, 2 ... `n_back` before it, float64[B, 5] each.

    Share of equal steps; of equal melody; of equal steps in the segments before both; 1 if all
    steps are equal; 1 if the segment after the earlier one lies within the tune.
    """
    now, before = contexts.segments, contexts.earlier(1)
    whole = whole_segments(contexts, n_back)
    figures = []
    for back in range(1, n_back + 1):
        equal = now == contexts.earlier(back)  # (B, steps, 3)
        steps = equal.all(2)  # (B, steps)
        earlier = (before == contexts.earlier(back + 1)).all(2)  # (B, steps)
        columns = [
            steps.mean(1),
            equal[..., :CHORD].all(2).mean(1),
            earlier.mean(1),
            steps.all(1),
            whole[:, back - 1],
        ]
        figures.append(np.stack(columns, axis=1))
    return figures
