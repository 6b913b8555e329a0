"""Varies the melody of a section that comes back, as a player does: small changes between beats.

The notes on the beats stay, so the tune is recognised and its chords still fit. Five changes are
made: a third is filled by the note between, a weak note is left out or led another way to the next,
a long note is struck again on a beat, or a note that comes again is held instead. A change of a
beat's rhythm is made only if that rhythm is common in the set.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from livedshl.music import Grid
from livedshl.music.motifs import beat_rhythms, is_onset
from livedshl.music.segments import ARTICULATED, PITCH, REST

_SCALE = (0, 2, 4, 5, 7, 9, 11)  # of C major and A minor
_COMMON = 0.08  # share of a set's beats; a rhythm is common from there on
_THIRDS = (3, 4)  # semitones
_NEAR = 4  # semitones between a weak note and the one before

Steps = NDArray[np.int8]


def varied(
    steps: Steps, bars: NDArray[np.integer], rhythms: NDArray[np.float64], grid: Grid, seed: int
) -> Steps:
    """The steps, int8[n, 3] from a bar line on, with a small change in each of `bars`, int[m].

    rhythms: float64[2 ** beat_steps], how often each rhythm of a beat was heard. A bar stays as it
    is if no change fits. The same seed makes the same changes.
    """
    rng = np.random.default_rng(seed)
    common = rhythms >= _COMMON * rhythms.sum()
    steps = steps.copy()
    for bar in bars.tolist():
        first = bar * grid.bar_steps
        beats = first + grid.beat_steps * rng.permutation(grid.bar_beats)
        changes = [_CHANGES[n] for n in rng.permutation(len(_CHANGES))]
        changed = (
            (beat, new)
            for change in changes
            for beat in beats.tolist()
            if (new := change(steps, beat, grid.beat_steps)) is not None
            and common[beat_rhythms(new, grid.beat_steps)[0]]
        )
        beat, new = next(changed, (first, steps[first:first]))
        steps[beat : beat + len(new)] = new
    return steps


def _filled(steps: Steps, beat: int, length: int) -> Steps | None:
    """A beat of one note that leads to one a third away, with the note between in its second half.

    None if the beat is another.
    """
    after = beat + length
    if after >= len(steps) or not is_onset(steps[after]):
        return None
    if np.flatnonzero(is_onset(steps[beat:after])).tolist() != [0] or length % 2:
        return None
    pitch, to = int(steps[beat, PITCH]), int(steps[after, PITCH])
    if abs(to - pitch) not in _THIRDS or (steps[beat:after, PITCH] != pitch).any():
        return None
    between = [p for p in range(min(pitch, to) + 1, max(pitch, to)) if p % 12 in _SCALE]
    if not between:
        return None
    new = steps[beat:after].copy()
    new[length // 2 :, PITCH] = between[0]
    new[length // 2, ARTICULATED] = 1
    return new


def _thinned(steps: Steps, beat: int, length: int) -> Steps | None:
    """A beat without its last note, the one before held instead; None if it has no weak note."""
    onsets = np.flatnonzero(is_onset(steps[beat : beat + length]))
    if len(onsets) < 2 or onsets[0] != 0:
        return None
    new = steps[beat : beat + length].copy()
    new[onsets[-1] :, PITCH] = new[onsets[-1] - 1, PITCH]
    new[onsets[-1], ARTICULATED] = 0
    return None if new[onsets[-1], PITCH] == REST else new


def _led_another_way(steps: Steps, beat: int, length: int) -> Steps | None:
    """A beat whose last note comes to the next from the other side, by a step of the scale."""
    after = beat + length
    onsets = np.flatnonzero(is_onset(steps[beat:after]))
    if len(onsets) < 2 or after >= len(steps) or not is_onset(steps[after]):
        return None
    last = beat + int(onsets[-1])
    pitch, before, to = (int(steps[at, PITCH]) for at in (last, last - 1, after))
    if before == REST or to % 12 not in _SCALE:
        return None
    side = -1 if pitch > to else 1
    other = next(to + side * n for n in (1, 2) if (to + side * n) % 12 in _SCALE)
    if other in (pitch, before) or abs(other - before) > _NEAR:
        return None
    new = steps[beat:after].copy()
    new[onsets[-1] :, PITCH] = other
    return new


def _struck_again(steps: Steps, beat: int, length: int) -> Steps | None:
    """A beat in which a note only sounds on, struck again; None for another, or for a rest."""
    new = steps[beat : beat + length].copy()
    pitch = steps[beat - 1, PITCH] if beat else REST
    if pitch == REST or (new[:, PITCH] != pitch).any() or is_onset(new).any():
        return None
    new[0, ARTICULATED] = 1
    return new


def _held_over(steps: Steps, beat: int, length: int) -> Steps | None:
    """A beat whose first note is the one before, which is held instead; None if it is another."""
    new = steps[beat : beat + length].copy()
    if beat == 0 or not is_onset(new[0]) or new[0, PITCH] != steps[beat - 1, PITCH]:
        return None
    new[0, ARTICULATED] = 0
    return new


_CHANGES: tuple[Callable[[Steps, int, int], Steps | None], ...] = (
    _filled,
    _thinned,
    _led_another_way,
    _struck_again,
    _held_over,
)
