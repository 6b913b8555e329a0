"""Chords, and the small vocabulary of chord classes that segments use.

A chord is a root and a quality, and sometimes another bass. Segments have only the classes of a
`ChordVocabulary`. Any other chord is replaced by the nearest class. Networks read the first 12 (the
paper, section 4.2, has the 12 most frequent chords), and the nearest of them for all others.
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
N_CHORD_CLASSES = 12  # that networks read; paper, section 4.2
MOST_NUMBERED = 127  # chords in the steps of a performance, which are int8
MOST_CHORD_CLASSES = 64  # of a library: with what a chart brings they are numbered in 7 bits
_BASS = 1 / 24  # by which a chord over another bass, so many semitones up, is farther than without

# The name after the root, and the semitones above the root.
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
    """The pitch class (0 = C) of a note's name, as "F#", "Gb" or "bb".

    Raises ValueError for anything else.
    """
    try:
        return _TONICS[name.strip().upper()]
    except KeyError:
        raise ValueError(f"not a note name: {name!r} (write C, F#, Bb ...)") from None


@dataclass(frozen=True, slots=True, order=True)
class Chord:
    """A chord symbol: `root` as a pitch class (0 = C), `quality` as an index into `QUALITIES`.

    bass: semitones from the root up to the bass note; 0 unless it is a slash chord.
    """

    root: int
    quality: int
    bass: int = 0

    @classmethod
    def parse(cls, name: str) -> "Chord":
        """Reads a chord, as "F#m7", "Bb" or "C/E"; the quality must be one of `QUALITIES`.

        Raises ValueError for anything else.
        """
        above, slash, below = name.partition("/")
        root = above[:2] if above[1:2] in {"#", "b"} else above[:1]
        try:
            chord = cls(pitch_class(root), _QUALITY_INDEX[above[len(root) :]])
            return chord.over(pitch_class(below)) if slash else chord
        except (KeyError, ValueError):
            raise ValueError(f"not a chord name: {name!r}") from None

    @classmethod
    def of_pitch_classes(cls, root: int, pitch_classes: Iterable[int]) -> "Chord":
        """The chord on `root` whose quality has the most in common with `pitch_classes`."""
        sounding = {(pitch_class - root) % 12 for pitch_class in pitch_classes}

        def mismatch(index: int) -> tuple[int, int]:
            intervals = set(QUALITIES[index][1])
            return len(intervals ^ sounding), len(intervals - sounding)

        return cls(root % 12, min(range(len(QUALITIES)), key=mismatch))

    @property
    def name(self) -> str:
        """The chord as text, "Am7" or "C/E"; `parse` reads it back."""
        above = NOTE_NAMES[self.root] + QUALITIES[self.quality][0]
        return f"{above}/{NOTE_NAMES[self.lowest]}" if self.bass else above

    @property
    def lowest(self) -> int:
        """The pitch class of the bass note."""
        return (self.root + self.bass) % 12

    def over(self, bass: int) -> "Chord":
        """The chord over a bass note, given as a pitch class."""
        return Chord(self.root, self.quality, (bass - self.root) % 12)

    @property
    def intervals(self) -> tuple[int, ...]:
        """Semitones above the root, ascending, 0 first."""
        return QUALITIES[self.quality][1]

    @property
    def pitch_classes(self) -> frozenset[int]:
        """The pitch classes that sound above the bass."""
        return frozenset((self.root + interval) % 12 for interval in self.intervals)

    @property
    def is_dominant(self) -> bool:
        """Whether it has a major third and a minor seventh, which ask for another chord."""
        return {4, 10} <= set(self.intervals)

    def transposed(self, semitones: int) -> "Chord":
        """The chord `semitones` higher."""
        return Chord((self.root + semitones) % 12, self.quality, self.bass)

    def distance(self, other: "Chord") -> float:
        """How different two chords sound: the number of pitch classes that only one of them has.

        Different roots add a half. That is enough to tell C6 from Am7, and less than any note.
        """
        unshared = len(self.pitch_classes ^ other.pitch_classes)
        return unshared + (0.5 if self.root != other.root else 0.0)


@dataclass(frozen=True)
class ChordVocabulary:
    """The chord classes that segments number, in order. Networks read the first 12, or others."""

    classes: tuple[Chord, ...]

    @classmethod
    def of_names(cls, names: Iterable[str]) -> "ChordVocabulary":
        """The vocabulary of some chords, given by name."""
        return cls(tuple(Chord.parse(name) for name in names))

    @classmethod
    def counted(
        cls, chord_ticks: Mapping[Chord, int], share: float, most: int
    ) -> "ChordVocabulary":
        """The chords that sound longest, given how many ticks each sounds.

        First come 12 in root position, for the networks. Then as many others, up to `most` in all,
        as it takes to cover that share of the time.
        """
        ranked = sorted(chord_ticks, key=lambda chord: (-chord_ticks[chord], chord))
        plain = [chord for chord in ranked if not chord.bass][:N_CHORD_CLASSES]
        others = [chord for chord in ranked if chord not in plain]
        wanted = share * sum(chord_ticks.values())
        covered = sum(chord_ticks[chord] for chord in plain)
        classes = plain
        for chord in others[: most - len(plain)]:
            if covered >= wanted:
                break
            classes.append(chord)
            covered += chord_ticks[chord]
        return cls(tuple(classes))

    def __len__(self) -> int:
        return len(self.classes)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the classes."""
        return tuple(chord.name for chord in self.classes)

    @cached_property
    def heard_as(self) -> NDArray[np.int8]:
        """`read_as` the first classes, which networks learned from these tunes alone read."""
        return self.read_as(self.names[:N_CHORD_CLASSES])

    def read_as(self, known: Sequence[str]) -> NDArray[np.int8]:
        """The class that networks read for each class, and -1 for no chord, int8[k + 1].

        The number of a chord finds it, -1 the last entry. known: names of the classes that the
        networks read. Raises ValueError for a name that is no chord.
        """
        read = ChordVocabulary.of_names(known)
        return np.array([*map(read.index, self.classes), NO_CHORD], np.int8)

    @cached_property
    def _numbers(self) -> dict[Chord, int]:
        return {chord: number for number, chord in enumerate(self.classes)}

    @cached_property
    def _nearest(self) -> NDArray[np.int8]:
        """The class nearest to each root and quality, int8[12, qualities]."""
        table = np.empty((12, len(QUALITIES)), np.int8)
        for root in range(12):
            for quality in range(len(QUALITIES)):
                chord = Chord(root, quality)
                distances = [chord.distance(known) + _BASS * known.bass for known in self.classes]
                table[root, quality] = int(np.argmin(distances))
        return table

    def index(self, chord: Chord) -> int:
        """The number of the chord's class, or of the nearest if it has none."""
        own = self._numbers.get(chord)
        return int(self._nearest[chord.root, chord.quality]) if own is None else own


# For tunes without chords. These cover 98.8 % of the chord time of the Nottingham tunes in C.
COMMON_CHORDS: Sequence[str] = ("C", "G7", "F", "G", "Dm", "Am", "D7", "Bb", "C7", "A7", "D", "Em")
