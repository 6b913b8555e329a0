"""Patterns: what a part plays in every metre, as rows of symbols at three levels.

A row has a symbol for each step; spaces separate beats for the eye. It starts on a bar line and
repeats; it lasts a whole number of beats that fits the bar, or up to four bars. A row of drums has
a lane for each drum. docs/patterns.md explains the files to the people who write them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from livedshl.arranger.percussion import DRUMS
from livedshl.arranger.role import Role
from livedshl.errors import did_you_mean
from livedshl.music import GRIDS, Grid

HELD, HELD_THROUGH, SILENT = "-", "~", "."
PUSH = "p"  # the next chord, early
NOTES = "notes"  # the one lane of a row that is not drums

# What may stand in a row, besides the three above.
SYMBOLS: Mapping[Role, str] = {
    Role.MELODY: "x",
    Role.CHORDS: "av^bc123gp",
    Role.BASS: "rtfo67wkp",
    Role.DRUMS: "Xxog",
    Role.COUNTER: "xa",
    Role.DRONE: "x",
}
PHRASE_BARS = 4
_MOST_ROWS = 32

Row = Mapping[str, str]
"""The symbols of each lane, without spaces, all of one length."""


@dataclass(frozen=True, slots=True)
class Rows:
    """A pattern in one metre.

    thin, middle, full: rows to choose from at each level. fills: rows that replace the last beats
    of a section, shortest first.
    """

    thin: tuple[Row, ...]
    middle: tuple[Row, ...]
    full: tuple[Row, ...]
    fills: tuple[Row, ...] = ()

    def at_level(self, level: int) -> tuple[Row, ...]:
        """The rows of a level, 0 to 2."""
        return (self.thin, self.middle, self.full)[level]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern. metres: its rows, by the name of the metre.

    rings: voices ring to the bar line. keeps: notes that the next chord shares are not struck
    again. pedal: a piano or harp holds the sustain pedal down from chord to chord. crash: the
    cymbal that opens a loud section.
    """

    metres: Mapping[str, Rows]
    rings: bool = False
    keeps: bool = False
    pedal: bool = False
    crash: str = ""


_FLAGS = ("rings", "keeps", "pedal")
_LEVELS = tuple(field.name for field in fields(Rows))


def length_of(row: Row) -> int:
    """The steps of a row."""
    return len(next(iter(row.values())))


def read_pattern(table: Any, role: Role) -> Pattern:
    """The pattern in a TOML table. Raises ValueError that says what is wrong."""
    if not isinstance(table, dict):
        raise ValueError("must be a table")
    known = ("description", "crash", *_FLAGS, *GRIDS)
    for key in table:
        if key not in known:
            hint = did_you_mean(key, known)
            raise ValueError(f"unknown key {key!r}" + (f". {hint}" if hint else ""))
    for key in _FLAGS:
        if not isinstance(table.get(key, False), bool):
            raise ValueError(f"{key} must be true or false")
    crash = table.get("crash", "")
    if crash and crash not in DRUMS:
        raise ValueError(f"crash: there is no drum {crash!r}")
    metres = {metre: _rows(table[metre], role, GRIDS[metre]) for metre in GRIDS if metre in table}
    if not metres:
        raise ValueError(f"needs rows for at least one metre: {', '.join(GRIDS)}")
    flags = {key: table.get(key, False) for key in _FLAGS}
    return Pattern(metres, crash=crash, **flags)


def check_pattern(pattern: Pattern, role: Role) -> None:
    """Raises ValueError for a pattern that no file can hold."""
    table: dict[str, Any] = {flag: getattr(pattern, flag) for flag in _FLAGS}
    for metre, rows in pattern.metres.items():
        written = {level: getattr(rows, level) for level in _LEVELS}
        table[metre] = {
            level: [dict(row) if role is Role.DRUMS else row[NOTES] for row in levels]
            for level, levels in written.items()
            if levels
        }
    read_pattern(table | {"crash": pattern.crash}, role)


def _rows(table: Any, role: Role, grid: Grid) -> Rows:
    """The rows of one metre; a level that is left out is like the middle one."""
    if not isinstance(table, dict) or "middle" not in table:
        raise ValueError(f"{grid}: needs at least middle = [...]")
    if unknown := set(table) - set(_LEVELS):
        raise ValueError(f"{grid}: unknown key {min(unknown)!r}. Known: {', '.join(_LEVELS)}")
    read: dict[str, tuple[Row, ...]] = {}
    for level, rows in table.items():
        if not isinstance(rows, list) or not 0 < len(rows) <= _MOST_ROWS:
            raise ValueError(f"{grid} {level}: must be a list of 1 to {_MOST_ROWS} rows")
        read[level] = tuple(_row(row, role, grid, level) for row in rows)
    middle = read["middle"]
    fills = sorted(read.get("fills", ()), key=length_of)
    return Rows(read.get("thin", middle), middle, read.get("full", middle), tuple(fills))


def _row(row: Any, role: Role, grid: Grid, level: str) -> Row:
    lanes = row if role is Role.DRUMS else {NOTES: row}
    where = f"{grid} {level}"
    if not isinstance(lanes, dict) or not lanes:
        raise ValueError(f"{where}: a row of drums is a table, such as {{ snare = '....x...' }}")
    read: dict[str, str] = {}
    for lane, text in lanes.items():
        if role is Role.DRUMS and lane not in DRUMS:
            hint = did_you_mean(lane, DRUMS)
            raise ValueError(f"{where}: there is no drum {lane!r}" + (f". {hint}" if hint else ""))
        if not isinstance(text, str) or not text.strip():
            raise ValueError(f"{where}: a row must be a text in quotes")
        read[lane] = text.replace(" ", "")
        if wrong := set(read[lane]) - {*SYMBOLS[role], HELD, HELD_THROUGH, SILENT}:
            raise ValueError(f"{where}: {min(wrong)!r} means nothing for {role.value}")
    longest = max(map(len, read.values()))
    if any(longest % len(symbols) for symbols in read.values()):
        raise ValueError(f"{where}: the lanes of a row must repeat within the longest")
    _check_length(longest, grid, where, is_fill=level == "fills")
    return {lane: symbols * (longest // len(symbols)) for lane, symbols in read.items()}


def _check_length(steps: int, grid: Grid, where: str, *, is_fill: bool) -> None:
    bar = grid.bar_steps
    fits = steps % grid.beat_steps == 0 if is_fill or steps < bar else steps % bar == 0
    if steps < bar and not is_fill:
        fits = fits and bar % steps == 0
    if not fits or steps > PHRASE_BARS * bar:
        raise ValueError(
            f"{where}: {steps} steps do not fit; a beat has {grid.beat_steps}, a bar {bar}, "
            f"and a row may have up to {PHRASE_BARS} bars"
        )
