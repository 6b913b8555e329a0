"""Gestures: what a button, pad or knob is for, and which control comes of using it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache

from livedshl.live.overview import Overview
from livedshl.music import Mode
from livedshl.music.leadsheet import Key
from livedshl.performance.commands import CONTROLS, Control, Value, ValueKind, check
from livedshl.performance.preset import presets_for

MOST_POSITION = 127  # of a knob: MIDI data have 7 bits


class Move(Enum):
    """What a press may do, relative to how things stand."""

    UP = "up"
    DOWN = "down"
    TAP = "tap"  # the beats of a tempo


_STEPS = {"tempo": 2.0, "adventure": 0.05, "level": 8.0, "latency": 5.0}
# What a knob covers where its whole range would be too coarse: one unit a position.
_KNOB_RANGES = {"tempo": (60.0, 187.0), "latency": (-64.0, 63.0)}
_presets_for = cache(presets_for)


@dataclass(frozen=True, slots=True)
class Gesture:
    """What a button, pad or knob is for.

    name: of a control. part: the plain name of one, where the control is a part's; without spaces
    no number in it is taken for a value. value: what a press asks for. move: what a press does
    instead. With neither, a press triggers what is a trigger and turns a switch to its other state,
    and a knob gives the value.
    """

    name: str
    part: str | None = None
    value: Value = None
    move: Move | None = None

    @classmethod
    def parse(cls, text: str) -> "Gesture":
        """The gesture that a line names, as `str` writes it.

        A control and its part, and what a press asks for: "adventure", "mute bass", "tempo up",
        "tempo tap", "preset waltz-evening". Raises ValueError, saying what is wrong.
        """
        name, *words = text.split() or [""]
        kind = CONTROLS.get(name)
        if kind is None or not text.isprintable():
            raise ValueError(f"no control is called {name!r}; there are {', '.join(CONTROLS)}")
        move = move_called(words[-1], name) if words else None
        if move is None and _ends_in_value(kind.kind, words):
            control = Control.parse(text)
            part, value = control.part or "", control.value
        else:
            part, value = " ".join(words[:-1] if move else words), None
        gesture = cls(name, plain_name(part) or None, value, move)
        if kind.per_part and gesture.part is None:
            raise ValueError(f"{name}: which part?")
        if gesture.part is not None and not kind.per_part:
            raise ValueError(f"{name}: what does {gesture.part!r} mean?")
        if gesture.value is not None:
            mode = Key.parse(str(gesture.value)).mode if name == "key" else Mode.MAJOR
            check(Control(name, gesture.value, gesture.part), [gesture.part or ""], mode)
        return gesture

    def __str__(self) -> str:
        if self.move:
            return " ".join(word for word in (self.name, self.part, self.move.value) if word)
        return str(Control(self.name, self.value, self.part))

    @property
    def turns(self) -> bool:
        """Whether a knob can give the value."""
        kind = CONTROLS[self.name].kind
        return kind is not ValueKind.TRIGGER and self.value is None and self.move is None

    @property
    def presses(self) -> bool:
        """Whether a button or pad can do it."""
        return not self.turns or CONTROLS[self.name].kind is ValueKind.SWITCH

    def pressed(self, present: Value, overview: Overview) -> Control:
        """What comes of a press, other than a tap. present: the value of the control by now."""
        value: Value = self.value
        if self.move:
            value = _moved(self.name, present, 1 if self.move is Move.UP else -1, overview)
        elif value is None and CONTROLS[self.name].kind is ValueKind.SWITCH:
            value = not present
        return Control(self.name, value, self.part)

    def turned(self, position: int, overview: Overview) -> Control:
        """What comes of a knob at a position, 0 to `MOST_POSITION`."""
        kind = CONTROLS[self.name]
        value: Value
        if kind.kind is ValueKind.NUMBER:
            low, high = _KNOB_RANGES.get(self.name, (kind.lowest, kind.highest))
            value = round(low + (high - low) * position / MOST_POSITION, 3)
        elif kind.kind is ValueKind.SWITCH:
            value = position > MOST_POSITION // 2
        else:
            names = choices(self.name, overview)
            value = names[position * len(names) // (MOST_POSITION + 1)]
        return Control(self.name, value, self.part)


def choices(name: str, overview: Overview) -> Sequence[str]:
    """What can be chosen by name while this plays: keys of its mode, or presets of its metre."""
    if name == "key":
        return [str(Key(tonic, overview.steering.key.mode)) for tonic in range(12)]
    return _presets_for(overview.grid)


def move_called(word: str, name: str) -> Move | None:
    """The move that a word names, if the control of this name can do it."""
    if word == Move.TAP.value:
        return Move.TAP if name == "tempo" else None
    return Move(word) if word in ("up", "down") and name in (*_STEPS, "key", "preset") else None


def plain_name(part: str) -> str:
    """The name of a part as one word of small letters, digits and hyphens."""
    return re.sub(r"[\W_]+", "-", part.casefold()).strip("-")


def part_called(name: str | None, overview: Overview) -> str | None:
    """The part of the band that is called so, by its plain name; `name` itself if there is none."""
    wanted = plain_name(name or "")
    return next((part for part in overview.steering.band.names if plain_name(part) == wanted), name)


def present_value(name: str, part: str | None, overview: Overview) -> Value:
    """The value of a control as things stand; None for a trigger, or if there is no such part."""
    steering = overview.steering
    parts = {player.name: player for player in steering.band.parts}
    if CONTROLS[name].per_part and part not in parts:
        return None
    values: dict[str, Value] = {
        "tempo": steering.tempo_bpm,
        "key": str(steering.key),
        "adventure": steering.adventure,
        "preset": steering.band.preset,
        "hold": steering.hold,
        "freeze": steering.freeze,
        "latency": overview.latency_ms,
    }
    if part is not None and part in parts:
        values |= {
            "mute": part in steering.muted,
            "solo": part in steering.soloed,
            "level": steering.levels.get(part, parts[part].volume),
        }
    return values.get(name)


def present_controls(overview: Overview) -> Iterator[Control]:
    """How things stand, as the controls that would bring it about."""
    for kind in CONTROLS.values():
        parts = list(overview.steering.band.names) if kind.per_part else [None]
        for part in parts:
            if kind.kind is not ValueKind.TRIGGER:
                yield Control(kind.name, present_value(kind.name, part, overview), part)


def _ends_in_value(kind: ValueKind, words: list[str]) -> bool:
    if kind is ValueKind.SWITCH:
        return words[-1:] in (["on"], ["off"])
    if kind is ValueKind.NUMBER:
        return bool(words) and _is_number(words[-1])
    return kind is ValueKind.NAME and bool(words)


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _moved(name: str, present: Value, step: int, overview: Overview) -> Value:
    if name in _STEPS:
        kind = CONTROLS[name]
        number = round(float(present or 0) + step * _STEPS[name], 3)
        return min(kind.highest, max(kind.lowest, number))
    names = choices(name, overview)
    place = names.index(str(present)) if present in names else -max(step, 0)
    return names[(place + step) % len(names)]
