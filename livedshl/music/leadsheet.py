"""The lead sheet: a melody and its chord symbols. Every reader of tunes delivers one."""

import re
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from livedshl.music.chords import NOTE_NAMES, Chord, pitch_class
from livedshl.units import TICKS_PER_BEAT


class Mode(Enum):
    """The mode of a key. OTHER stands for the modes from which nothing is played."""

    MAJOR = "major"
    MINOR = "minor"
    DORIAN = "Dorian"
    MIXOLYDIAN = "Mixolydian"
    OTHER = "other"

    @property
    def home(self) -> "Mode | None":
        """The mode of the libraries that a tune goes into; None if it goes into none.

        A Mixolydian tune goes among those in major, a Dorian one among those in minor: a single
        note of the scale differs.
        """
        return _HOMES.get(self)


_HOMES = {
    Mode.MAJOR: Mode.MAJOR,
    Mode.MIXOLYDIAN: Mode.MAJOR,
    Mode.MINOR: Mode.MINOR,
    Mode.DORIAN: Mode.MINOR,
}


_KEY_NAME = re.compile(
    r"(?P<letter>[A-G])(?P<sign>#|♯|b|♭|[ -]?sharp|[ -]?flat|)"
    r"[ -]?(?P<mode>major|maj|minor|min|m|)",
    re.IGNORECASE,
)
_SIGNS = {"#": "#", "♯": "#", "sharp": "#", "b": "b", "♭": "b", "flat": "b"}
_SUFFIXES = {Mode.MINOR: "m", Mode.DORIAN: " Dorian", Mode.MIXOLYDIAN: " Mixolydian"}
_OTHER_MODES = ("dorian", "phrygian", "lydian", "mixolydian", "aeolian", "locrian", "ionian")


@dataclass(frozen=True, slots=True)
class Key:
    """A key: its tonic as a pitch class (0 = C), and its mode."""

    tonic: int
    mode: Mode

    @classmethod
    def parse(cls, name: str) -> "Key":
        """Reads a key: "C", "F#", "B♭", "D major"; in minor "Am", "F#m", "f sharp minor".

        Raises ValueError for anything else.
        """
        found = _KEY_NAME.fullmatch(name.strip())
        if found is None:
            if name.casefold().endswith(_OTHER_MODES):
                raise ValueError(f"not a key in major or minor, as the tunes are: {name!r}")
            raise ValueError(f"not a key: {name!r}")
        tonic = found["letter"] + _SIGNS.get(found["sign"].strip(" -").casefold(), "")
        word = found["mode"]
        minor = word == "m" or word.casefold().startswith("min")
        return cls(pitch_class(tonic), Mode.MINOR if minor else Mode.MAJOR)

    @property
    def shift(self) -> int:
        """Semitones, -5 to 6, up from C major or A minor, the keys of a library's tunes."""
        home = 9 if self.mode.home is Mode.MINOR else 0
        return (self.tonic - home + 5) % 12 - 5

    def transposed(self, semitones: int) -> "Key":
        """The key `semitones` higher."""
        return Key((self.tonic + semitones) % 12, self.mode)

    @property
    def relative(self) -> "Key":
        """The key of the other mode with the same notes: Am for C, C for Am."""
        if self.mode is Mode.MINOR:
            return Key((self.tonic + 3) % 12, Mode.MAJOR)
        return Key((self.tonic - 3) % 12, Mode.MINOR)

    def __str__(self) -> str:
        return NOTE_NAMES[self.tonic] + _SUFFIXES.get(self.mode, "")


@dataclass(frozen=True, slots=True)
class Metre:
    """A time signature: `count` notes of 1/`unit` in a bar. Cut time is Metre(2, 2)."""

    count: int
    unit: int

    @property
    def bar_ticks(self) -> int:
        """The length of a full bar in ticks."""
        return self.count * 4 * TICKS_PER_BEAT // self.unit

    def __str__(self) -> str:
        return f"{self.count}/{self.unit}"


@dataclass(frozen=True, slots=True, eq=False)
class LeadSheet:
    """A tune in its own key, with repeats and endings played out.

    Ticks, 480 a quarter note, count from the first full bar line; a pickup has negative ticks.

    source: the file, and the tune's number in it.
    metre_changes, key_changes: each with the tick at which it begins, ascending. The first counts
        from the beginning of the tune, whatever its tick.
    bars: int32[n], the ticks where bars start, ascending; `bars[0] == 0`. A bar that a repeat sign
        splits counts as one.
    notes: int32[n, 3], onset and length in ticks, MIDI pitch; ascending, one at a time.
    chords: int32[n, 3], onset tick, root pitch class, quality (index into `chords.QUALITIES`).
        Root -1 ends the harmony. A chord lasts until the next one or the end.
    end: the tick at which the tune ends.
    sections: the names of sections, each with the tick at which it begins.
    accompaniment: int32[n, 4], onset and length in ticks, MIDI pitch, number of the hand or track;
        ascending.
    basses: int32[n], for each chord the semitones from its root up to its bass note; empty if the
        root is always the lowest.
    """

    title: str
    source: str
    metre_changes: tuple[tuple[int, Metre], ...]
    key_changes: tuple[tuple[int, Key], ...]
    bars: NDArray[np.int32]
    notes: NDArray[np.int32]
    chords: NDArray[np.int32]
    end: int
    sections: tuple[tuple[int, str], ...] = ()
    accompaniment: NDArray[np.int32] = field(default_factory=lambda: np.zeros((0, 4), np.int32))
    basses: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))

    @property
    def metre(self) -> Metre:
        """The metre that the tune begins with."""
        return self.metre_changes[0][1]

    @property
    def key(self) -> Key:
        """The key that the tune begins in."""
        return self.key_changes[0][1]

    @property
    def metres(self) -> tuple[Metre, ...]:
        """Each metre that occurs, once, in order of appearance."""
        return tuple(dict.fromkeys(metre for _, metre in self.metre_changes))

    @property
    def keys(self) -> tuple[Key, ...]:
        """Each key that occurs, once, in order of appearance."""
        return tuple(dict.fromkeys(key for _, key in self.key_changes))

    def chord_ticks(self) -> dict[Chord, int]:
        """How many ticks each chord sounds, in the tune's own key."""
        total: dict[Chord, int] = {}
        ends = np.append(self.chords[:, 0], self.end)[1:]
        for (onset, chord), end in zip(self.written_chords(), ends.tolist(), strict=True):
            if chord and end > onset:
                total[chord] = total.get(chord, 0) + end - onset
        return total

    def written_chords(self) -> list[tuple[int, Chord | None]]:
        """Each chord with its bass and the tick at which it begins; None ends the harmony."""
        basses = self.basses.tolist() if len(self.basses) else [0] * len(self.chords)
        return [
            (onset, Chord(root, quality, bass) if root >= 0 else None)
            for (onset, root, quality), bass in zip(self.chords.tolist(), basses, strict=True)
        ]
