"""Moves notes that were played by hand to the places that a score would give them."""

import numpy as np
from numpy.typing import NDArray

from livedshl.corpus.midi_file.grid_fit import FRACTIONS, ROUNDING
from livedshl.units import TICKS_PER_BEAT, TICKS_PER_STEP

# How a beat may be divided: in sixteenths, triplets, sextuplets; and what it costs to change to
# each from another, beside half the squared deviations.
_DIVISIONS = tuple(np.arange(0, TICKS_PER_BEAT + 1, TICKS_PER_BEAT // parts) for parts in (4, 3, 6))
_CHANGE = np.array([1.0, 4.0, 8.0])
_EARLY = TICKS_PER_STEP // 2  # a note so much before a beat can belong to it
_LEAST_SPREAD = 8.0  # ticks; standard deviation of a good player
_NEARLY = 10  # ticks by which a score's note may be off its sixteenth
_LONGEST_GRACE = 45  # ticks


def quantised(notes: NDArray[np.int64], ternary: bool) -> NDArray[np.int64]:
    """The notes of a part, int64[n, 3] (onset, length, pitch), with onsets on the grid.

    In each beat it is sixteenths, or triplets if they fit better. The lengths go to the grid
    as well, and are a sixteenth at least. ternary: whether beats divide in three anyway, as in 6/8;
    then there are no triplets.
    """
    if not len(notes):
        return notes
    onsets, ends = notes[:, 0], notes[:, 0] + notes[:, 1]
    placed = _rounded(onsets) if ternary else _divided(onsets)
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


def _divided(onsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """The onsets on the sixteenths, triplets or sextuplets of their beats.

    Beats of one division follow each other: the likeliest course through all is taken (Viterbi).
    """
    beats = (onsets + _EARLY) // TICKS_PER_BEAT
    numbers, of_beat = np.unique(beats, return_inverse=True)
    places = np.array([_nearest(onsets, division) for division in _DIVISIONS])
    off = np.abs(places - onsets)
    spread = max(_LEAST_SPREAD, 1.5 * float(np.median(off[0])))
    costs = np.zeros((len(numbers), len(_DIVISIONS)))
    np.add.at(costs, of_beat, (off.T / spread) ** 2 / 2)
    chosen: NDArray[np.int64] = places[_course(costs)[of_beat], np.arange(len(onsets))]
    return chosen


def _course(costs: NDArray[np.float64]) -> NDArray[np.int64]:
    """The division of each beat. costs: float64[beats, divisions]."""
    changes = np.where(np.eye(len(_CHANGE), dtype=np.bool_), 0, _CHANGE[:, None])  # to, from
    total = costs[0] + changes[:, 0]
    came_from = np.zeros(costs.shape, np.int64)
    for beat in range(1, len(costs)):
        ways = total + changes
        came_from[beat] = ways.argmin(axis=1)
        total = costs[beat] + ways.min(axis=1)
    course = np.zeros(len(costs), np.int64)
    state = int(total.argmin())
    for beat in range(len(costs) - 1, -1, -1):
        course[beat] = state
        state = int(came_from[beat, state])
    return course


def snapped(notes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The notes of a score with onsets that are a little off moved to where it has them."""
    steps, within = np.divmod(notes[:, 0], TICKS_PER_STEP)
    off = np.abs(within[:, None] - FRACTIONS)
    nearest = off.argmin(axis=1)
    whole = np.isin(FRACTIONS[nearest], (0, TICKS_PER_STEP))
    near = off.min(axis=1) <= np.where(whole, _NEARLY, ROUNDING)
    moved = notes.copy()
    moved[:, 0] = steps * TICKS_PER_STEP + np.where(near, FRACTIONS[nearest], within)
    return moved[np.lexsort((moved[:, 2], moved[:, 0]))]


def without_graces(notes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The notes without grace notes; the note after one starts in its place. notes: ascending."""
    if len(notes) < 2:
        return notes
    onsets, lengths, _ = notes.T
    to_next = np.diff(onsets)
    grace = (
        (lengths[:-1] <= _LONGEST_GRACE)
        & (to_next > 0)
        & (to_next <= _LONGEST_GRACE)
        & (to_next >= lengths[:-1] - ROUNDING)
        & (lengths[1:] >= 2 * lengths[:-1])
    )
    (before,) = np.nonzero(grace)
    moved = notes.copy()
    moved[before + 1, 0] = onsets[before]
    moved[before + 1, 1] += to_next[before]
    kept: NDArray[np.int64] = moved[np.append(~grace, True)]
    return kept
