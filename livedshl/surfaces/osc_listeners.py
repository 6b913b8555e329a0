"""The programs that asked by OSC to be told how things stand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from livedshl.performance.command_text import Value

Address = tuple[str, int]  # host and port

_MOST_LISTENERS = 8
_WELCOME_S = 1.0  # between two whole answers to the same port


@dataclass(slots=True)
class _Listener:
    """told: the state that it knows. welcome: whether it waits for the whole state."""

    told: dict[str, Value] = field(default_factory=dict)
    welcome: bool = True
    welcomed_s: float = float("-inf")


class Listeners:
    """At most `_MOST_LISTENERS` programs, each with the state that it knows.

    A port is sent the whole state once in `_WELCOME_S` at most, however often it is asked for:
    anybody on this machine can name any port of it.
    """

    def __init__(self) -> None:
        self._listeners: dict[Address, _Listener] = {}

    def __len__(self) -> int:
        return len(self._listeners)

    def welcome(self, address: Address, now_s: float) -> None:
        """Owes the whole state to a program. A ninth takes the place of the first."""
        listener = self._listeners.pop(address, None) or _Listener()
        listener.welcome = True
        if len(self._listeners) >= _MOST_LISTENERS:
            first = next(iter(self._listeners))
            if now_s - self._listeners[first].welcomed_s < _WELCOME_S:
                return
            del self._listeners[first]
        self._listeners[address] = listener

    def news(
        self, state: Mapping[str, Value], now_s: float
    ) -> Iterator[tuple[Address, dict[str, Value]]]:
        """What each has to be told of this state; it knows it from then on."""
        for address, listener in self._listeners.items():
            if listener.welcome and now_s - listener.welcomed_s >= _WELCOME_S:
                listener.told = {}
                listener.welcome, listener.welcomed_s = False, now_s
            told = listener.told
            news = {a: value for a, value in state.items() if a not in told or told[a] != value}
            if news and not listener.welcome:
                told |= news
                yield address, news
