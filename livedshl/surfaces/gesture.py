"""Gestures: what a button, pad or knob is for, and which command results from using it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from livedshl.errors import CommandError
from livedshl.live.snapshot import Snapshot
from livedshl.music import Mode
from livedshl.performance.command_checks import checked
from livedshl.performance.command_kinds import COMMANDS, CommandKind, ValueKind
from livedshl.performance.command_text import (
    Value,
    command_of,
    kind_called,
    parse_command,
    part_of,
    text_of,
    value_of,
)
from livedshl.performance.commands import Command, SetKey
from livedshl.surfaces.present import choices, plain_name

MOST_POSITION = 127  # of a knob: MIDI data has 7 bits


class Move(Enum):
    """What a press may do relative to the present value."""

    UP = "up"
    DOWN = "down"
    TAP = "tap"  # the beats of a tempo


_STEPS: Mapping[str, float] = {
    "tempo": 2, "adventure": 0.05, "intensity": 0.1, "density": 0.1, "swing": 0.1, "level": 8,
    "latency": 5, "song": 1,
}  # fmt: skip
# What a knob covers where its whole range would be too coarse: one unit per position.
_CHOSEN = ("key", "preset", "chart", "model")  # from a list, up and down
_KNOB_RANGES = {"tempo": (60.0, 187.0), "latency": (-64.0, 63.0)}


@dataclass(frozen=True, slots=True)
class Gesture:
    """What a button, pad or knob is for.

    name: of a command. part: the plain name of its part; without spaces, so that no number in it
    is taken for a value. value: what a press sets. move: what a press does instead. With neither,
    a press fires a trigger or flips a switch, and a knob sets the value.
    """

    name: str
    part: str | None = None
    value: Value = None
    move: Move | None = None

    @classmethod
    def parse(cls, text: str) -> "Gesture":
        """The gesture that a line names, as `str` writes it. Raises CommandError.

        "adventure", "mute bass", "tempo up", "tempo tap", "preset waltz-evening".
        """
        name, *words = text.split() or [""]
        kind = kind_called(name)
        if not text.isprintable():
            raise CommandError("unprintable characters in it", where=name)
        if words and (move := move_called(words[-1], name)):
            return cls(name, _part(kind, words[:-1]), move=move)
        if not _ends_in_value(kind.takes, words):
            return cls(name, _part(kind, words))
        command = parse_command(" ".join([name, *words]))
        part = part_of(command)
        mode = command.key.mode if isinstance(command, SetKey) else Mode.MAJOR
        checked(command, [part] if part else [], mode)
        return cls(name, _part(kind, [part] if part else []), value_of(command))

    def __str__(self) -> str:
        if self.value is not None:
            return text_of(command_of(self.kind, self.value, self.part))
        move = self.move.value if self.move else None
        return " ".join(word for word in (self.name, self.part, move) if word)

    @property
    def kind(self) -> CommandKind:
        """The facts of its command."""
        return COMMANDS[self.name]

    @property
    def turns(self) -> bool:
        """Whether a knob can set the value."""
        return self.kind.takes is not ValueKind.TRIGGER and self.value is None and self.move is None

    @property
    def presses(self) -> bool:
        """Whether a button or pad can do it."""
        return not self.turns or self.kind.takes is ValueKind.SWITCH

    def pressed(self, present: Value, snapshot: Snapshot) -> Command:
        """The command of a press other than a tap. present: the value that the command has now."""
        value: Value = self.value
        if self.move:
            value = _moved(self.kind, present, 1 if self.move is Move.UP else -1, snapshot)
        elif value is None and self.kind.takes is ValueKind.SWITCH:
            value = not present
        return command_of(self.kind, value, self.part)

    def turned(self, position: int, snapshot: Snapshot) -> Command:
        """The command of a knob at a position, 0 to `MOST_POSITION`."""
        kind = self.kind
        value: Value
        if kind.takes is ValueKind.NUMBER:
            low, high = _KNOB_RANGES.get(self.name, (kind.lowest, kind.highest))
            value = round(low + (high - low) * position / MOST_POSITION, 3)
        elif kind.takes is ValueKind.SWITCH:
            value = position > MOST_POSITION // 2
        else:
            names = choices(self.name, snapshot)
            value = names[position * len(names) // (MOST_POSITION + 1)]
        return command_of(kind, value, self.part)


def move_called(word: str, name: str) -> Move | None:
    """The move that a word names, if the command of this name can do it."""
    if word == Move.TAP.value:
        return Move.TAP if name == "tempo" else None
    return Move(word) if word in ("up", "down") and name in (*_STEPS, *_CHOSEN) else None


def _part(kind: CommandKind, words: list[str]) -> str | None:
    """The part that words name, if the command concerns one. Raises CommandError."""
    part = plain_name(" ".join(words)) or None
    if part and not kind.per_part:
        raise CommandError(f"unexpected {part!r}", where=kind.name, remedy=f"Try: {kind.example}")
    if kind.per_part and not part:
        raise CommandError("no part given", where=kind.name, remedy=f"Try: {kind.example}")
    return part


def _ends_in_value(takes: ValueKind, words: list[str]) -> bool:
    if takes is ValueKind.SWITCH:
        return words[-1:] in (["on"], ["off"])
    if takes is ValueKind.NUMBER:
        return bool(words) and _is_number(words[-1])
    return takes is ValueKind.NAME and bool(words)


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _moved(kind: CommandKind, present: Value, step: int, snapshot: Snapshot) -> Value:
    if kind.name in _STEPS:
        before = present if isinstance(present, int | float) else kind.lowest
        number = round(before + step * _STEPS[kind.name], 3)
        return min(kind.highest, max(kind.lowest, number))
    names = choices(kind.name, snapshot)
    place = names.index(str(present)) if present in names else -max(step, 0)
    return names[(place + step) % len(names)]
