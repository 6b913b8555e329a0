"""What a MIDI file says beside the notes: its keys, its sections and the names of its chords."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from livedshl.music.leadsheet import Key

NO_CHORD_NAME = "N.C."

_Value = TypeVar("_Value")
_Timed = tuple[tuple[int, _Value], ...]


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs of a stretch of music, each with its tick, ascending.

    keys, chords: what holds where the stretch starts, and each change. sections: the name of each
    section that starts in it.
    """

    keys: tuple[tuple[int, Key], ...] = ()
    sections: tuple[tuple[int, str], ...] = ()
    chords: tuple[tuple[int, str], ...] = ()

    def moved(self, ticks: int) -> "Signs":
        """The same, so many ticks later."""
        return Signs(
            tuple((tick + ticks, key) for tick, key in self.keys),
            tuple((tick + ticks, name) for tick, name in self.sections),
            tuple((tick + ticks, name) for tick, name in self.chords),
        )

    def since(self, start: int) -> "Signs":
        """Those from a tick on, with the key and the chord that hold there."""
        sections = tuple(sign for sign in self.sections if sign[0] >= start)
        return Signs(_held(self.keys, start), sections, _held(self.chords, start))

    def before(self, end: int) -> "Signs":
        """Those before a tick."""
        return Signs(
            tuple(sign for sign in self.keys if sign[0] < end),
            tuple(sign for sign in self.sections if sign[0] < end),
            tuple(sign for sign in self.chords if sign[0] < end),
        )


NO_SIGNS = Signs()


def joined(stretches: Iterable[Signs]) -> Signs:
    """The signs of stretches that follow each other, without keys and chords that only go on."""
    parts = list(stretches)
    return Signs(
        _changes(key for part in parts for key in part.keys),
        tuple(dict(section for part in parts for section in part.sections).items()),
        _changes(chord for part in parts for chord in part.chords),
    )


def _held(signs: _Timed[_Value], start: int) -> _Timed[_Value]:
    earlier = [what for tick, what in signs if tick <= start]
    later = tuple(sign for sign in signs if sign[0] > start)
    return ((start, earlier[-1]), *later) if earlier else later


def _changes(signs: Iterable[tuple[int, _Value]]) -> _Timed[_Value]:
    """The signs that differ from the one before; the last of several at one tick."""
    timed = list(dict(signs).items())
    return (*timed[:1], *(after for before, after in pairwise(timed) if after[1] != before[1]))
