"""The patterns that ship with livedshl: a TOML file for each, in a folder for each role."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from livedshl.arranger.part import Part
from livedshl.arranger.pattern import Pattern, Rows, read_pattern
from livedshl.arranger.role import Role
from livedshl.music import GRIDS, Grid

_FOLDER = files("livedshl.arranger") / "patterns"
_ENDING = ".toml"
# What a part plays whose preset names no pattern.
DEFAULTS: Mapping[Role, str] = {
    Role.MELODY: "written",
    Role.CHORDS: "sustain",
    Role.BASS: "sustain",
    Role.DRUMS: "kit",
    Role.COUNTER: "answer",
    Role.DRONE: "sustain",
}


@cache
def patterns_of(role: Role) -> tuple[str, ...]:
    """The names of the patterns that ship for a role; the first is the default."""
    folder = _FOLDER / role.value
    names = sorted(
        file.name.removesuffix(_ENDING) for file in folder.iterdir() if file.name.endswith(_ENDING)
    )
    default = DEFAULTS[role]
    return default, *(name for name in names if name != default)


@cache
def shipped_pattern(role: Role, name: str) -> Pattern:
    """The pattern of a role that ships under a name."""
    text = (_FOLDER / role.value / f"{name}{_ENDING}").read_text("utf-8")
    return read_pattern(tomllib.loads(text), role)


def pattern_of(part: Part) -> Pattern:
    """The pattern that a part plays."""
    return part.own or shipped_pattern(part.role, part.pattern)


def rows_of(part: Part, grid: Grid) -> Rows:
    """The rows that a part plays in a metre.

    A pattern that is not written in the metre gives way to the default of the role, which is.
    """
    pattern = pattern_of(part)
    if str(grid) in pattern.metres:
        return pattern.metres[str(grid)]
    return shipped_pattern(part.role, DEFAULTS[part.role]).metres[str(grid)]


def metres_of(pattern: Pattern) -> list[str]:
    """The metres in which a pattern is written."""
    return [metre for metre in GRIDS if metre in pattern.metres]
