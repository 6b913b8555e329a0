"""Bars as they are written in one voice of an ABC tune."""

from dataclasses import dataclass, field
from itertools import accumulate

from livedshl.corpus.repeats import RepeatMarks
from livedshl.music import Metre
from livedshl.music.leadsheet import Key


@dataclass(slots=True)
class Sound:
    """A note, chord or rest. length: in ticks, not rounded. A rest has no pitches.

    pitches, tied: MIDI pitches, and those that go on in the next sound.
    """

    length: float
    pitches: tuple[int, ...]
    tied: tuple[int, ...] = ()


@dataclass(slots=True)
class AbcBar:
    """A bar, or the part of a bar before or after a repeat sign.

    symbols: for each chord symbol the number of the sound that it stands at, root,
        quality and bass.
    key: at its beginning. new_keys: those that begin within it, each with the number of the first
        sound in it. Keys and symbols are as they sound.
    part: the name of the part (P:) that begins here, "" if none does.
    opens: the numbers of the ending that begins here. is_double: a double bar line ends it.
    """

    metre: Metre
    key: Key
    sounds: list[Sound] = field(default_factory=list)
    symbols: list[tuple[int, int, int, int]] = field(default_factory=list)
    new_keys: list[tuple[int, Key]] = field(default_factory=list)
    part: str = ""
    opens: frozenset[int] = frozenset()
    is_double: bool = False
    marks: RepeatMarks = field(default_factory=RepeatMarks)

    @property
    def ticks(self) -> int:
        """How long the bar is."""
        return self.places[-1]

    @property
    def places(self) -> list[int]:
        """The tick in the bar at which each sound begins, and the end of the last."""
        lengths = (sound.length for sound in self.sounds)
        return [round(place) for place in accumulate(lengths, initial=0.0)]
