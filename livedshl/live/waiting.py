"""The commands that wait for the composer: few, whatever the surfaces send."""

import time
from collections.abc import Callable
from threading import Lock

from livedshl.performance.command_kinds import COMMANDS, kind_of, target_of
from livedshl.performance.composer import Change

_PACE_S = 0.1  # between two commands for the same thing; each lets the composer begin again

_Target = tuple[str, str | None]


class WaitingCommands:
    """At most one command for each control and part: a later one takes the place of an earlier.

    Any thread may add; one thread takes. A control, and each part of it, is obeyed at most every
    `_PACE_S`. Commands for a tick, which somebody planned, all come through in their order.
    now: gives seconds that never go back.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = Lock()  # guards what follows
        self._waiting: dict[tuple[_Target, int], Change] = {}  # also by tick, 0 if at once
        self._taken_s: dict[_Target, float] = {}

    def add(self, change: Change) -> None:
        """Adds a command behind all that wait."""
        with self._lock:
            key = target_of(change.command), change.tick
            self._waiting.pop(key, None)
            self._waiting[key] = change

    def take(self) -> list[Change]:
        """Removes the commands that may be obeyed now, in the order in which they came."""
        with self._lock:
            now = self._now()
            self._taken_s = {t: s for t, s in self._taken_s.items() if now - s < _PACE_S}
            ready = [key for key in self._waiting if key[1] or key[0] not in self._taken_s]
            taken = [self._waiting.pop(key) for key in ready]
            for change in taken:
                # What the listener sends must act in this order, and is sparse as it is.
                if kind_of(change.command).name in COMMANDS:
                    self._taken_s[target_of(change.command)] = now
            return taken
