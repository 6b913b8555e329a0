"""What the chord recogniser knows of harmony, as logarithms of likelihoods.

Chosen by hand, then adjusted by trial on half of the annotated songs of `livedshl evaluate`. A root
comes first, then a quality, as in `QUALITIES`; a key is its tonic, or 12 more in minor.
"""

import numpy as np
from numpy.typing import NDArray

from livedshl.music.chords import QUALITIES

_NAMES = [name for name, _ in QUALITIES]
_MAJOR_SCALE = frozenset((0, 2, 4, 5, 7, 9, 11))
_MINOR_SCALE = frozenset((0, 2, 3, 5, 7, 8, 10))
_LEADING_NOTE, _DOMINANT = 11, 7

# How often root, third, fifth and seventh sound in a chord, and any other note.
_SHARES = (0.325, 0.25, 0.225, 0.175)
_FOREIGN_SHARE = 0.02
# What it costs when a note other than the root is the bass: third, fifth, seventh, any other.
_BASS = (0.0, -0.5, -0.5, -1.0)
_FOREIGN_BASS = -3.5
_SYMMETRIC_BASS = -0.35  # any note of dim7 and aug; each can be the root
# What a change of chord costs at each `Level`.
CHANGE = np.array((1.0, 1.5, 2.5, 4.0), np.float32)
# What a change of key costs, and each fifth that it goes.
_KEY_CHANGE, _KEY_FIFTH = 8.0, 1.0
# What a quarter note in the key of the tune counts, and costs for each fifth away from it.
_AT_HOME, _HOME_FIFTH, _FARTHEST_HOME = 0.15, 0.1, 3
# How likely each quality is, beside the triads.
_QUALITY = {
    "": 0.0, "m": 0.0, "7": -0.3, "m7": -0.6, "maj7": -1.0, "6": -4.0, "m6": -4.0, "dim": -1.0,
    "dim7": -0.8, "m7b5": -1.0, "aug": -1.6, "7#5": -2.5, "sus4": -1.0, "7sus4": -1.5,
    "mmaj7": -3.0,
}  # fmt: skip
# The chords of a key: semitones above the tonic, triad, likelihood, other qualities of it.
_IN_MAJOR = (
    (0, "", 0.6, ("maj7", "6")), (2, "m", -0.2, ("m7",)), (4, "m", -0.8, ("m7",)),
    (5, "", 0.3, ("maj7", "6")), (7, "", 0.5, ("7", "sus4", "7sus4")), (9, "m", 0.0, ("m7",)),
    (11, "dim", -0.8, ("m7b5",)),
)  # fmt: skip
_IN_MINOR = (
    (0, "m", 0.6, ("m7", "m6")), (2, "dim", -0.6, ("m7b5",)), (3, "", -0.3, ("maj7",)),
    (5, "m", 0.2, ("m7", "m6")), (7, "", 0.4, ("7", "sus4", "7sus4")), (7, "m", -0.8, ("m7",)),
    (8, "", -0.1, ("maj7",)), (10, "", -0.3, ("7",)), (11, "dim", -0.6, ()),
)  # fmt: skip
_OTHER_CHORD = -1.0
_NOTE_OUT_OF_KEY = -1.0  # each, in a chord that is not of the key
_SECONDARY_DOMINANT = -1.1
_LEADING_DIM7, _SECONDARY_DIM7, _TO_DOMINANT = 0.2, -1.0, 0.3
# How often the notes of a key sound, from the tonic up.
_MAJOR_NOTES = (0.2, 0.01, 0.13, 0.01, 0.16, 0.12, 0.01, 0.2, 0.01, 0.1, 0.015, 0.08)
_MINOR_NOTES = (0.2, 0.01, 0.12, 0.16, 0.01, 0.12, 0.01, 0.2, 0.1, 0.012, 0.05, 0.07)
_KEY_WEIGHT = 1.0
_CHORD_WEIGHT = 1.7  # of what sounds, beside what is likely
# How likely a root is to move up by so many semitones.
_ROOT_MOTION = (-0.1, 0.1, 0.15, 0.0, 0.0, 0.4, -0.3, 0.1, 0.05, 0.1, 0.05, -0.05)
# Progressions that are likelier in their key, by semitones above the tonic.
_PROGRESSIONS = {(7, 0): 0.5, (11, 0): 0.5, (2, 7): 0.2, (5, 7): 0.2, (5, 0): 0.1, (8, 7): 0.0}


def _tones() -> NDArray[np.float64]:
    """For each chord how likely each pitch class is to sound, [12 * qualities, 12]."""
    table = np.empty((12, len(QUALITIES), 12))
    for quality, (_, intervals) in enumerate(QUALITIES):
        shares = np.full(12, _FOREIGN_SHARE)
        shares[list(intervals)] = _SHARES[: len(intervals)]
        for root in range(12):
            table[root, quality] = _CHORD_WEIGHT * np.roll(np.log(shares / shares.sum()), root)
    return table.reshape(-1, 12)


def _basses() -> NDArray[np.float64]:
    """For each chord how likely each pitch class is as its bass, [12 * qualities, 12]."""
    table = np.empty((12, len(QUALITIES), 12))
    for quality, (name, intervals) in enumerate(QUALITIES):
        of_root = np.full(12, _FOREIGN_BASS)
        symmetric = name in ("dim7", "aug")
        costs = (_SYMMETRIC_BASS,) * 4 if symmetric else _BASS
        of_root[list(intervals)] = costs[: len(intervals)]
        for root in range(12):
            table[root, quality] = np.roll(of_root, root)
    return table.reshape(-1, 12)


def _chords_in_keys() -> NDArray[np.float32]:
    """How likely each chord is in each key, [24, 12, qualities]."""
    table = np.empty((24, 12, len(QUALITIES)), np.float32)
    for minor, degrees in enumerate((_IN_MAJOR, _IN_MINOR)):
        in_c = np.array(
            [[_out_of_key(step, name, bool(minor)) for name in _NAMES] for step in range(12)]
        )
        for step, triad, likelihood, others in degrees:
            for name in (triad, *others):
                in_c[step, _NAMES.index(name)] = likelihood + _QUALITY[name] * (name != triad)
        for tonic in range(12):
            table[12 * minor + tonic] = np.roll(in_c, tonic, axis=0)
    return table


def _out_of_key(step: int, name: str, minor: bool) -> float:
    """How likely a chord is that is not of the key. step: of its root above the tonic."""
    scale = set(_MINOR_SCALE if minor else _MAJOR_SCALE)
    if name == "dim7":
        likelihood = _OTHER_CHORD + 2 * _NOTE_OUT_OF_KEY
        if (step + 1) % 12 in scale:
            likelihood = _SECONDARY_DIM7 + _TO_DOMINANT * (step + 1 == _DOMINANT)
        if step == _LEADING_NOTE:
            likelihood = _LEADING_DIM7
        return likelihood + _QUALITY[name]
    if minor and step in (_DOMINANT, _LEADING_NOTE):
        scale.add(_LEADING_NOTE)
    intervals = QUALITIES[_NAMES.index(name)][1]
    outside = len({(step + interval) % 12 for interval in intervals} - scale)
    if name in ("", "7") and outside == 1:
        return _SECONDARY_DOMINANT + _QUALITY[name]
    return _OTHER_CHORD + _NOTE_OUT_OF_KEY * outside + _QUALITY[name]


def _key_profiles() -> NDArray[np.float64]:
    """How likely each pitch class is in each key, [24, 12]."""
    profiles = (np.array(_MAJOR_NOTES), np.array(_MINOR_NOTES))
    logs = [np.log(profile / profile.sum()) for profile in profiles]
    return np.array([np.roll(log, tonic) for log in logs for tonic in range(12)])


def _fifths_apart() -> NDArray[np.int64]:
    """How many sharps or flats the signatures of two keys differ by, [24, 24]."""
    major = np.arange(24) % 12 + np.repeat((0, 3), 12)  # the tonic of the relative major
    up = (major[:, None] - major) * 7 % 12
    apart: NDArray[np.int64] = np.minimum(up, 12 - up)
    return apart


def _key_change() -> NDArray[np.float32]:
    """What it costs to go from one key to another, [24, 24]."""
    far = _fifths_apart().astype(np.float32)
    tonics = np.arange(24) % 12
    far[far == 0] = 0.5  # the relative key
    far[tonics[:, None] == tonics] = 1  # the key on the same tonic
    cost = _KEY_CHANGE + _KEY_FIFTH * far
    np.fill_diagonal(cost, 0)
    return cost.astype(np.float32)


def _in_tune_of() -> NDArray[np.float64]:
    """What a quarter note in a key counts in a tune of another: [its key, the tune's]."""
    return _AT_HOME * np.eye(24) - _HOME_FIFTH * np.minimum(_fifths_apart(), _FARTHEST_HOME)


def _root_motion() -> NDArray[np.float32]:
    """How likely a chord on one root is to go to another in each key, [24, 12, 12]."""
    table = np.empty((24, 12, 12), np.float32)
    for start in range(12):
        table[:, start] = np.roll(_ROOT_MOTION, start)
    for key in range(24):
        for (start, to), likelihood in _PROGRESSIONS.items():
            table[key, (key + start) % 12, (key + to) % 12] += likelihood
    return table


TONES = _tones()
BASSES = _basses()
CHORDS_IN_KEYS = _chords_in_keys()
KEY_PROFILES = _key_profiles()
NOTES_IN_KEYS = _KEY_WEIGHT * KEY_PROFILES
FIFTHS_APART = _fifths_apart()
KEY_CHANGE = _key_change()
IN_TUNE_OF = _in_tune_of()
ROOT_MOTION = _root_motion()
