"""Finds how the notes of a file lie on the grid of sixteenths: exactly, nearly, swung, or not."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.units import TICKS_PER_BEAT, TICKS_PER_STEP

# Where the notes of scores stand in a sixteenth: there, and at thirds and fourths of it.
FRACTIONS = np.array([0, 20, 30, 40, 60, 80, 90, 100, 120])
ROUNDING = 2  # ticks by which a program's rounding may move a note
_EXACT_SHARE = 0.9
# All notes are late by what is common to so many, if so few are on time.
_COMMON_SHARE, _RARE_SHARE = 0.4, 0.2
# How much of the notes' time must agree on a grid, as the length of the mean vector on a circle:
# 0 if they stand anywhere. Hand-played notes that are 20 ms early or late at 120 BPM have 0.6.
_LEAST_AGREEMENT = 0.4
_TRIPLET_NOTES = (TICKS_PER_BEAT // 3, TICKS_PER_BEAT // 6)
# Swung eighths: where in the beat the second may come, and the straight and triplet places.
_SWUNG = (272, 346)
_STRAIGHT = (206, 272)
_FIRST_OF_TRIPLET = (130, 190)
_LEAST_SWUNG = 12  # notes
_SWUNG_SHARE = 0.75


@dataclass(frozen=True, slots=True)
class GridFit:
    """How notes lie on the grid.

    offset: ticks by which all are late, -59 to 60. exact: whether they stand where a score has
    them; then nothing needs rounding. agreement: 0 to 1; see `is_on_a_grid`.
    """

    offset: int
    exact: bool
    agreement: float

    @property
    def is_on_a_grid(self) -> bool:
        """Whether the notes keep to any grid."""
        return self.exact or self.agreement >= _LEAST_AGREEMENT


def grid_fit(onsets: NDArray[np.int64]) -> GridFit:
    """How onsets (ticks) lie on the grid of sixteenths, or of triplets."""
    if not len(onsets):
        return GridFit(0, True, 1.0)
    residues = onsets % TICKS_PER_STEP
    offset = _common_offset(residues)
    within = (residues - offset) % TICKS_PER_STEP
    distance = np.abs(within[:, None] - FRACTIONS).min(axis=1)
    if (distance <= ROUNDING).mean() >= _EXACT_SHARE:
        return GridFit(_centred(offset), True, 1.0)
    of_steps = _mean_vector(onsets, TICKS_PER_STEP)
    of_triplets = max(abs(_mean_vector(onsets, period)) for period in _TRIPLET_NOTES)
    agreement = max(abs(of_steps), of_triplets)
    if not offset and abs(of_steps) >= _LEAST_AGREEMENT:
        offset = round(float(np.angle(of_steps)) / (2 * np.pi) * TICKS_PER_STEP)
    return GridFit(_centred(offset), False, float(agreement))


def _common_offset(residues: NDArray[np.int64]) -> int:
    """The place in a sixteenth at which most notes start, if hardly any start with it."""
    counts = np.bincount(residues, minlength=TICKS_PER_STEP)
    near = counts + np.roll(counts, 1) + np.roll(counts, -1)
    commonest = int(counts.argmax())
    most, on_time = near[commonest] / len(residues), near[0] / len(residues)
    return commonest if most >= _COMMON_SHARE and on_time <= _RARE_SHARE else 0


def _centred(offset: int) -> int:
    return offset - TICKS_PER_STEP if offset > TICKS_PER_STEP // 2 else offset


def _mean_vector(onsets: NDArray[np.int64], period: int) -> complex:
    """The mean of the onsets on a circle of so many ticks."""
    return complex(np.exp(2j * np.pi * onsets / period).mean())


def swing_of(onsets: NDArray[np.int64]) -> float | None:
    """Where in the beat the second of two swung eighths comes, as a share; None if none swing.

    onsets: without their offset, of a metre in quarters. Two to one is 0.67, straight 0.5.
    """
    within = onsets % TICKS_PER_BEAT
    swung = _between(within, _SWUNG)
    straight = int(_between(within, _STRAIGHT).sum())
    triplets = int(_between(within, _FIRST_OF_TRIPLET).sum())
    n_swung = int(swung.sum())
    if n_swung < _LEAST_SWUNG or n_swung < _SWUNG_SHARE * (n_swung + straight + triplets):
        return None
    return float(np.median(within[swung])) / TICKS_PER_BEAT


def straightened(ticks: NDArray[np.int64], swing: float) -> NDArray[np.int64]:
    """Ticks with the second eighth of each beat moved from its swung place to the middle."""
    beat, within = np.divmod(ticks, TICKS_PER_BEAT)
    places = np.interp(
        within, (0, swing * TICKS_PER_BEAT, TICKS_PER_BEAT), (0, TICKS_PER_BEAT / 2, TICKS_PER_BEAT)
    )
    return beat * TICKS_PER_BEAT + np.round(places).astype(np.int64)


def _between(values: NDArray[np.int64], bounds: tuple[int, int]) -> NDArray[np.bool_]:
    return (values >= bounds[0]) & (values < bounds[1])
