"""Merges two segments over the beats they share: the second half of one, the first of the next."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.music import Grid
from livedshl.music.segments import ARTICULATED, CHORD, PITCH, REST

_REST_LEAP = 3  # semitones: a splice across a rest is as smooth as a small leap


@dataclass(frozen=True, slots=True, eq=False)
class Overlap:
    """A merged overlap.

    steps: int8[hop, 3]. splice: the step from which the new melody sounds; `hop` if it sounds only
    after the overlap.
    """

    steps: NDArray[np.int8]
    splice: int


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """How segments would sound after the playing one.

    after: int8[c, segment steps, 3], what would be heard.
    at: int64[c], the step of `after` from which each segment's own melody is heard.
    agreeing: int64[c], steps of the overlap in which it agrees with the playing segment.
    """

    after: NDArray[np.int8]
    at: NDArray[np.int64]
    agreeing: NDArray[np.int64]

    def of(self, rows: NDArray[np.bool_]) -> "Joined":
        """Some of the segments."""
        return Joined(self.after[rows], self.at[rows], self.agreeing[rows])

    @classmethod
    def all_of(cls, several: Sequence["Joined"]) -> "Joined":
        """Those of several, one after the other."""
        return cls(
            np.concatenate([joined.after for joined in several]),
            np.concatenate([joined.at for joined in several]),
            np.concatenate([joined.agreeing for joined in several]),
        )


def joined(playing: NDArray[np.int8] | None, segments: NDArray[np.int8], grid: Grid) -> Joined:
    """How segments, int8[c, 2 hop, 3], would sound after the playing one, int8[2 hop, 3].

    playing: None if they come end to end with it, so that nothing is merged.
    """
    if playing is None:
        none = np.zeros(len(segments), np.int64)
        return Joined(segments, none, none)
    overlaps, splices = merge_each(playing, segments, grid.beat_steps)
    after = np.concatenate([overlaps, segments[:, grid.hop_steps :]], axis=1)
    return Joined(after, splices, agreeing_steps(playing, segments))


def agreeing_steps(old: NDArray[np.int8], new: NDArray[np.int8]) -> NDArray[np.int64]:
    """In how many steps of the overlap two segments agree in melody and chord, int64[...].

    old: int8[2 hop, 3]. new: int8[..., 2 hop, 3], or its first half, int8[..., hop, 3].
    """
    hop = len(old) // 2
    same = (old[hop:] == new[..., :hop, :]).all(axis=-1)
    return np.asarray(same.sum(axis=-1), np.int64)


def merge(old: NDArray[np.int8], new: NDArray[np.int8], beat_steps: int) -> Overlap:
    """The second half of `old` merged with the first half of `new`, both int8[2 hop, 3].

    The splice falls on an onset of the new melody: where both melodies have the same pitch, or
    else where the leap is smallest. Among equals the one nearest the middle wins, so that both
    melodies are heard. The new chords sound from the first beat at or after the splice.
    """
    steps, splices = merge_each(old, new[None], beat_steps)
    return Overlap(steps[0], int(splices[0]))


def merge_each(
    old: NDArray[np.int8], new: NDArray[np.int8], beat_steps: int
) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    """The overlaps of `old` with each of `new`, int8[c, 2 hop, 3]; see `merge`.

    Returns their steps, int8[c, hop, 3], and their splices, int64[c].
    """
    hop = len(old) // 2
    ending, beginning = old[hop:], new[:, :hop]
    splices = _splices(old, new)
    place = np.arange(hop)
    is_new = place >= splices[:, None]
    chord_splices = chords_from(splices, beat_steps)
    steps = np.where(is_new[..., None], beginning, ending)
    steps[..., ARTICULATED] |= (place == splices[:, None]) & (beginning[..., PITCH] != REST)
    steps[..., CHORD] = np.where(
        place >= chord_splices[:, None], beginning[..., CHORD], ending[..., CHORD]
    )
    return steps, splices


def chords_from(splices: NDArray[np.int64], beat_steps: int) -> NDArray[np.int64]:
    """The steps from which the new chords sound: the first beat at or after each splice."""
    return -(-splices // beat_steps) * beat_steps


def _splices(old: NDArray[np.int8], new: NDArray[np.int8]) -> NDArray[np.int64]:
    """The splice of each of `new`, int64[c]: one of its onsets, or 0 if it has none."""
    hop = len(old) // 2
    beginning = new[:, : hop + 1]
    onsets = beginning[..., ARTICULATED] > 0
    onsets[:, 0] |= ~onsets.any(axis=1)
    from_middle = np.abs(np.arange(hop + 1) - hop // 2)
    cost = _leaps(old, beginning[..., PITCH]) * (hop + 1) + from_middle
    cost[~onsets] = np.iinfo(cost.dtype).max
    return np.asarray(cost.argmin(axis=1), np.int64)


def _leaps(old: NDArray[np.int8], new: NDArray[np.int8]) -> NDArray[np.int64]:
    """The leap, in semitones, that a splice at each step would make, int64[c, hop + 1].

    It leads from the old melody's note before the splice to the new melody's first note.
    new: int8[c, hop + 1], pitches.
    """
    hop = len(old) // 2
    before = old[hop - 1 :, PITCH].astype(np.int64)  # the note before each splice
    after = new.astype(np.int64)
    leaps: NDArray[np.int64] = np.maximum(1, np.abs(after - before))
    leaps[(after == REST) | (before == REST)] = _REST_LEAP
    leaps[:, :hop][after[:, :hop] == old[hop:, PITCH]] = (
        0  # where the old melody moves to the same note
    )
    return leaps
