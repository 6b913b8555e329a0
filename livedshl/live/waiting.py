"""The commands that wait for the composer: few, whatever the surfaces send."""

import time
from collections.abc import Callable
from threading import Lock

from livedshl.performance.command_kinds import COMMANDS, kind_of, target_of
from livedshl.performance.commands import Command
from livedshl.performance.steering import Band

_PACE_S = 0.1  # between two commands for the same thing; each lets the composer begin again

_Target = tuple[str, str | None]


class WaitingCommands:
    """At most one command for each control and part: a later one takes the place of an earlier.

    Any thread may add; one thread takes. A control, and each part of it, is obeyed at most every
    `_PACE_S`. now: gives seconds that never go back.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = Lock()  # guards what follows
        self._waiting: dict[_Target, tuple[Command, Band | None]] = {}
        self._taken_s: dict[_Target, float] = {}

    def add(self, command: Command, band: Band | None) -> None:
        """Adds a command behind all that wait. band: the band of a chosen preset."""
        with self._lock:
            target = target_of(command)
            self._waiting.pop(target, None)
            self._waiting[target] = command, band

    def take(self) -> list[tuple[Command, Band | None]]:
        """Removes the commands that may be obeyed now, in the order in which they came."""
        with self._lock:
            now = self._now()
            self._taken_s = {t: s for t, s in self._taken_s.items() if now - s < _PACE_S}
            ready = [target for target in self._waiting if target not in self._taken_s]
            taken = [self._waiting.pop(target) for target in ready]
            for command, _ in taken:
                # What the listener sends must act in this order, and is sparse as it is.
                if kind_of(command).name in COMMANDS:
                    self._taken_s[target_of(command)] = now
            return taken
