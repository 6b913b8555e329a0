"""Rows: rhythms written as text, a symbol a step and a space between beats.

In every table of rows "-" means that what sounds goes on, to be struck again where the chord
changes, "~" that it goes on whatever the chord does, and "." that it ends. A row begins on a bar
line and comes again when it is over: it is as long as a beat, a bar or several bars, which are
counted from the start of a section.
"""

from collections.abc import Mapping

from livedshl.arranger.part import Pattern
from livedshl.music import Grid

HELD, HELD_THROUGH, SILENT = "-", "~", "."

Rows = Mapping[str, str]  # by metre
Table = Mapping[Pattern, Rows]


class Row:
    """A row, ready to be read at any step of a section."""

    def __init__(self, written: str) -> None:
        self._symbols = written.replace(" ", "")

    def __getitem__(self, step: int) -> str:
        return self._symbols[step % len(self._symbols)]

    def __len__(self) -> int:
        return len(self._symbols)


def row_of(table: Table, pattern: Pattern, grid: Grid) -> Row:
    """The row of a pattern in the metre of a grid."""
    return Row(table[pattern][str(grid)])
