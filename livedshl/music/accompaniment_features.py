"""Bars of accompaniment as numbers: what the networks that code them read, and what likens them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.music.accompaniment import Accompaniment
from livedshl.music.chords import QUALITIES, Chord
from livedshl.music.grid import GRIDS
from livedshl.music.segments import ARTICULATED, PITCH, REST

_ALL_GRIDS = tuple(GRIDS.values())
_STEPS = max(grid.bar_steps for grid in _ALL_GRIDS)  # shorter bars end with silence
_BEATS = max(grid.bar_beats for grid in _ALL_GRIDS)
_HANDS = 2
_MIDDLE, _REACH = 60, 24  # MIDI pitch and semitones: pitches become numbers around 0

N_RHYTHM = _HANDS * _STEPS * 2  # whether notes start, and whether any sounds
N_REGISTER = _HANDS * _STEPS * 2  # the highest and the lowest that sounds
N_INTERVALS = _HANDS * _STEPS * 12  # which intervals over the root start
N_FIGURE = N_RHYTHM + N_REGISTER + N_INTERVALS
N_CHORD = 25  # root, or none; pitch classes
N_CHORDS = _BEATS * N_CHORD
_N_STEP = 14  # of a melody: whether a note starts; pitch class; pitch
N_MELODY = _STEPS * _N_STEP
N_GRIDS = len(_ALL_GRIDS)

Floats = NDArray[np.float32]


def _chord_table() -> Floats:
    """The numbers of each root (0 for none) and quality, float32[13, qualities, 25]."""
    table = np.zeros((13, len(QUALITIES), N_CHORD), np.float32)
    table[0, :, 12] = 1
    for root in range(12):
        for quality in range(len(QUALITIES)):
            table[1 + root, quality, root] = 1
            for pitch_class in Chord(root, quality).pitch_classes:
                table[1 + root, quality, 13 + pitch_class] = 1
    return table


_CHORDS = _chord_table()


@dataclass(frozen=True, slots=True, eq=False)
class AccompanimentBars:
    """All bars of some accompaniments, in order, n of them.

    songs, stretches: int32[n], numbers of the song, and of its stretch in one metre and key.
    grids: int8[n], number of the grid. places: int32[n], bars from the start of the stretch.
    used, joined: bool[n], as in `Accompaniment`.
    contents: int64[n], equal for bars with the same notes in the same metre.
    figures: float32[n, N_FIGURE], rhythm, register and intervals over the roots. chords:
    float32[n, N_CHORDS]. melodies: float32[n, N_MELODY].
    """

    songs: NDArray[np.int32]
    stretches: NDArray[np.int32]
    grids: NDArray[np.int8]
    places: NDArray[np.int32]
    used: NDArray[np.bool_]
    joined: NDArray[np.bool_]
    contents: NDArray[np.int64]
    figures: Floats
    chords: Floats
    melodies: Floats

    @classmethod
    def of(
        cls, accompaniments: Sequence[Accompaniment], songs: Sequence[int], first_place: int = 0
    ) -> "AccompanimentBars":
        """The bars of accompaniments, each of the song with that number.

        first_place: the place of the first bar of each; more than 0 for the last bars of music.
        """
        sizes = [len(one) for one in accompaniments]
        places = [first_place + np.arange(size) for size in sizes]
        numbers: dict[tuple[int, bytes], int] = {}
        contents = [
            numbers.setdefault((_ALL_GRIDS.index(one.grid), one.bar(bar).tobytes()), len(numbers))
            for one in accompaniments
            for bar in range(len(one))
        ]
        return cls(
            songs=np.repeat(songs, sizes).astype(np.int32),
            stretches=np.repeat(np.arange(len(sizes)), sizes).astype(np.int32),
            grids=np.repeat([_ALL_GRIDS.index(one.grid) for one in accompaniments], sizes).astype(
                np.int8
            ),
            places=np.concatenate(places).astype(np.int32),
            used=np.concatenate([one.used for one in accompaniments]),
            joined=np.concatenate([one.joined for one in accompaniments]),
            contents=np.array(contents, np.int64),
            figures=np.concatenate([_figures(one) for one in accompaniments]),
            chords=np.concatenate([_chords(one) for one in accompaniments]),
            melodies=np.concatenate([_melodies(one) for one in accompaniments]),
        )

    def __len__(self) -> int:
        return len(self.songs)

    @property
    def rhythms(self) -> Floats:
        """The part of the figures that has no pitch, float32[n, N_RHYTHM]."""
        return self.figures[:, :N_RHYTHM]

    def starts(self, rows: NDArray[np.int64]) -> Floats:
        """Whether a note of either hand starts at each step of some bars, float32[m, steps]."""
        started: Floats = self.rhythms[rows].reshape(len(rows), _HANDS, _STEPS, 2)[..., 0].max(1)
        return started

    def melody_starts(self, rows: NDArray[np.int64]) -> Floats:
        """Whether a note of the melody starts at each step of some bars, float32[m, steps]."""
        return self.melodies[rows].reshape(len(rows), _STEPS, _N_STEP)[..., 0]

    def followed(self) -> NDArray[np.int64]:
        """The bars that lead straight into another one, both of them used."""
        joins = self.joined[1:] & (self.stretches[1:] == self.stretches[:-1])
        return np.flatnonzero(self.used[:-1] & self.used[1:] & joins)

    def back(
        self, bars: NDArray[np.int64], n: int | NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """The bars `n` bars earlier, and whether each is used and of the same stretch."""
        earlier = np.maximum(bars - n, 0)
        there = (self.places[bars] >= n) & self.used[earlier]
        return earlier, there


def _figures(one: Accompaniment) -> Floats:
    """Rhythm, register and intervals of each bar, float32[bars, N_FIGURE]."""
    n, beat_steps = len(one), one.grid.beat_steps
    bars = np.repeat(np.arange(n), np.diff(one.offsets))
    onsets, lengths, pitches, hands = one.notes.T.astype(np.int64)
    starts = np.zeros((n, _HANDS, _STEPS), np.float32)
    starts[bars, hands, onsets] = 1
    highest = np.full((n, _HANDS, _STEPS), -np.inf, np.float32)
    lowest = np.full((n, _HANDS, _STEPS), np.inf, np.float32)
    height = ((pitches - _MIDDLE) / _REACH).astype(np.float32)
    each = np.repeat(np.arange(len(onsets)), lengths)  # its note, for every step that one lasts
    lasted = np.arange(len(each)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    places = bars[each], hands[each], onsets[each] + lasted
    np.maximum.at(highest, places, height[each])
    np.minimum.at(lowest, places, height[each])
    sounds = np.isfinite(highest)
    register = np.stack([np.where(sounds, highest, 0), np.where(sounds, lowest, 0)], -1)
    roots = one.chords[bars, onsets // beat_steps, 0]
    intervals = np.zeros((n, _HANDS, _STEPS, 12), np.float32)
    intervals[bars, hands, onsets, (pitches - np.maximum(roots, 0)) % 12] = 1
    rhythm = np.stack([starts, sounds], -1).astype(np.float32)
    parts = [part.reshape(n, -1).astype(np.float32) for part in (rhythm, register, intervals)]
    return np.concatenate(parts, 1)


def _chords(one: Accompaniment) -> Floats:
    numbers = np.zeros((len(one), _BEATS, N_CHORD), np.float32)
    numbers[:, : one.grid.bar_beats] = _CHORDS[one.chords[..., 0] + 1, one.chords[..., 1]]
    return numbers.reshape(len(one), -1)


def _melodies(one: Accompaniment) -> Floats:
    pitch = one.melody[..., PITCH].astype(np.int64)
    sounds = pitch != REST
    numbers = np.zeros((len(one), _STEPS, _N_STEP), np.float32)
    there = numbers[:, : one.grid.bar_steps]
    there[..., 0] = one.melody[..., ARTICULATED]
    there[..., 1:13] = (pitch[..., None] % 12 == np.arange(12)) & sounds[..., None]
    there[..., 13] = np.where(sounds, (pitch - _MIDDLE) / _REACH, 0)
    return numbers.reshape(len(one), -1)


def likeness(first: Floats, second: Floats) -> Floats:
    """The cosine of rows, float32[..., m] twice, to float32[...]; 0 for a silent one."""
    lengths = np.linalg.norm(first, axis=-1) * np.linalg.norm(second, axis=-1)
    alike: Floats = (first * second).sum(-1) / np.maximum(lengths, 1e-6)
    return alike


def mutual_likeness(first: Floats, second: Floats) -> Floats:
    """The cosine of each row of `first` with each of `second`, float32[n, m]."""
    alike: Floats = unit(first) @ unit(second).T
    return alike


def unit(rows: Floats) -> Floats:
    """Each row with length 1, or 0 if it is silent: float32[n, m]."""
    scaled: Floats = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
    return scaled
