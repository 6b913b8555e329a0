"""What is usual in the tunes of a library: its intervals, and how many notes it uses."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from livedshl.bundle import SegmentLibrary
from livedshl.music.grid import Grid
from livedshl.music.segments import ARTICULATED, HIGHEST_PITCH, PITCH, REST

WIDEST = 12  # semitones: larger intervals count as octaves
UNKNOWN = 2 * WIDEST + 1  # the class of an interval that is missing
VARIETY_BARS = 4  # in so many bars different notes are counted
_MOST_STRETCHES = 1 << 16  # that are counted: those of all tunes that ship
_BATCH = 1 << 12  # stretches at a time: all at once took 23 MiB, and the process kept 15
_UNSEEN = 0.5  # added to every count, so that what was never seen is only unlikely


@dataclass(frozen=True, slots=True, eq=False)
class Habits:
    """What is usual in the tunes of a library.

    grid: how the tunes are counted.
    intervals: float64[26, 26], log likelihood of a melodic interval (column) after the one before
        (row), in semitones up plus 12. The last stands for a missing interval and has the mean.
    variety: float64[128], log share of the stretches of `VARIETY_BARS` bars that have at most so
        many different notes.
    """

    grid: Grid
    intervals: NDArray[np.float64]
    variety: NDArray[np.float64]

    @classmethod
    def of(cls, library: SegmentLibrary) -> "Habits":
        """The habits of a library, counted."""
        steps = np.asarray(library.steps)
        lengths = np.diff(library.tune_steps)
        tune = np.repeat(np.arange(len(lengths)), lengths)
        onsets = np.flatnonzero((steps[:, ARTICULATED] > 0) & (steps[:, PITCH] != REST))
        interval = interval_class(np.diff(steps[onsets, PITCH].astype(np.int64)))
        within = tune[onsets[1:]] == tune[onsets[:-1]]
        return cls(
            library.grid,
            _with_unknown(_log_transitions(interval, within[1:] & within[:-1], UNKNOWN)),
            _log_variety(steps[:, PITCH], np.asarray(library.tune_steps), library.grid),
        )


def interval_class(semitones: NDArray[np.int64]) -> NDArray[np.int64]:
    """The row or column of intervals, in semitones up, in `Habits.intervals`."""
    return np.clip(semitones, -WIDEST, WIDEST) + WIDEST


def _log_transitions(
    classes: NDArray[np.integer], follows: NDArray[np.bool_], size: int
) -> NDArray[np.float64]:
    """Log likelihood of each class (column) after the one before (row), float64[size, size].

    classes: int[n]. follows: bool[n - 1], whether a class and the next one belong together.
    """
    kinds = classes[:-1].astype(np.int64) * size + classes[1:]
    counts = np.bincount(kinds[follows], minlength=size**2).reshape(size, size) + _UNSEEN
    likely: NDArray[np.float64] = np.log(counts / counts.sum(axis=1, keepdims=True))
    return likely


def _with_unknown(likely: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same with a last row and column for a missing interval: the mean log likelihood."""
    weights = np.exp(likely)
    mean = float((likely * weights).sum() / weights.sum())
    return np.pad(likely, ((0, 1), (0, 1)), constant_values=mean)


def _log_variety(
    pitch: NDArray[np.int8], tune_steps: NDArray[np.integer], grid: Grid
) -> NDArray[np.float64]:
    """Log share of stretches with at most n different notes, float64[128], by n."""
    n_steps = VARIETY_BARS * grid.bar_steps
    first = np.concatenate(
        [
            np.arange(start, end - n_steps + 1, grid.bar_steps)
            for start, end in pairwise(tune_steps.tolist())
        ]
    )
    first = first[:: max(1, -(-len(first) // _MOST_STRETCHES))]
    counts = np.full(HIGHEST_PITCH + 1, _UNSEEN)
    if len(first):
        stretches = sliding_window_view(pitch, n_steps)
        for begin in range(0, len(first), _BATCH):
            notes = different_notes(stretches[first[begin : begin + _BATCH]])
            counts += np.bincount(notes, minlength=len(counts))
    likely: NDArray[np.float64] = np.log(np.cumsum(counts) / counts.sum())
    return likely


def different_notes(pitch: NDArray[np.int8]) -> NDArray[np.int64]:
    """How many different pitches sound in each row of int8[n, s], int64[n]."""
    sounds = np.zeros((len(pitch), HIGHEST_PITCH + 1), np.bool_)
    sounds[np.arange(len(pitch))[:, None], pitch] = True
    sounds[:, REST] = False
    return np.asarray(np.count_nonzero(sounds, axis=1), np.int64)
