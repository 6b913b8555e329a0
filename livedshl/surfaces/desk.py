"""The desk: turns gestures into commands, at a pace that the music can follow."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from livedshl.errors import CommandError, LivedshlError
from livedshl.live.snapshot import Snapshot
from livedshl.performance.command_kinds import ValueKind, kind_of
from livedshl.performance.command_text import Value, part_of, value_of
from livedshl.performance.commands import Command, SetTempo
from livedshl.surfaces.gesture import Gesture, Move
from livedshl.surfaces.present import part_called, present_value
from livedshl.surfaces.tap import TapTempo

# A knob sends a hundred values a second, and each makes the composer rewind.
_PACE_S = 0.2
_SETTLING_S = 0.5  # until the snapshot shows a command
_AGAIN_S = 5.0  # before the same complaint is shown again
_MOST_COMPLAINTS = 5  # in that time


class Music(Protocol):
    """What a desk steers: a `Session`."""

    def send(self, command: Command) -> Command:
        """Obeys a command, and returns it as obeyed. Raises LivedshlError."""

    def snapshot(self) -> Snapshot | None:
        """The performance as it stands; None before the first note."""


class Desk:
    """Sends the commands of one surface; used by one thread.

    tell: shows the user why a command was refused. obeyed: called with each
    command that was asked for, and the one that was obeyed.
    """

    def __init__(
        self,
        music: Music,
        tell: Callable[[str], None],
        obeyed: Callable[[Command, Command], None] = lambda asked, obeyed: None,
    ) -> None:
        self._music = music
        self._tell = tell
        self._obeyed = obeyed
        self._taps = TapTempo()
        self._waiting: dict[tuple[str, str | None], Command] = {}
        self._asked: dict[tuple[str, str | None], tuple[Value, float]] = {}
        self._turned: dict[Gesture, Command] = {}
        self._next_s = 0.0
        self._complaints: dict[str, float] = {}  # when each was shown

    def press(self, gesture: Gesture, time_s: float) -> None:
        """Obeys a button or pad pressed at `time_s`."""
        snapshot = self._snapshot()
        if snapshot is None:
            return
        if gesture.move is Move.TAP:
            tempo_bpm = self._taps.tap(time_s)
            if tempo_bpm is not None:
                self._ask(SetTempo(tempo_bpm))
            return
        gesture = replace(gesture, part=part_called(gesture.part, snapshot))
        present = self._value(gesture.name, gesture.part, snapshot)
        try:
            command = gesture.pressed(present, snapshot)
        except CommandError as error:
            self.complain(str(error))
        else:
            self._ask(command)

    def turn(self, gesture: Gesture, position: int) -> None:
        """Obeys a knob at a position, 0 to 127; several positions may give the same command."""
        snapshot = self._snapshot()
        if snapshot is None:
            return
        gesture = replace(gesture, part=part_called(gesture.part, snapshot))
        command = gesture.turned(position, snapshot)
        if command != self._turned.get(gesture):
            self._turned[gesture] = command
            self._ask(command)

    def hand_on(self) -> None:
        """Sends waiting commands when it is time. Call it often."""
        if self._waiting and time.monotonic() >= self._next_s:
            waiting, self._waiting = self._waiting, {}
            for command in waiting.values():
                self._obey(command)
            self._next_s = time.monotonic() + _PACE_S

    def complain(self, why: str) -> None:
        """Shows why a command was refused, unless it, or much else, was shown just now."""
        now = time.monotonic()
        self._complaints = {c: s for c, s in self._complaints.items() if now - s <= _AGAIN_S}
        if why not in self._complaints and len(self._complaints) < _MOST_COMPLAINTS:
            self._complaints[why] = now
            self._tell(why)

    def _ask(self, command: Command) -> None:
        kind = kind_of(command)
        key = kind.name, part_of(command)
        self._asked[key] = value_of(command), time.monotonic()
        if kind.takes in (ValueKind.NUMBER, ValueKind.NAME):
            self._waiting[key] = command
            self.hand_on()
        else:
            self._obey(command)

    def _snapshot(self) -> Snapshot | None:
        snapshot = self._music.snapshot()
        if snapshot is None:
            self.complain("The music has not begun yet")
        return snapshot

    def _value(self, name: str, part: str | None, snapshot: Snapshot) -> Value:
        value, asked_s = self._asked.get((name, part), (None, float("-inf")))
        if time.monotonic() - asked_s < _SETTLING_S:
            return value
        return present_value(name, part, snapshot)

    def _obey(self, command: Command) -> None:
        try:
            obeyed = self._music.send(command)
        except LivedshlError as error:
            self._asked.pop((kind_of(command).name, part_of(command)), None)
            self.complain(str(error))
        else:
            self._obeyed(command, obeyed)
