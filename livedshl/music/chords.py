"""Chords, and the small vocabulary of chord classes that segments are written in.

A chord is a root and a quality. Segments know only the few classes of a `ChordVocabulary`
(paper, section 4.2: "we identified 12 chords that occur frequently"); any other chord is
written as the nearest class.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

NOTE_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_ENHARMONIC = {"DB": 1, "D#": 3, "E#": 5, "FB": 4, "GB": 6, "G#": 8, "A#": 10, "CB": 11, "B#": 0}
_TONICS = _ENHARMONIC | {name.upper(): index for index, name in enumerate(NOTE_NAMES)}
NO_CHORD = -1
N_CHORD_CLASSES = 12  # paper, section 4.2

# Name as written after the root, and the intervals above the root in semitones.
QUALITIES: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("", (0, 4, 7)),
    ("m", (0, 3, 7)),
    ("7", (0, 4, 7, 10)),
    ("m7", (0, 3, 7, 10)),
    ("maj7", (0, 4, 7, 11)),
    ("6", (0, 4, 7, 9)),
    ("m6", (0, 3, 7, 9)),
    ("dim", (0, 3, 6)),
    ("dim7", (0, 3, 6, 9)),
    ("m7b5", (0, 3, 6, 10)),
    ("aug", (0, 4, 8)),
    ("7#5", (0, 4, 8, 10)),
    ("sus4", (0, 5, 7)),
    ("7sus4", (0, 5, 7, 10)),
    ("mmaj7", (0, 3, 7, 11)),
)
_QUALITY_INDEX = {name: index for index, (name, _) in enumerate(QUALITIES)}


def pitch_class(name: str) -> int:
    """The pitch class (0 = C) of a note name such as "F#", "Gb" or "bb".

    Raises ValueError for anything else.
    """
    try:
        return _TONICS[name.strip().upper()]
    except KeyError:
        raise ValueError(f"not a note name: {name!r} (write C, F#, Bb ...)") from None


@dataclass(frozen=True, slots=True, order=True)
class Chord:
    """A chord symbol: `root` as a pitch class (0 = C), `quality` as an index into `QUALITIES`."""

    root: int
    quality: int

    @classmethod
    def parse(cls, name: str) -> "Chord":
        """The chord called `name` ("F#m7", "Bb"), its quality spelled as `QUALITIES` spells it.

        Raises ValueError for anything else.
        """
        root = name[:2] if name[1:2] in {"#", "b"} else name[:1]
        try:
            return cls(pitch_class(root), _QUALITY_INDEX[name[len(root) :]])
        except (KeyError, ValueError):
            raise ValueError(f"not a chord name: {name!r}") from None

    @classmethod
    def of_pitch_classes(cls, root: int, pitch_classes: Iterable[int]) -> "Chord":
        """The chord on `root` whose quality shares most with the sounding `pitch_classes`."""
        sounding = {(pitch_class - root) % 12 for pitch_class in pitch_classes}

        def mismatch(index: int) -> tuple[int, int]:
            intervals = set(QUALITIES[index][1])
            return len(intervals ^ sounding), len(intervals - sounding)

        return cls(root % 12, min(range(len(QUALITIES)), key=mismatch))

    @property
    def name(self) -> str:
        """The chord as a musician writes it, "Am7"."""
        return NOTE_NAMES[self.root] + QUALITIES[self.quality][0]

    @property
    def intervals(self) -> tuple[int, ...]:
        """Semitones above the root, ascending, 0 first."""
        return QUALITIES[self.quality][1]

    @property
    def pitch_classes(self) -> frozenset[int]:
        """The pitch classes that sound."""
        return frozenset((self.root + interval) % 12 for interval in self.intervals)

    def transposed(self, semitones: int) -> "Chord":
        """The same chord `semitones` higher."""
        return Chord((self.root + semitones) % 12, self.quality)

    def distance(self, other: "Chord") -> float:
        """How unlike two chords sound: pitch classes they do not share, half a one for the root.

        Half a pitch class is enough to tell C6 from Am7 and too little to outweigh a note.
        """
        unshared = len(self.pitch_classes ^ other.pitch_classes)
        return unshared + (0.5 if self.root != other.root else 0.0)


@dataclass(frozen=True)
class ChordVocabulary:
    """The chord classes of a bundle, in the order of their indices in segments."""

    classes: tuple[Chord, ...]

    @classmethod
    def of_names(cls, names: Iterable[str]) -> "ChordVocabulary":
        """The vocabulary of these chord names, in this order."""
        return cls(tuple(Chord.parse(name) for name in names))

    @classmethod
    def counted(cls, chord_ticks: Mapping[Chord, int], size: int) -> "ChordVocabulary":
        """The `size` chords that sound longest; `chord_ticks` says how long each sounds."""
        ranked = sorted(chord_ticks, key=lambda chord: (-chord_ticks[chord], chord))
        return cls(tuple(ranked[:size]))

    def __len__(self) -> int:
        return len(self.classes)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the classes, as the manifest keeps them."""
        return tuple(chord.name for chord in self.classes)

    @cached_property
    def _nearest(self) -> NDArray[np.int8]:
        """Class index by root and quality, int8[12, qualities]."""
        table = np.empty((12, len(QUALITIES)), np.int8)
        for root in range(12):
            for quality in range(len(QUALITIES)):
                chord = Chord(root, quality)
                distances = [chord.distance(known) for known in self.classes]
                table[root, quality] = int(np.argmin(distances))
        return table

    def index(self, chord: Chord) -> int:
        """The class of `chord`: itself where the vocabulary has it, else the nearest."""
        return int(self._nearest[chord.root, chord.quality])


# Covers 98.8 % of the chord time of the Nottingham tunes in C; used where nothing is counted.
COMMON_CHORDS: Sequence[str] = ("C", "G7", "F", "G", "Dm", "Am", "D7", "Bb", "C7", "A7", "D", "Em")
