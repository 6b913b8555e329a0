"""Commands as text: "tempo 120", "mute Bass on", "next-tune".

Typed lines, OSC messages, controller bindings and the log of a take all use these forms.
"""

from collections.abc import Mapping
from math import isfinite
from typing import Any

from livedshl.errors import CommandError, did_you_mean
from livedshl.music import Chord
from livedshl.music.leadsheet import Key
from livedshl.performance.command_kinds import COMMANDS, INNER, CommandKind, ValueKind, kind_of
from livedshl.performance.commands import (
    Answer,
    Choose,
    Command,
    FollowChart,
    FollowChord,
    OpenWith,
    PlaySong,
    SetKey,
    SetLevel,
    SetVariation,
    UseModel,
)
from livedshl.performance.material import FollowedChart, NamedModel
from livedshl.performance.phrase import Phrase

_WHOLE = (SetLevel, PlaySong, Choose, SetVariation)  # commands with a whole number

# What a session brings into the music, as a record.
_RECORDS: Mapping[type[Command], type[FollowedChart] | type[NamedModel]] = {
    FollowChart: FollowedChart,
    UseModel: NamedModel,
}

_MOST_DIGITS = 9  # of the number of a segment

Value = float | bool | str | None  # of a command, as text and surfaces give it

ALL_COMMANDS: Mapping[str, CommandKind] = {**COMMANDS, **INNER}


def kind_called(name: str, kinds: Mapping[str, CommandKind] = COMMANDS) -> CommandKind:
    """The kind of this name. Raises CommandError."""
    if name not in kinds:
        remedy = did_you_mean(name, kinds) or f"Try: {', '.join(kinds)}"
        raise CommandError(f"unknown control {name!r}", remedy=remedy)
    return kinds[name]


def parse_command(text: str, kinds: Mapping[str, CommandKind] = COMMANDS) -> Command:
    """The command that a line of text names, as `text_of` writes it. Raises CommandError.

    A switch without "on" or "off" is turned on.
    """
    name, _, rest = text.partition(" ")
    kind = kind_called(name, kinds)
    value: Value = None
    if kind.takes is ValueKind.SWITCH:
        before, _, last = rest.rpartition(" ")
        rest, value = (before, last == "on") if last in ("on", "off") else (rest, True)
    elif kind.takes is ValueKind.NUMBER:
        rest, _, last = rest.rpartition(" ")
        value = _number(kind, last)
    elif kind.takes is ValueKind.NAME:
        rest, value = "", rest
    if rest and not kind.per_part:
        raise CommandError(f"unexpected {rest!r}", where=name, remedy=f"Try: {kind.example}")
    return command_of(kind, value, rest or None)


def text_of(command: Command) -> str:
    """A command as text, without loss."""
    value = value_of(command)
    if isinstance(value, bool):
        value = "on" if value else "off"
    elif isinstance(value, int | float):
        value = repr(value).removesuffix(".0")
    return " ".join(word for word in (kind_of(command).name, part_of(command), value) if word)


def command_of(kind: CommandKind, value: Value = None, part: str | None = None) -> Command:
    """The command of a kind with a value and for a part. Raises CommandError.

    Only what the value is gets checked; `command_checks` says whether it can be obeyed.
    """
    if kind.per_part and not part:
        raise CommandError("no part given", where=kind.name, remedy=f"Try: {kind.example}")
    given: dict[str, Any] = {"part": part} if kind.per_part else {}
    if kind.field:
        given[kind.field] = _read(kind, value)
    return kind.command(**given)


def value_of(command: Command) -> Value:
    """The value of a command; None for a trigger."""
    value: Any = getattr(command, kind_of(command).field, None)
    match command:
        case FollowChord():
            return value.name if value else ""
        case OpenWith():
            return "" if value is None else str(value)
        case FollowChart() | UseModel():
            from livedshl.records import encode  # msgspec takes long to load, and few need it

            return encode(value)
        case Answer() | SetKey():
            return str(value)
    return value  # type: ignore[no-any-return]  # a number, a switch or a name


def part_of(command: Command) -> str | None:
    """The name of the part that a command concerns, if any."""
    return getattr(command, "part", None)


def _read(kind: CommandKind, value: Value) -> Any:
    """The value as the command's field has it."""
    if kind.takes is ValueKind.SWITCH:
        if not isinstance(value, bool):
            raise _wrong(kind, "neither on nor off")
        return value
    if kind.takes is ValueKind.NUMBER:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _wrong(kind, "not a number")
        if not isfinite(value):
            raise _wrong(kind, "not a number")
        return int(value) if kind.command in _WHOLE else float(value)
    if not isinstance(value, str):
        raise _wrong(kind, "not a name")
    try:
        if kind.command is SetKey:
            return Key.parse(value)
        if kind.command is Answer:
            return Phrase.parse(value)
        if kind.command is FollowChord:
            return Chord.parse(value) if value else None
        if kind.command is OpenWith:
            return _segment(value) if value else None
        if kind.command in _RECORDS:
            from livedshl.records import decode

            return decode(value, _RECORDS[kind.command])
    except ValueError as error:
        raise _wrong(kind, str(error)) from None
    if not value:
        raise _wrong(kind, "no name given")
    return value


def _segment(word: str) -> int:
    """The number of a segment. Raises ValueError."""
    if not (word.isascii() and word.isdecimal() and len(word) <= _MOST_DIGITS):
        raise ValueError(f"{word[:_MOST_DIGITS]!r} is not the number of a segment")
    return int(word)


def _number(kind: CommandKind, word: str) -> float:
    try:
        return float(word)
    except ValueError:
        raise _wrong(kind, f"{word!r} is not a number" if word else "no number given") from None


def _wrong(kind: CommandKind, what: str) -> CommandError:
    return CommandError(what, where=kind.name, remedy=f"Try: {kind.example}")
