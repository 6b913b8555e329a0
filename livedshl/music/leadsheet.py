"""The lead sheet: one melody line and one chord symbol line, as every reader delivers it."""

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from livedshl.music.chords import NOTE_NAMES, Chord, pitch_class
from livedshl.units import TICKS_PER_BEAT


class Mode(Enum):
    """The mode of a key; only these two have segment grids."""

    MAJOR = "major"
    MINOR = "minor"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Key:
    """A key: `tonic` as a pitch class (0 = C) and its mode."""

    tonic: int
    mode: Mode

    @classmethod
    def parse(cls, name: str) -> "Key":
        """The key called `name`: "C", "F#", "Bb"; in minor "Am", "F#m" or "A minor".

        Raises ValueError for anything else.
        """
        tonic = name.strip().removesuffix("minor").strip()
        minor = tonic != name.strip()
        if not minor and tonic.endswith("m"):
            tonic, minor = tonic[:-1], True
        return cls(pitch_class(tonic), Mode.MINOR if minor else Mode.MAJOR)

    @property
    def shift(self) -> int:
        """Semitones, -5 to 6, from C major or A minor, in which tunes are laid."""
        home = 9 if self.mode is Mode.MINOR else 0
        return (self.tonic - home + 5) % 12 - 5

    def transposed(self, semitones: int) -> "Key":
        """The key `semitones` higher."""
        return Key((self.tonic + semitones) % 12, self.mode)

    def __str__(self) -> str:
        return NOTE_NAMES[self.tonic] + ("m" if self.mode is Mode.MINOR else "")


@dataclass(frozen=True, slots=True)
class Metre:
    """A time signature, `count` notes of value 1/`unit` a bar; cut time is Metre(2, 2)."""

    count: int
    unit: int

    @property
    def bar_ticks(self) -> int:
        """Length of a full bar in ticks."""
        return self.count * 4 * TICKS_PER_BEAT // self.unit

    def __str__(self) -> str:
        return f"{self.count}/{self.unit}"


@dataclass(frozen=True, slots=True, eq=False)
class LeadSheet:
    """A tune as written, with repeats and endings played out.

    Ticks count from the first full bar line, 480 a beat (a quarter note); the anacrusis lies at
    negative ticks.

    title, source: what it is called, and the file (and tune number) it came from.
    metres, keys: every one that occurs, in order of first appearance, each once.
    bars: int32[n], ticks of the bar lines that start a bar, ascending, `bars[0] == 0`. A bar
        split by a repeat sign with a pickup counts as one bar.
    notes: int32[n, 3], onset tick, length in ticks, MIDI pitch; ascending and one at a time.
    chords: int32[n, 3], onset tick, root pitch class, quality (index into `chords.QUALITIES`);
        root -1 means that the harmony stops. A chord lasts until the next or the end.
    end: tick at which the tune ends.
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
        """How many ticks each chord sounds, by chord, as written (not transposed)."""
        total: dict[Chord, int] = {}
        ends = np.append(self.chords[:, 0], self.end)[1:]
        for (onset, root, quality), end in zip(self.chords.tolist(), ends.tolist(), strict=True):
            if root >= 0 and end > onset:
                chord = Chord(root, quality)
                total[chord] = total.get(chord, 0) + end - onset
        return total
