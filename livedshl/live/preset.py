"""Presets: TOML files that say how the music is played."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from pathlib import Path
from typing import Any

from livedshl.arranger import Part, Pattern, Role, program_number
from livedshl.errors import PresetError
from livedshl.improviser import ContinuationRules, Form
from livedshl.music import GRIDS
from livedshl.music.leadsheet import Key, Mode
from livedshl.shipped import shipped

LOWEST_TEMPO, HIGHEST_TEMPO = 20.0, 400.0  # BPM
_MAX_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Preset:
    """How a performance sounds, unless its settings say otherwise.

    metre: by the name of its grid; None for that of the bundle. tempo_bpm: beats a minute. form:
    how tunes are laid out.
    """

    name: str
    description: str
    metre: str | None
    tempo_bpm: float
    key: Key
    form: Form
    parts: tuple[Part, ...]
    rules: ContinuationRules


@dataclass(frozen=True, slots=True)
class _Field:
    """One key of a preset: how its value is read, and what stands in where it is left out."""

    read: Callable[[Any], Any]
    default: Any = None
    required: bool = False


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a text in quotes")
    return value


def _whole(lowest: int, highest: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if type(value) is not int or not lowest <= value <= highest:
            raise ValueError(f"must be a whole number from {lowest} to {highest}")
        return value

    return read


def _tempo(value: Any) -> float:
    if type(value) not in (int, float) or not LOWEST_TEMPO <= value <= HIGHEST_TEMPO:
        raise ValueError(f"must be from {LOWEST_TEMPO:g} to {HIGHEST_TEMPO:g} BPM")
    return float(value)


def _share(value: Any) -> float:
    if type(value) not in (int, float) or not 0 <= value <= 1:
        raise ValueError("must be from 0 to 1")
    return float(value)


def _metre(value: Any) -> str:
    if _text(value) not in GRIDS:
        raise ValueError(f"must be one of {', '.join(GRIDS)}")
    return str(value)


def _one_of(choices: type[Enum]) -> Callable[[Any], Enum]:
    def read(value: Any) -> Enum:
        try:
            return choices(value)
        except ValueError:
            raise ValueError(f"must be one of {', '.join(c.value for c in choices)}") from None

    return read


_PITCH = _whole(0, 127)
_PRESET_FIELDS = {
    "description": _Field(_text, ""),
    "tempo": _Field(_tempo, 110.0),
    "metre": _Field(_metre),
    "key": _Field(lambda value: Key.parse(_text(value)), Key(0, Mode.MAJOR)),
    "form": _Field(_one_of(Form), Form.ANY),
}
_RULES_FIELDS = {
    "song_cap": _Field(_whole(1, 1000), ContinuationRules().song_cap),
    "window": _Field(_whole(1, 1000), ContinuationRules().window),
    "recency": _Field(_whole(0, 100_000), ContinuationRules().recency),
    "adventure": _Field(_share, ContinuationRules().adventure),
    "max_quote": _Field(_whole(1, 1000), ContinuationRules().max_quote),
}
_PART_FIELDS = {
    "name": _Field(_text, required=True),
    "role": _Field(_one_of(Role), required=True),
    "channel": _Field(_whole(1, 16), required=True),
    "program": _Field(lambda value: program_number(_text(value)), 0),
    "volume": _Field(_whole(0, 127), 100),
    "velocity": _Field(_whole(1, 127), 80),
    "lowest": _Field(_PITCH, 48),
    "highest": _Field(_PITCH, 84),
    "pattern": _Field(_one_of(Pattern), Pattern.SUSTAIN),
}


def preset_names() -> list[str]:
    """The presets that ship, by name."""
    return sorted(path.stem for path in shipped("presets").glob("*.toml"))


def load_preset(name_or_path: str) -> Preset:
    """The preset of this name among those that ship, or in this TOML file.

    Raises PresetError naming the file, the key and the remedy.
    """
    if name_or_path.endswith(".toml"):
        return read_preset(Path(name_or_path))
    if name_or_path not in preset_names():
        known = ", ".join(preset_names())
        raise PresetError(
            f"no preset is called {name_or_path!r}; there are {known}, "
            "or give the path of a .toml file"
        )
    return read_preset(shipped("presets") / f"{name_or_path}.toml")


def read_preset(path: Path) -> Preset:
    """The preset in a TOML file. Raises PresetError naming the file, the key and the remedy."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise PresetError(f"{path}: too large for a preset")
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PresetError(
            f"{path}: no such file; `livedshl presets` lists those that ship"
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PresetError(f"{path}: cannot be read as TOML ({error})") from error
    rules = content.pop("continuation", {})
    parts = content.pop("parts", [])
    if not isinstance(parts, list) or not parts:
        raise PresetError(f"{path}: a preset needs at least one [[parts]]")
    head = _read(content, _PRESET_FIELDS, str(path), also=("continuation", "parts"))
    return Preset(
        name=path.stem,
        description=head["description"],
        metre=head["metre"],
        tempo_bpm=head["tempo"],
        key=head["key"],
        form=head["form"],
        parts=tuple(_read_part(part, f"{path}: part {n}") for n, part in enumerate(parts, 1)),
        rules=ContinuationRules(**_read(rules, _RULES_FIELDS, f"{path}: [continuation]")),
    )


def _read_part(table: Any, where: str) -> Part:
    values = _read(table, _PART_FIELDS, where)
    if values["highest"] - values["lowest"] < 12:
        raise PresetError(f"{where}: highest must lie at least 12 semitones above lowest")
    values["channel"] -= 1
    return Part(**values)


def _read(
    table: Any, fields: Mapping[str, _Field], where: str, also: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The values of a TOML table, checked and with defaults; `also` are keys read elsewhere."""
    if not isinstance(table, dict):
        raise PresetError(f"{where}: must be a table")
    for key in table:
        if key not in fields:
            near = get_close_matches(key, [*fields, *also], n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known keys: {', '.join(fields)}"
            raise PresetError(f"{where}: unknown key {key!r}; {hint}")
    values = {}
    for key, field in fields.items():
        if key not in table and field.required:
            raise PresetError(f"{where}: {key!r} is missing")
        try:
            values[key] = field.read(table[key]) if key in table else field.default
        except ValueError as error:
            raise PresetError(f"{where}: {key} = {table[key]!r}: {error}") from None
    return values
