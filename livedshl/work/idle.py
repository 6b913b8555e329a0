"""Keeps processes for a moment after their work: starting one takes seconds, and more may come."""

import atexit
from collections.abc import Callable, Sequence
from threading import Lock, Timer
from typing import Generic, Protocol, TypeVar

_IDLE_S = 10.0  # after which a process without work is ended


class Ends(Protocol):
    """Something with a process of its own."""

    def end(self) -> None:
        """Ends the process for good."""


_Kept = TypeVar("_Kept", bound=Ends)


class Idle(Generic[_Kept]):
    """Processes without work, for whoever needs one next."""

    def __init__(self, make: Callable[[], _Kept]) -> None:
        self._make = make
        self._kept: list[_Kept] = []
        self._lock = Lock()
        atexit.register(lambda: self._end(list(self._kept)))

    def take(self) -> _Kept:
        """One that is idle, or a new one."""
        with self._lock:
            return self._kept.pop() if self._kept else self._make()

    def give_back(self, one: _Kept) -> None:
        """Keeps one for a moment."""
        with self._lock:
            self._kept.append(one)
        timer = Timer(_IDLE_S, self._end, args=([one],))
        timer.daemon = True
        timer.start()

    def _end(self, those: Sequence[_Kept]) -> None:
        """Ends those that are still idle."""
        with self._lock:
            unused = [one for one in those if one in self._kept]
            for one in unused:
                self._kept.remove(one)
        for one in unused:
            one.end()
