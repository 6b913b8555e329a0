"""The keys of a preset file: how each value is read, and what it is if the key is left out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from livedshl.arranger import MOST_INTRO_BARS, MOST_TIMING_TICKS, Colour, Groove, Role
from livedshl.errors import PresetError, did_you_mean
from livedshl.improviser import ContinuationRules, Form
from livedshl.midi.general_midi import program_number
from livedshl.music import GRIDS
from livedshl.music.dances import MOST_NOTES_A_BAR, Dance
from livedshl.music.leadsheet import Key, Mode
from livedshl.units import HIGHEST_TEMPO, LOWEST_TEMPO


@dataclass(frozen=True, slots=True)
class Field:
    """One key: how its value is read, and its default."""

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


def _dances(value: Any) -> tuple[Dance, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ValueError("must be a list of dances in quotes")
    read = _one_of(Dance)
    return tuple(Dance(read(name)) for name in value)


def _notes_a_bar(value: Any) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError("must be two numbers: the least and the most")
    least, most = (_from_to(0, MOST_NOTES_A_BAR)(number) for number in value)
    if least >= most:
        raise ValueError("the least must be less than the most")
    return least, most


_MIDI = _whole(0, 127)
_SHARE = _from_to(0, 1)

# presets/session.toml explains every key to the people who write presets.
PRESET_FIELDS = {
    "description": Field(_text, ""),
    "tempo": Field(_from_to(LOWEST_TEMPO, HIGHEST_TEMPO, " BPM"), 110.0),
    "metre": Field(_metre),
    "key": Field(lambda value: Key.parse(_text(value)), Key(0, Mode.MAJOR)),
    "form": Field(_one_of(Form), Form.ANY),
    "chords": Field(_text),
}
RULES_FIELDS = {
    "song_cap": Field(_whole(1, 1000), ContinuationRules().song_cap),
    "window": Field(_whole(1, 1000), ContinuationRules().window),
    "recency": Field(_whole(0, 100_000), ContinuationRules().recency),
    "adventure": Field(_SHARE, ContinuationRules().adventure),
    "max_quote": Field(_whole(1, 1000), ContinuationRules().max_quote),
    "dances": Field(_dances, ContinuationRules().dances),
    "notes_a_bar": Field(_notes_a_bar, ContinuationRules().notes_a_bar),
}
GROOVE_FIELDS = {
    "swing": Field(_SHARE, Groove().swing),
    "timing": Field(_whole(0, MOST_TIMING_TICKS), Groove().timing),
    "dynamics": Field(_whole(0, 40), Groove().dynamics),
    "intro": Field(_whole(0, MOST_INTRO_BARS), Groove().intro),
}
PART_FIELDS = {
    "name": Field(_text, required=True),
    "role": Field(_one_of(Role), required=True),
    "channel": Field(_whole(1, 16), required=True),
    "program": Field(lambda value: program_number(_text(value)), 0),
    "volume": Field(_MIDI, 100),
    "pan": Field(_MIDI, 64),
    "reverb": Field(_MIDI, 40),
    "velocity": Field(_whole(1, 127), 80),
    "lowest": Field(_MIDI, 48),
    "highest": Field(_MIDI, 84),
    "pattern": Field(_text),
    "density": Field(_SHARE, 1.0),
    "ornaments": Field(_SHARE, 0.0),
    "colour": Field(_one_of(Colour), Colour.PLAIN),
}


def read_fields(
    table: Any, fields: Mapping[str, Field], where: str, also: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The values of a TOML table, checked, with defaults filled in. Raises PresetError.

    also: keys of the table that are read elsewhere.
    """
    if not isinstance(table, dict):
        raise PresetError("must be a table", where=where)
    for key in table:
        if key not in fields:
            hint = did_you_mean(key, [*fields, *also]) or f"Known keys: {', '.join(fields)}"
            raise PresetError(f"unknown key {key!r}", where=where, remedy=hint)
    values = {}
    for key, field in fields.items():
        if key not in table and field.required:
            raise PresetError(f"{key!r} is missing", where=where)
        try:
            values[key] = field.read(table[key]) if key in table else field.default
        except ValueError as error:
            raise PresetError(f"{key} = {table[key]!r}: {error}", where=where) from None
    return values
