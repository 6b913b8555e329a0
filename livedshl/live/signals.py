"""The signals that end a performance."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # some exist only on some systems


@contextmanager
def handling_signals(interrupt: Callable[[], None], stop: Callable[[], None]) -> Iterator[None]:
    """Calls `interrupt` on Ctrl-C, `stop` on any other signal to end. Main thread only."""

    def handle(number: int, frame: FrameType | None) -> None:
        if number == signal.SIGINT:
            interrupt()
        else:
            stop()

    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    before = {number: signal.signal(number, handle) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
