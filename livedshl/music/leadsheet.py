"""The lead sheet: a melody and its chord symbols. Every reader of tunes delivers one."""

import re
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from livedshl.music.chords import NOTE_NAMES, Chord, pitch_class
from livedshl.units import TICKS_PER_BEAT


class Mode(Enum):
    """The mode of a key. Only tunes in major and minor are used."""

    MAJOR = "major"
    MINOR = "minor"
    OTHER = "other"


_KEY_NAME = re.compile(
    r"(?P<letter>[A-G])(?P<sign>#|♯|b|♭|[ -]?sharp|[ -]?flat|)"
    r"[ -]?(?P<mode>major|maj|minor|min|m|)",
    re.IGNORECASE,
)
_SIGNS = {"#": "#", "♯": "#", "sharp": "#", "b": "b", "♭": "b", "flat": "b"}
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
        home = 9 if self.mode is Mode.MINOR else 0
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
        return NOTE_NAMES[self.tonic] + ("m" if self.mode is Mode.MINOR else "")


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
    metres, keys: each one that occurs, once, in order of appearance.
    bars: int32[n], the ticks where bars start, ascending; `bars[0] == 0`. A bar that a repeat sign
        splits counts as one.
    notes: int32[n, 3], onset and length in ticks, MIDI pitch; ascending, one at a time.
    chords: int32[n, 3], onset tick, root pitch class, quality (index into `chords.QUALITIES`).
        Root -1 ends the harmony. A chord lasts until the next one or the end.
    end: the tick at which the tune ends.
    """

    title: str
    source: str
    metres: tuple[Metre, ...]
    keys: tuple[Key, ...]
    bars: NDArray[np.int32]
    notes: NDArray[np.int32]
    chords: NDArray[np.int32]
    end: int

    def chord_ticks(self) -> dict[Chord, int]:
        """How many ticks each chord sounds, in the tune's own key."""
        total: dict[Chord, int] = {}
        ends = np.append(self.chords[:, 0], self.end)[1:]
        for (onset, root, quality), end in zip(self.chords.tolist(), ends.tolist(), strict=True):
            if root >= 0 and end > onset:
                chord = Chord(root, quality)
                total[chord] = total.get(chord, 0) + end - onset
        return total
