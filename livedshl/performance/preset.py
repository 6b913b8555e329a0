"""Presets: TOML files that say how the music is played."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from livedshl.arranger import Groove, Part, Role, patterns_of, read_pattern
from livedshl.bundle.shipped import shipped
from livedshl.errors import PresetError, did_you_mean
from livedshl.files import read_text
from livedshl.improviser import ContinuationRules, Form
from livedshl.midi.general_midi import DRUM_CHANNEL
from livedshl.music import Grid
from livedshl.music.leadsheet import Key
from livedshl.performance.preset_fields import (
    GROOVE_FIELDS,
    PART_FIELDS,
    PRESET_FIELDS,
    RULES_FIELDS,
    read_fields,
)

_MAX_BYTES = 1 << 20
_TABLES = ("continuation", "groove", "parts", "patterns")


@dataclass(frozen=True, slots=True)
class Preset:
    """How a performance sounds, unless its settings say otherwise.

    metre: the name of its grid; None for the model's. tempo_bpm: beats per minute. form: how tunes
    are laid out. chords: the chart that it plays over; None for the tunes' own chords.
    """

    name: str
    description: str
    metre: str | None
    tempo_bpm: float
    key: Key
    form: Form
    chords: str | None
    parts: tuple[Part, ...]
    groove: Groove
    rules: ContinuationRules


def preset_names() -> list[str]:
    """The names of the presets that ship with livedshl."""
    return sorted(path.stem for path in shipped("presets").glob("*.toml"))


def presets_for(grid: Grid) -> list[str]:
    """The names of the shipped presets that suit a metre."""
    metres = {name: load_preset(name).metre for name in preset_names()}
    return [name for name, metre in metres.items() if metre in (None, str(grid))]


def load_preset(name_or_path: str) -> Preset:
    """The shipped preset of this name, or the preset in this .toml file. Raises PresetError."""
    if name_or_path.endswith(".toml"):
        return read_preset(Path(name_or_path))
    if name_or_path not in preset_names():
        known = preset_names()
        raise PresetError(
            f"there is no preset {name_or_path!r}",
            remedy=did_you_mean(name_or_path, known)
            or f"Choose from {', '.join(known)}, or give the path of a .toml file",
        )
    return read_preset(shipped("presets") / f"{name_or_path}.toml")


def write_preset(path: Path) -> None:
    """Writes a new preset, a commented copy of `session`. Raises PresetError, also if it exists."""
    try:
        with path.open("xb") as file:
            file.write((shipped("presets") / "session.toml").read_bytes())
    except FileExistsError:
        raise PresetError("already exists", where=str(path), remedy="Choose another name") from None
    except OSError as error:
        raise PresetError(f"cannot be written ({error.strerror})", where=str(path)) from error


def read_preset(path: Path) -> Preset:
    """The preset in a TOML file. Raises PresetError with the key that is wrong."""
    where = str(path)
    try:
        content = tomllib.loads(read_text(path, _MAX_BYTES))
    except FileNotFoundError:
        raise PresetError(
            "no such file", where=where, remedy="`livedshl presets` lists those that ship"
        ) from None
    except OSError as error:
        raise PresetError(f"cannot be read ({error.strerror})", where=where) from error
    except ValueError as error:  # also of a number with thousands of digits
        raise PresetError(f"cannot be read as TOML ({error})", where=where) from error
    except RecursionError:
        raise PresetError("cannot be read (nested too deeply)", where=where) from None
    rules = content.pop("continuation", {})
    groove = content.pop("groove", {})
    parts = content.pop("parts", [])
    patterns = content.pop("patterns", {})
    if not isinstance(patterns, dict):
        raise PresetError("[patterns] must be a table of patterns, by name", where=where)
    if not isinstance(parts, list) or not parts:
        raise PresetError("a preset needs at least one [[parts]]", where=where)
    head = read_fields(content, PRESET_FIELDS, where, also=_TABLES)
    return Preset(
        name=path.stem,
        description=head["description"],
        metre=head["metre"],
        tempo_bpm=head["tempo"],
        key=head["key"],
        form=head["form"],
        chords=head["chords"],
        parts=_read_parts(parts, patterns, path),
        groove=Groove(**read_fields(groove, GROOVE_FIELDS, f"{path}: [groove]")),
        rules=ContinuationRules(**read_fields(rules, RULES_FIELDS, f"{path}: [continuation]")),
    )


def _read_parts(tables: list[Any], patterns: Mapping[str, Any], path: Path) -> tuple[Part, ...]:
    parts: dict[int, Part] = {}
    for number, table in enumerate(tables, 1):
        where = f"{path}: part {number}"
        part = _read_part(table, patterns, where)
        if part.channel in parts:
            raise PresetError(
                f"channel {part.channel + 1} is taken by {parts[part.channel].name!r}",
                where=where,
                remedy="Choose another channel",
            )
        parts[part.channel] = part
    if unused := set(patterns) - {part.pattern for part in parts.values() if part.own}:
        raise PresetError(f"no part plays the pattern {min(unused)!r}", where=str(path))
    return tuple(parts.values())


def _read_part(table: Any, patterns: Mapping[str, Any], where: str) -> Part:
    values = read_fields(table, PART_FIELDS, where)
    role: Role = values["role"]
    known = patterns_of(role)
    name = values["pattern"] = values["pattern"] or known[0]
    if name in patterns:
        try:
            values["own"] = read_pattern(patterns[name], role)
        except ValueError as error:
            raise PresetError(f"pattern {name!r}: {error}", where=where) from None
    elif name not in known:
        raise PresetError(
            f"pattern = {name!r} is not for the role {role.value}",
            where=where,
            remedy=did_you_mean(name, known) or f"Choose {', '.join(known)}",
        )
    if values["highest"] - values["lowest"] < 12:
        raise PresetError("highest must be at least 12 semitones above lowest", where=where)
    values["channel"] -= 1
    if (values["channel"] == DRUM_CHANNEL) is not (role is Role.DRUMS):
        raise PresetError(
            f"channel {DRUM_CHANNEL + 1} is for drums, and drums are for it (General MIDI)",
            where=where,
            remedy="Choose another channel",
        )
    return Part(**values)
