"""Rhythms written as text: a symbol for each step, a space between beats.

In every table "-" holds the note, to be struck again when the chord changes; "~" holds it whatever
the chord does; "." ends it. The other symbols strike, each table says what. A rhythm starts on a
bar line and repeats. It is as long as a beat, a bar or several bars, counted from the start of a
section.
"""

from collections.abc import Mapping

from livedshl.arranger.part import Pattern
from livedshl.music import Grid

HELD, HELD_THROUGH, SILENT = "-", "~", "."

RhythmTable = Mapping[Pattern, Mapping[str, str]]
"""Rhythms by pattern and metre."""


class Rhythm:
    """A repeating rhythm; index it with a step of a section to get the symbol there."""

    def __init__(self, written: str) -> None:
        self._symbols = written.replace(" ", "")

    def __getitem__(self, step: int) -> str:
        return self._symbols[step % len(self._symbols)]

    def __len__(self) -> int:
        return len(self._symbols)


def rhythm_of(table: RhythmTable, pattern: Pattern, grid: Grid) -> Rhythm:
    """The rhythm of a pattern in the metre of a grid."""
    return Rhythm(table[pattern][str(grid)])
