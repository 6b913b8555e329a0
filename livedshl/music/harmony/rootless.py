"""Gives voicings without a root the root that the bass plays under them elsewhere in the tune.

A pianist who leaves roots to the bass plays E G C# for A7. While the bass rests, that alone is a
diminished chord. Where the tune has the same notes over one bass note again and again, they are
read as the chord on that note.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from livedshl.music.chords import QUALITIES
from livedshl.music.harmony.cells import Cells
from livedshl.music.harmony.evidence import evidence_of

_LOWEST_VOICE = 48  # MIDI pitch; what is below is the bass
_LEAST_WEIGHT = 0.15  # of what sounds over a chord, for a note that belongs to its voicing
_LEAST_VOICES, _MOST_VOICES = 3, 4
_LEAST_BASS = 0.5  # of its first cell, in which the bass must sound
_LEAST_VOTES, _LEAST_SHARE = 2, 0.6  # chords over one bass note, of all with that voicing
_NINTH, _THIRDS, _FIFTH = 2, (3, 4), 7
# A chord of their own, whatever the bass: read as sevenths, POP909 lost 0.2 points.
_TRIADS = {
    frozenset((root + interval) % 12 for interval in intervals)
    for root in range(12)
    for intervals in ((0, 4, 7), (0, 3, 7))
}
_SYMMETRIC = ("dim7", "aug")  # any note of these can be the root
_QUALITY_OF = {
    frozenset(intervals): number
    for number, (name, intervals) in enumerate(QUALITIES)
    if name not in _SYMMETRIC
}

_Voicing = frozenset[int]  # pitch classes


@dataclass(frozen=True, slots=True)
class _Run:
    """The cells, from `start` up to `stop`, of one chord. bass: a pitch class, if it has one."""

    start: int
    stop: int
    voicing: _Voicing
    bass: int | None


def with_roots(
    chords: NDArray[np.int64], notes: NDArray[np.int32], cells: Cells
) -> NDArray[np.int64]:
    """The chords of the cells, int64[n, 2] (root, quality), with the roots that the bass plays.

    notes: int32[m, >= 3], as in `harmony_of`.
    """
    runs = list(_runs(chords, notes, cells))
    votes: dict[_Voicing, Counter[int]] = defaultdict(Counter)
    for run in runs:
        if run.bass is not None:
            votes[run.voicing][run.bass] += 1
    chords = chords.copy()
    for run in runs:
        if not votes[run.voicing]:
            continue
        root, count = votes[run.voicing].most_common(1)[0]
        if count < max(_LEAST_VOTES, _LEAST_SHARE * votes[run.voicing].total()):
            continue
        quality = _quality_over(root, run.voicing)
        if root not in run.voicing and run.voicing not in _TRIADS and quality is not None:
            chords[run.start : run.stop] = root, quality
    return chords


def _runs(chords: NDArray[np.int64], notes: NDArray[np.int32], cells: Cells) -> Iterator[_Run]:
    """The chords one after the other, of those with as many notes as a voicing has."""
    is_low = notes[:, 2] < _LOWEST_VOICE
    upper, lower = evidence_of(notes[~is_low], cells), evidence_of(notes[is_low], cells)
    edges = np.flatnonzero((np.diff(chords, axis=0) != 0).any(axis=1)) + 1
    bounds = [0, *edges.tolist(), len(chords)]
    for start, stop in pairwise(bounds):
        weights = upper.weights[start:stop].sum(axis=0)
        (voices,) = np.nonzero(weights > _LEAST_WEIGHT * weights.sum())
        if _LEAST_VOICES <= len(voices) <= _MOST_VOICES:
            first = lower.bass[start]
            bass = int(first.argmax()) if first.max() >= _LEAST_BASS else None
            yield _Run(start, stop, frozenset(voices.tolist()), bass)


def _quality_over(root: int, voicing: _Voicing) -> int | None:
    """The quality of the chord that a voicing makes over a root, if there is one."""
    intervals = {0, *((pitch_class - root) % 12 for pitch_class in voicing)}
    if not intervals.isdisjoint(_THIRDS):
        intervals.discard(_NINTH)
    return _QUALITY_OF.get(frozenset(intervals), _QUALITY_OF.get(frozenset(intervals | {_FIFTH})))
