"""Fits a melody to the chords of a chart: what clashes on a strong beat moves by step."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from livedshl.music import Chord, Grid
from livedshl.music.motifs import is_onset
from livedshl.music.segments import ARTICULATED, PITCH

_STEP = 2  # semitones; a chord tone is never farther
_PASSING_BEATS = 1  # a note that is left by step within so many beats may be foreign to the chord


def fitted(
    steps: NDArray[np.int8], chords: Sequence[Chord | None], grid: Grid, beat: int
) -> NDArray[np.int8]:
    """The steps, int8[n, 3], with clashes on strong beats moved to the nearest chord tone.

    A note that a step leads to a chord tone stays, unless it lies a semitone from the chord.
    chords: one a beat, None for none. beat: at which the steps start.
    """
    fit = steps.copy()
    onsets = np.flatnonzero(is_onset(steps))
    ends = _ends(steps, onsets)
    following = np.append(onsets, len(steps))[1:]
    for onset, end, after in zip(onsets.tolist(), ends.tolist(), following.tolist(), strict=True):
        at, off_beat = divmod(onset, grid.beat_steps)
        if off_beat or (beat + at) % grid.bar_beats not in grid.strong_beats:
            continue
        pitch, chord = int(steps[onset, PITCH]), chords[at]
        if chord is None or pitch % 12 in chord.pitch_classes:
            continue
        tones = chord.pitch_classes
        to = int(steps[after, PITCH]) if after < len(steps) else pitch
        is_near = after - onset <= _PASSING_BEATS * grid.beat_steps
        resolves = is_near and 0 < abs(to - pitch) <= _STEP and to % 12 in tones
        if not resolves or _clashes(pitch, tones):
            fit[onset:end, PITCH] = _nearest(pitch, tones, to)
    return fit


def _ends(steps: NDArray[np.int8], onsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """The step after the last of each note, int64[notes]."""
    changes = np.diff(steps[:, PITCH].astype(np.int64), prepend=-1) != 0
    boundaries = np.append(np.flatnonzero(changes | (steps[:, ARTICULATED] > 0)), len(steps))
    ends: NDArray[np.int64] = boundaries[np.searchsorted(boundaries, onsets, "right")]
    return ends


def _clashes(pitch: int, tones: frozenset[int]) -> bool:
    return (pitch + 1) % 12 in tones or (pitch - 1) % 12 in tones


def _nearest(pitch: int, tones: frozenset[int], to: int) -> int:
    """The nearest chord tone; of two, the one nearer to the next note."""
    near = [p for p in range(pitch - _STEP, pitch + _STEP + 1) if p % 12 in tones and 0 < p < 128]
    return min(near, key=lambda p: (abs(p - pitch), abs(p - to), p), default=pitch)
