"""Joins two segments over the two beats they share."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.music.segments import ARTICULATED, CHORD, HOP_STEPS, PITCH, REST
from livedshl.units import STEPS_PER_BEAT

_REST_LEAP = 3  # semitones: handing over across a rest is as smooth as a small leap
_MIDDLE = HOP_STEPS // 2


@dataclass(frozen=True, slots=True, eq=False)
class Overlap:
    """The merged overlap: `steps` is int8[8, 3]; from step `splice` on the new melody plays.

    A splice of 8 hands over only after the overlap.
    """

    steps: NDArray[np.int8]
    splice: int


def agreement(old: NDArray[np.int8], new: NDArray[np.int8]) -> NDArray[np.int64]:
    """In how many steps of the overlap two segments agree in melody and chord, 0 to 8.

    old: int8[16, 3]; new: int8[..., 16, 3] or its first half, int8[..., 8, 3].
    """
    same = (old[HOP_STEPS:] == new[..., :HOP_STEPS, :]).all(axis=-1)
    return np.asarray(same.sum(axis=-1), np.int64)


def merge(old: NDArray[np.int8], new: NDArray[np.int8]) -> Overlap:
    """Merges the second half of `old` with the first half of `new`, both int8[16, 3].

    The splice is on an onset of the new melody, where its pitch is that of the old or else the
    leap is smallest; among equals, nearest to the middle, so that both are heard. The new chords
    take over on the first beat at or after the splice.
    """
    splice = min(_splices(new), key=lambda step: (_leap(old, new, step), abs(step - _MIDDLE)))
    steps = old[HOP_STEPS:].copy()
    steps[splice:, :CHORD] = new[splice:HOP_STEPS, :CHORD]
    if splice < HOP_STEPS and steps[splice, PITCH] != REST:
        steps[splice, ARTICULATED] = 1
    chord_splice = -(-splice // STEPS_PER_BEAT) * STEPS_PER_BEAT
    steps[chord_splice:, CHORD] = new[chord_splice:HOP_STEPS, CHORD]
    return Overlap(steps, splice)


def _splices(new: NDArray[np.int8]) -> list[int]:
    """The steps at which the new melody may take over: its onsets, or 0 if it has none."""
    onsets = np.flatnonzero(new[: HOP_STEPS + 1, ARTICULATED]).tolist()
    return onsets or [0]


def _leap(old: NDArray[np.int8], new: NDArray[np.int8], splice: int) -> int:
    """Semitones between the old melody's last note before the splice and the new one's first."""
    before = int(old[HOP_STEPS + splice - 1, PITCH])
    after = int(new[splice, PITCH])
    if splice < HOP_STEPS and int(old[HOP_STEPS + splice, PITCH]) == after:
        return 0  # the old melody goes to the same note
    if REST in (before, after):
        return _REST_LEAP
    return max(1, abs(after - before))
