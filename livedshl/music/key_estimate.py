"""Estimates the key of a tune from its notes and chords, where no key is written."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from livedshl.music.chords import QUALITIES
from livedshl.music.harmony import ReadHarmony, key_of
from livedshl.music.harmony.tables import FIFTHS_APART, KEY_PROFILES
from livedshl.music.leadsheet import Key, Mode

N_KEYS = 24
# What each sign of a key counts, fitted by logistic regression to half of the annotated songs.
_ALL_NOTES, _MELODY_NOTES = 1.4, 1.4  # mean log-likelihood of the pitch classes in the key
_SIGNATURE = 4.5  # share of the time in which the local key has the same signature
_TONIC_CHORD = 7.5  # share of the time on the tonic chord
_FIRST_CHORD, _LAST_NOTE = 0.9, 1.0  # the tune begins with the tonic chord, ends on the tonic
_LONGEST = 960  # ticks; a longer note counts no more
# A mode is clear if its own degree is so much more frequent than the one of major or minor, and
# this share of all notes.
_TIMES_MORE, _LEAST_SHARE = 6.0, 0.03
_OWN_DEGREES = {  # of the mode, and of its home mode: semitones above the tonic
    Mode.MIXOLYDIAN: (Mode.MAJOR, 10, 11),
    Mode.DORIAN: (Mode.MINOR, 9, 8),
}
_KEY_CHANGE = 16.0  # bars in a key one fifth away that outweigh a change of key


@dataclass(frozen=True, slots=True, eq=False)
class KeyEstimate:
    """How likely each key is: float64[24], logarithms, a tonic in major or 12 more in minor."""

    log_odds: NDArray[np.float64]

    @property
    def key(self) -> Key:
        """The likeliest key, in major or minor."""
        return key_of(int(self.log_odds.argmax()))

    def probability(self, key: Key) -> float:
        """How likely a key is, of all."""
        odds = np.exp(self.log_odds - self.log_odds.max())
        return float(odds[number_of(key)] / odds.sum())


def number_of(key: Key) -> int:
    """The number of a key; Dorian counts as minor, Mixolydian as major."""
    return key.tonic + 12 * (key.mode.home is Mode.MINOR)


def key_estimate(
    harmony: ReadHarmony, notes: NDArray[np.int32], melody: NDArray[np.int32]
) -> KeyEstimate:
    """The key of a tune.

    notes: all of it; melody: its melody; int32[n, >= 3], onset, length, pitch.
    """
    onsets, roots, qualities = harmony.chords.T
    lengths = np.diff(np.append(onsets, harmony.end))
    log_odds = _ALL_NOTES * _likelihood(notes) + _MELODY_NOTES * _likelihood(melody)
    log_odds += _SIGNATURE * _time_in_signature(harmony)
    for number in range(N_KEYS):
        key = key_of(number)
        third = 3 if key.mode is Mode.MINOR else 4
        on_tonic = (roots == key.tonic) & _WITH_THIRD[third][qualities]
        log_odds[number] += _TONIC_CHORD * lengths[on_tonic].sum() / max(1, lengths.sum())
        log_odds[number] += _FIRST_CHORD * bool(on_tonic[:1].any())
    if len(melody):
        log_odds[melody[-1, 2] % 12 :: 12] += _LAST_NOTE
    return KeyEstimate(log_odds)


_WITH_THIRD = {
    third: np.array([third in intervals for _, intervals in QUALITIES]) for third in (3, 4)
}


def _likelihood(notes: NDArray[np.int32]) -> NDArray[np.float64]:
    """The mean log-likelihood of the notes in each key, weighted by length, float64[24]."""
    if not len(notes):
        return np.zeros(N_KEYS)
    sounding = np.bincount(
        notes[:, 2] % 12, weights=np.minimum(notes[:, 1], _LONGEST), minlength=12
    )
    likelihood: NDArray[np.float64] = KEY_PROFILES @ (sounding / max(1, sounding.sum()))
    return likelihood


def _time_in_signature(harmony: ReadHarmony) -> NDArray[np.float64]:
    """The share of the time in which the local key has the signature of each key, float64[24]."""
    ticks = np.zeros(N_KEYS)
    for (tick, key), (end, _) in pairwise([*harmony.keys, (harmony.end, None)]):
        assert key
        ticks[number_of(key)] += end - tick
    shares: NDArray[np.float64] = (FIFTHS_APART == 0) @ ticks / max(1.0, ticks.sum())
    return shares


def with_mode(key: Key, notes: NDArray[np.int32]) -> Key:
    """The same tonic in Dorian or Mixolydian, if the notes are clearly of that mode."""
    sounding = np.bincount((notes[:, 2] - key.tonic) % 12, weights=notes[:, 1], minlength=12)
    for mode, (home, own, other) in _OWN_DEGREES.items():
        clear = sounding[own] > _TIMES_MORE * sounding[other]
        if key.mode is home and clear and sounding[own] > _LEAST_SHARE * sounding.sum():
            return Key(key.tonic, mode)
    return key


def long_keys(harmony: ReadHarmony, bars: NDArray[np.int32]) -> list[tuple[int, Key]]:
    """The keys that hold for long, each with the bar line where it begins.

    A key that a tune visits for some bars is not among them. bars: the ticks of the bar lines.
    """
    ticks = np.array([tick for tick, _ in harmony.keys])
    numbers = np.array([number_of(key) for _, key in harmony.keys])
    local = numbers[np.maximum(np.searchsorted(ticks, bars, side="right") - 1, 0)]
    costs = np.minimum(FIFTHS_APART + 0.3 * (FIFTHS_APART == 0), 2.0)
    np.fill_diagonal(costs, 0)
    total = costs[:, local[0]].copy()
    came_from = np.zeros((len(bars), N_KEYS), np.int64)
    for place, number in enumerate(local[1:].tolist(), start=1):
        best = int(total.argmin())
        changes = total > total[best] + _KEY_CHANGE
        came_from[place] = np.where(changes, best, np.arange(N_KEYS))
        total = np.where(changes, total[best] + _KEY_CHANGE, total) + costs[:, number]
    state = int(total.argmin())
    found: list[tuple[int, Key]] = []
    for place in range(len(bars) - 1, -1, -1):
        before = int(came_from[place, state])
        if place == 0 or before != state:
            found.append((int(bars[place]), key_of(state)))
        state = before
    return found[::-1]
