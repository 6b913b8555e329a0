"""Motifs: the rhythm and the shape of a few notes, so that one can be found again elsewhere.

A motif is compared by its rhythm, by its diatonic intervals, or by whether it rises and falls.
Intervals are counted in steps of the scale of C major or A minor. So a motif that returns one step
higher has the same intervals, although its semitones differ.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.music.segments import ARTICULATED, PITCH, REST

_STEP_OF_SCALE = np.array([0, 0, 1, 1, 2, 3, 3, 4, 4, 5, 5, 6])  # by pitch class
_STEPS_OF_OCTAVE = 7
_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # mixes the intervals of a motif into one number
_LARGEST = 128  # steps of the scale: no interval is larger, so each counts as more than nothing


@dataclass(frozen=True, slots=True, eq=False)
class Motifs:
    """The motifs of some stretches of equal length; all arrays have one item a stretch.

    notes: int64, how many notes begin. first: int64, the scale step of the first of them.
    rhythm, intervals, contour: uint64, equal for motifs that are the same in that respect.
    """

    notes: NDArray[np.int64]
    first: NDArray[np.int64]
    rhythm: NDArray[np.uint64]
    intervals: NDArray[np.uint64]
    contour: NDArray[np.uint64]


def motifs(steps: NDArray[np.int8], length: int) -> Motifs:
    """The motif of every `length` steps of int8[..., n, 3]; arrays of [..., n // length]."""
    n = steps.shape[-2] // length
    stretches = steps[..., : n * length, :].reshape(*steps.shape[:-2], n, length, 3)
    begins = is_onset(stretches)
    pitch = stretches[..., PITCH].astype(np.int64)
    scale_step = pitch // 12 * _STEPS_OF_OCTAVE + _STEP_OF_SCALE[pitch % 12]
    notes = begins.sum(axis=-1)
    place = np.arange(length)
    last = np.maximum.accumulate(np.where(begins, place, -1), axis=-1)
    before = np.concatenate([np.full((*begins.shape[:-1], 1), -1), last[..., :-1]], axis=-1)
    moved = scale_step - np.take_along_axis(scale_step, np.maximum(before, 0), axis=-1)
    moved[before < 0] = 0
    first = np.take_along_axis(scale_step, begins.argmax(axis=-1)[..., None], axis=-1)[..., 0]
    nth = np.cumsum(begins, axis=-1)
    factors = np.where(begins, (_FACTOR ** np.arange(1, length + 1, dtype=np.uint64))[nth - 1], 0)
    return Motifs(
        notes=notes,
        first=np.where(notes > 0, first, 0),
        rhythm=_mixed(begins, np.uint64(1) << place[::-1].astype(np.uint64)),
        intervals=_mixed(moved + _LARGEST, factors),
        contour=_mixed(np.sign(moved) + _LARGEST, factors),
    )


def beat_rhythms(steps: NDArray[np.int8], beat_steps: int) -> NDArray[np.int64]:
    """The rhythm of every beat of int8[..., n, 3], int64[..., n // beat_steps].

    One bit for each step on which a note begins, so less than 2 ** beat_steps.
    """
    n = steps.shape[-2] // beat_steps
    begins = is_onset(steps[..., : n * beat_steps, :])
    by_beat = begins.reshape(*begins.shape[:-1], n, beat_steps)
    rhythms: NDArray[np.int64] = by_beat @ (1 << np.arange(beat_steps))
    return rhythms


def is_onset(steps: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Where a note begins in int8[..., 3], bool[...]."""
    return np.asarray((steps[..., ARTICULATED] > 0) & (steps[..., PITCH] != REST), np.bool_)


def _mixed(
    values: NDArray[np.integer | np.bool_], factors: NDArray[np.uint64]
) -> NDArray[np.uint64]:
    """One number for the values of each stretch, modulo 2 ** 64."""
    mixed: NDArray[np.uint64] = (values.astype(np.uint64) * factors).sum(axis=-1)
    return mixed
