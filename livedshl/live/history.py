"""What was changed while the music played, so that the last change can be undone."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock

from livedshl.errors import CommandError
from livedshl.performance.command_kinds import COMMANDS, ValueKind, kind_of, target_of
from livedshl.performance.command_text import command_of, part_of, value_of
from livedshl.performance.commands import (
    ChoosePreset,
    Command,
    FollowChart,
    OpenWith,
    Pause,
    PlaySong,
    SetLatency,
    SetTempo,
    SetVariation,
    UseModel,
    Vary,
)
from livedshl.performance.material import FollowedChart
from livedshl.performance.setting_values import value_in
from livedshl.performance.settings import Settings
from livedshl.performance.steering import Band, Steering, steered

_MOST_CHANGES = 100
_ONE_SWEEP_S = 1.0  # changes of one number that follow each other within this are one change


@dataclass(frozen=True, slots=True)
class _Undoing:
    """A command that undoes a change; with the band, for a preset."""

    command: Command
    band: Band | None


class History:
    """The changes of settings that can be undone; for any thread.

    steering, latency_ms: as the music begins. now: gives seconds that never go back.
    """

    def __init__(
        self, steering: Steering, latency_ms: float, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._steering = steering  # with all that was asked for, heard or not
        self._latency_ms = latency_ms
        self._now = now
        self._lock = Lock()
        self._changes: deque[_Undoing] = deque(maxlen=_MOST_CHANGES)
        self._latest: tuple[tuple[str, str | None], float] | None = None  # target and time

    def add(self, command: Command, band: Band | None) -> None:
        """Takes in a command that is to be obeyed. band: the band of a chosen preset."""
        with self._lock:
            undoing = self._undoing(command)
            self._take(command, band)
            if undoing is None or undoing.command == command:
                return
            target, now = target_of(command), self._now()
            sweeps = (
                kind_of(command).takes is ValueKind.NUMBER
                and not isinstance(command, SetVariation)  # each press is one
                and self._latest is not None
                and self._latest[0] == target
                and now - self._latest[1] < _ONE_SWEEP_S
            )
            self._latest = target, now
            if not sweeps:
                self._changes.append(undoing)

    def varied(self, command: Vary) -> SetVariation:
        """The command that varies a part once more, however many are asked for at one moment."""
        with self._lock:
            return SetVariation(command.part, self._variation(command.part) + 1)

    def begin_song(self, command: PlaySong, band: Band | None, song: Settings) -> None:
        """Takes in that a song of the set begins; what was changed before it stays as it was."""
        with self._lock:
            self._take(command, band)
            begun = song.steering
            self._steering = replace(
                self._steering, tempo_bpm=begun.tempo_bpm, key=begun.key, chart=begun.chart,
                model=begun.model,
            )  # fmt: skip
            self._changes.clear()

    @property
    def chart(self) -> FollowedChart:
        """What is followed, or asked for."""
        with self._lock:
            return self._steering.chart

    def undo(self) -> tuple[Command, Band | None]:
        """The command that undoes the last change, and its band. Raises CommandError."""
        with self._lock:
            if not self._changes:
                raise CommandError("there is nothing to undo")
            undoing = self._changes.pop()
            self._latest = None
            self._take(undoing.command, undoing.band)
            return undoing.command, undoing.band

    def _variation(self, part: str) -> int:
        names = self._steering.band.names
        return self._steering.conducting.variation(names[part]) if part in names else 0

    def _take(self, command: Command, band: Band | None) -> None:
        match command:
            case SetTempo(bpm):
                self._steering = replace(self._steering, tempo_bpm=bpm)
            case SetLatency(ms):
                self._latency_ms = ms
            case FollowChart(followed):
                steering = steered(self._steering, command)
                self._steering = replace(steering, key=followed.key)
            case _:
                self._steering = steered(self._steering, command, band)

    def _undoing(self, command: Command) -> _Undoing | None:
        """What undoes a command; None where nothing can, or a key of its own does."""
        kind, steering = kind_of(command), self._steering
        if isinstance(command, OpenWith):
            return _Undoing(OpenWith(None), None)
        if isinstance(command, FollowChart):
            return _Undoing(FollowChart(steering.chart), None)
        if isinstance(command, UseModel):
            return _Undoing(UseModel(steering.model), None)
        if isinstance(command, SetVariation):
            return _Undoing(SetVariation(command.part, self._variation(command.part)), None)
        if kind.name not in COMMANDS or kind.takes is ValueKind.TRIGGER:
            return None
        if isinstance(command, Pause):
            return None
        if isinstance(command, SetLatency):
            return _Undoing(SetLatency(self._latency_ms), None)
        value = value_in(steering, kind.name, part_of(command))
        if value is None or value == "" or value == value_of(command):
            return None
        band = None
        if isinstance(command, ChoosePreset):
            # With the swing that was asked for: another preset forgets it.
            groove = replace(steering.band.groove, swing=steering.swing)
            band = replace(steering.band, groove=groove)
        return _Undoing(command_of(kind, value, part_of(command)), band)
