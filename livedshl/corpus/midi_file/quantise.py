"""Moves notes that were played by hand to the places that a score would give them."""

import numpy as np
from numpy.typing import NDArray

from livedshl.corpus.midi_file.grid_fit import FRACTIONS, ROUNDING
from livedshl.units import TICKS_PER_BEAT, TICKS_PER_STEP

_BINARY = np.arange(0, TICKS_PER_BEAT + 1, TICKS_PER_STEP)
_TRIPLET = np.arange(0, TICKS_PER_BEAT + 1, TICKS_PER_BEAT // 3)
_EARLY = TICKS_PER_STEP // 2  # a note so much before a beat can belong to it
_LEAST_SPREAD = 8.0  # ticks; standard deviation of a good player
_TO_TRIPLETS = 4.0  # what it costs to leave the sixteenths, beside half the squared deviations
_TO_SIXTEENTHS = 1.0
_CHANGES = np.array([(0, _TO_SIXTEENTHS), (_TO_TRIPLETS, 0)])  # to each, from each


def quantised(notes: NDArray[np.int64], ternary: bool) -> NDArray[np.int64]:
    """The notes of a part, int64[n, 3] (onset, length, pitch), with onsets on the grid.

    In each beat it is sixteenths, or triplets if they fit better. The lengths go to the grid
    as well, and are a sixteenth at least. ternary: whether beats divide in three anyway, as in 6/8;
    then there are no triplets.
    """
    if not len(notes):
        return notes
    onsets, ends = notes[:, 0], notes[:, 0] + notes[:, 1]
    on_steps = _rounded(onsets)
    placed = on_steps
    if not ternary:
        placed = np.where(_in_triplets(onsets), _nearest(onsets, _TRIPLET), on_steps)
    lengths = np.maximum(_rounded(ends) - placed, TICKS_PER_STEP)
    moved = np.stack([placed, lengths, notes[:, 2]], axis=1)
    order = np.lexsort((-moved[:, 1], moved[:, 2], moved[:, 0]))
    moved = moved[order]
    again = (np.diff(moved[:, ::2], axis=0) == 0).all(axis=1)  # same onset and pitch
    first: NDArray[np.int64] = moved[np.append(True, ~again)]
    return first


def _rounded(ticks: NDArray[np.int64]) -> NDArray[np.int64]:
    steps = np.floor(ticks / TICKS_PER_STEP + 0.5).astype(np.int64)
    rounded: NDArray[np.int64] = steps * TICKS_PER_STEP
    return rounded


def _nearest(ticks: NDArray[np.int64], places: NDArray[np.int64]) -> NDArray[np.int64]:
    """The nearest of some places in the beat."""
    beat, within = np.divmod(ticks, TICKS_PER_BEAT)
    nearest = places[np.abs(within[:, None] - places).argmin(axis=1)]
    placed: NDArray[np.int64] = beat * TICKS_PER_BEAT + nearest
    return placed


def _in_triplets(onsets: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each onset stands in a beat of triplets.

    Such beats follow each other: the likeliest course through all beats is taken (Viterbi).
    """
    beats = (onsets + _EARLY) // TICKS_PER_BEAT
    numbers, of_beat = np.unique(beats, return_inverse=True)
    off_steps = np.abs(_nearest(onsets, _BINARY) - onsets)
    off_triplets = np.abs(_nearest(onsets, _TRIPLET) - onsets)
    spread = max(_LEAST_SPREAD, 1.5 * float(np.median(off_steps)))
    costs = np.zeros((len(numbers), 2))
    for column, off in enumerate((off_steps, off_triplets)):
        np.add.at(costs[:, column], of_beat, (off / spread) ** 2 / 2)
    return _course(costs)[of_beat]


def _course(costs: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether each beat is in triplets. costs: float64[beats, 2], of sixteenths and of triplets."""
    total = costs[0] + np.array([0, _TO_TRIPLETS])
    came_from = np.zeros((len(costs), 2), np.int8)
    for beat in range(1, len(costs)):
        ways = total + _CHANGES
        came_from[beat] = ways.argmin(axis=1)
        total = costs[beat] + ways.min(axis=1)
    course = np.zeros(len(costs), np.bool_)
    state = int(total.argmin())
    for beat in range(len(costs) - 1, -1, -1):
        course[beat] = state
        state = int(came_from[beat, state])
    return course


def snapped(notes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The notes with the rounding of the program that wrote them taken out of their onsets."""
    steps, within = np.divmod(notes[:, 0], TICKS_PER_STEP)
    nearest = FRACTIONS[np.abs(within[:, None] - FRACTIONS).argmin(axis=1)]
    near = np.abs(nearest - within) <= ROUNDING
    moved = notes.copy()
    moved[:, 0] = steps * TICKS_PER_STEP + np.where(near, nearest, within)
    return moved[np.lexsort((moved[:, 2], moved[:, 0]))]
