"""Presets: TOML files that say how the music is played."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from pathlib import Path
from typing import Any

from livedshl.arranger import (
    DRUM_CHANNEL,
    MOST_TIMING_TICKS,
    Groove,
    Part,
    Pattern,
    Role,
    patterns_of,
    program_number,
)
from livedshl.bundle.shipped import shipped
from livedshl.errors import PresetError, did_you_mean
from livedshl.improviser import ContinuationRules, Form
from livedshl.music import GRIDS, Grid
from livedshl.music.leadsheet import Key, Mode
from livedshl.units import HIGHEST_TEMPO, LOWEST_TEMPO

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
    groove: Groove
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


def _from_to(lowest: float, highest: float, unit: str = "") -> Callable[[Any], float]:
    def read(value: Any) -> float:
        if type(value) not in (int, float) or not lowest <= value <= highest:
            raise ValueError(f"must be from {lowest:g} to {highest:g}{unit}")
        return float(value)

    return read


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


_MIDI = _whole(0, 127)
_SHARE = _from_to(0, 1)
# Every key of a preset; presets/session.toml explains them to who writes one.
_PRESET_FIELDS = {
    "description": _Field(_text, ""),
    "tempo": _Field(_from_to(LOWEST_TEMPO, HIGHEST_TEMPO, " BPM"), 110.0),
    "metre": _Field(_metre),
    "key": _Field(lambda value: Key.parse(_text(value)), Key(0, Mode.MAJOR)),
    "form": _Field(_one_of(Form), Form.ANY),
}
_RULES_FIELDS = {
    "song_cap": _Field(_whole(1, 1000), ContinuationRules().song_cap),
    "window": _Field(_whole(1, 1000), ContinuationRules().window),
    "recency": _Field(_whole(0, 100_000), ContinuationRules().recency),
    "adventure": _Field(_SHARE, ContinuationRules().adventure),
    "max_quote": _Field(_whole(1, 1000), ContinuationRules().max_quote),
}
_GROOVE_FIELDS = {
    "swing": _Field(_SHARE, Groove().swing),
    "timing": _Field(_whole(0, MOST_TIMING_TICKS), Groove().timing),
    "dynamics": _Field(_whole(0, 40), Groove().dynamics),
}
_PART_FIELDS = {
    "name": _Field(_text, required=True),
    "role": _Field(_one_of(Role), required=True),
    "channel": _Field(_whole(1, 16), required=True),
    "program": _Field(lambda value: program_number(_text(value)), 0),
    "volume": _Field(_MIDI, 100),
    "pan": _Field(_MIDI, 64),
    "reverb": _Field(_MIDI, 40),
    "velocity": _Field(_whole(1, 127), 80),
    "lowest": _Field(_MIDI, 48),
    "highest": _Field(_MIDI, 84),
    "pattern": _Field(_one_of(Pattern)),
    "density": _Field(_SHARE, 1.0),
    "ornaments": _Field(_SHARE, 0.0),
}


def preset_names() -> list[str]:
    """The presets that ship, by name."""
    return sorted(path.stem for path in shipped("presets").glob("*.toml"))


def presets_for(grid: Grid) -> list[str]:
    """The presets that ship and play in a metre, by name."""
    metres = {name: load_preset(name).metre for name in preset_names()}
    return [name for name, metre in metres.items() if metre in (None, str(grid))]


def load_preset(name_or_path: str) -> Preset:
    """The preset of this name among those that ship, or in this TOML file.

    Raises PresetError naming the file, the key and the remedy.
    """
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
    """Writes a commented preset to start from: that of the preset `session`.

    Raises PresetError where there is such a file already, or where none can be written.
    """
    try:
        with path.open("xb") as file:
            file.write((shipped("presets") / "session.toml").read_bytes())
    except FileExistsError:
        raise PresetError(f"{path}: there is such a file already; choose another name") from None
    except OSError as error:
        raise PresetError(f"{path}: cannot be written ({error.strerror})") from error


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
    groove = content.pop("groove", {})
    parts = content.pop("parts", [])
    if not isinstance(parts, list) or not parts:
        raise PresetError(f"{path}: a preset needs at least one [[parts]]")
    head = _read(content, _PRESET_FIELDS, str(path), also=("continuation", "groove", "parts"))
    return Preset(
        name=path.stem,
        description=head["description"],
        metre=head["metre"],
        tempo_bpm=head["tempo"],
        key=head["key"],
        form=head["form"],
        parts=_read_parts(parts, path),
        groove=Groove(**_read(groove, _GROOVE_FIELDS, f"{path}: [groove]")),
        rules=ContinuationRules(**_read(rules, _RULES_FIELDS, f"{path}: [continuation]")),
    )


def _read_parts(tables: list[Any], path: Path) -> tuple[Part, ...]:
    parts: dict[int, Part] = {}
    for number, table in enumerate(tables, 1):
        where = f"{path}: part {number}"
        part = _read_part(table, where)
        if part.channel in parts:
            raise PresetError(
                f"{where}: channel {part.channel + 1} is that of {parts[part.channel].name!r}; "
                "choose another"
            )
        parts[part.channel] = part
    return tuple(parts.values())


def _read_part(table: Any, where: str) -> Part:
    values = _read(table, _PART_FIELDS, where)
    role: Role = values["role"]
    known = patterns_of(role)
    values["pattern"] = values["pattern"] or known[0]
    if values["pattern"] not in known:
        names = ", ".join(pattern.value for pattern in known)
        raise PresetError(
            f"{where}: pattern = {values['pattern'].value!r}: the role {role.value} knows {names}"
        )
    if values["highest"] - values["lowest"] < 12:
        raise PresetError(f"{where}: highest must lie at least 12 semitones above lowest")
    values["channel"] -= 1
    if (values["channel"] == DRUM_CHANNEL) is not (role is Role.DRUMS):
        raise PresetError(
            f"{where}: channel {DRUM_CHANNEL + 1} is General MIDI's for drums; "
            "they play there, and nothing else does"
        )
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
