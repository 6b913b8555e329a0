"""Reads a track that writes out chord symbols: a whole chord in root position for each."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from livedshl.music.chords import QUALITIES, Chord
from livedshl.units import TICKS_PER_BEAT, TICKS_PER_STEP

_INTERVALS = {frozenset(intervals) for _, intervals in QUALITIES}
_LEAST_SHARE = 0.9  # of the strikes that must be such a chord
_LEAST_STRIKES = 4
_LEAST_LENGTH = TICKS_PER_BEAT  # median of the time that each lasts


def written_chords(parts: Sequence[NDArray[np.int64]]) -> NDArray[np.int32] | None:
    """The chords, int32[n, 3] (onset, root, quality), of the part that writes them out.

    parts: the notes of each, int64[n, 3], ascending. None if there is no such part.
    """
    for notes in parts:
        strikes = _strikes(notes)
        if len(strikes) < _LEAST_STRIKES:
            continue
        onsets = np.array([onset for onset, _ in strikes])
        whole = [_is_whole(pitches) for _, pitches in strikes]
        if np.mean(whole) >= _LEAST_SHARE and np.median(np.diff(onsets)) >= _LEAST_LENGTH:
            chords = [(onset, _chord(pitches)) for onset, pitches in strikes]
            rows = [(onset, chord.root, chord.quality) for onset, chord in chords]
            return np.array(rows, np.int32)
    return None


def _strikes(notes: NDArray[np.int64]) -> list[tuple[int, list[int]]]:
    """Each onset with the pitches that are struck then, a strum as one."""
    strikes: list[tuple[int, list[int]]] = []
    for onset, _, pitch in notes.tolist():
        if strikes and onset - strikes[-1][0] < TICKS_PER_STEP // 2:
            strikes[-1][1].append(pitch)
        else:
            strikes.append((onset, [pitch]))
    return strikes


def _is_whole(pitches: Sequence[int]) -> bool:
    root = min(pitches)
    return frozenset((pitch - root) % 12 for pitch in pitches) in _INTERVALS


def _chord(pitches: Sequence[int]) -> Chord:
    return Chord.of_pitch_classes(min(pitches) % 12, [pitch % 12 for pitch in pitches])
