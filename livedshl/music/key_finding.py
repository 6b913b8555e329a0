"""Finds the key of a chord progression."""

from collections.abc import Sequence
from itertools import pairwise

from livedshl.music.chords import Chord
from livedshl.music.leadsheet import Key, Mode

_SCALES = {Mode.MAJOR: (0, 2, 4, 5, 7, 9, 11), Mode.MINOR: (0, 2, 3, 5, 7, 8, 10)}
_TRIADS = {Mode.MAJOR: (0, 4, 7), Mode.MINOR: (0, 3, 7)}
_MAJOR_TRIAD = _TRIADS[Mode.MAJOR]
_FOURTH, _FIFTH, _LEADING = 5, 7, 11  # semitones above the tonic
# What tells a key, beside the share of the chords' notes in its scale, which counts 1.
_TONIC_SHARE = 0.35  # all the time on the tonic triad
_FIRST = 0.05  # the progression begins with the tonic
_LAST = 0.05  # it ends with the tonic
_RETURN = 0.08  # it ends with the dominant, and begins with the tonic again
_CADENCES = 0.25  # every change of chord goes from the dominant to the tonic
_PLAGAL = 0.15  # every change of chord goes from the subdominant to the tonic


def key_of_chords(beats: Sequence[Chord]) -> Key:
    """The key that fits a progression best.

    beats: the chord of each beat, at least one. Where two keys fit equally, the one whose tonic
    comes first.
    """
    roots = [*(chord.root for chord in beats), *(beats[0].root + above for above in range(12))]
    tonics = dict.fromkeys(root % 12 for root in roots)
    keys = [Key(tonic, mode) for tonic in tonics for mode in _SCALES]
    return max(keys, key=lambda key: _fit(beats, key))


def _fit(beats: Sequence[Chord], key: Key) -> float:
    changes = [pair for pair in pairwise([*beats, beats[0]]) if pair[0] != pair[1]]
    home = [before for before, after in changes if _is_tonic(after, key)]
    cadences = sum(_is_dominant(before, key) for before in home)
    plagal = sum((before.root - key.tonic) % 12 == _FOURTH for before in home)
    tonics = [_is_tonic(chord, key) for chord in beats]
    return (
        sum(_share_in_scale(chord, key) for chord in beats) / len(beats)
        + _TONIC_SHARE * sum(tonics) / len(beats)
        + _FIRST * tonics[0]
        + _LAST * tonics[-1]
        + _RETURN * (tonics[0] and _is_dominant(beats[-1], key))
        + (_CADENCES * cadences + _PLAGAL * plagal) / max(1, len(changes))
    )


def _share_in_scale(chord: Chord, key: Key) -> float:
    """The share of a chord's notes in the scale. The dominant of minor has the leading note."""
    above = {(pitch_class - key.tonic) % 12 for pitch_class in chord.pitch_classes}
    scale = set(_SCALES[key.mode])
    if key.mode is Mode.MINOR and (chord.root - key.tonic) % 12 in (_FIFTH, _LEADING):
        scale.add(_LEADING)
    return len(above & scale) / len(above)


def _is_tonic(chord: Chord, key: Key) -> bool:
    return chord.root == key.tonic and set(_TRIADS[key.mode]) <= set(chord.intervals)


def _is_dominant(chord: Chord, key: Key) -> bool:
    return (chord.root - key.tonic) % 12 == _FIFTH and set(_MAJOR_TRIAD) <= set(chord.intervals)
