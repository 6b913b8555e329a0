"""Joins two segments over the beats they share: the second half of one, the first of the other."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.music.segments import ARTICULATED, CHORD, PITCH, REST

_REST_LEAP = 3  # semitones: handing over across a rest is as smooth as a small leap


@dataclass(frozen=True, slots=True, eq=False)
class Overlap:
    """The merged overlap: `steps` is int8[hop, 3]; from step `splice` on the new melody plays.

    A splice at its end hands over only after the overlap.
    """

    steps: NDArray[np.int8]
    splice: int


def agreement(old: NDArray[np.int8], new: NDArray[np.int8]) -> NDArray[np.int64]:
    """In how many steps of the overlap two segments agree in melody and chord.

    old: int8[2 hop, 3]; new: int8[..., 2 hop, 3] or its first half, int8[..., hop, 3].
    """
    hop = len(old) // 2
    same = (old[hop:] == new[..., :hop, :]).all(axis=-1)
    return np.asarray(same.sum(axis=-1), np.int64)


def merge(old: NDArray[np.int8], new: NDArray[np.int8], beat_steps: int) -> Overlap:
    """Merges the second half of `old` with the first half of `new`, both int8[2 hop, 3].

    The splice is on an onset of the new melody, where its pitch is that of the old or else the
    leap is smallest; among equals, nearest to the middle, so that both are heard. The new chords
    take over on the first beat at or after the splice.
    """
    hop = len(old) // 2
    splice = min(_splices(new[: hop + 1]), key=lambda s: (_leap(old, new, s), abs(s - hop // 2)))
    steps = old[hop:].copy()
    steps[splice:, :CHORD] = new[splice:hop, :CHORD]
    if splice < hop and steps[splice, PITCH] != REST:
        steps[splice, ARTICULATED] = 1
    chord_splice = -(-splice // beat_steps) * beat_steps
    steps[chord_splice:, CHORD] = new[chord_splice:hop, CHORD]
    return Overlap(steps, splice)


def _splices(beginning: NDArray[np.int8]) -> list[int]:
    """The steps at which the new melody may take over: its onsets, or 0 if it has none."""
    onsets = np.flatnonzero(beginning[:, ARTICULATED]).tolist()
    return onsets or [0]


def _leap(old: NDArray[np.int8], new: NDArray[np.int8], splice: int) -> int:
    """Semitones between the old melody's last note before the splice and the new one's first."""
    hop = len(old) // 2
    before = int(old[hop + splice - 1, PITCH])
    after = int(new[splice, PITCH])
    if splice < hop and int(old[hop + splice, PITCH]) == after:
        return 0  # the old melody goes to the same note
    if REST in (before, after):
        return _REST_LEAP
    return max(1, abs(after - before))
