"""Ctrl-C that ends training in good order."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def first_interrupt() -> Iterator[Callable[[], bool]]:
    """Within, the first Ctrl-C only makes the given function true; a second one interrupts.

    On any thread but the main one, where Python takes no signals, the function stays false.
    """
    interrupted = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield interrupted.is_set
        return
    before = signal.getsignal(signal.SIGINT)

    def take(number: int, frame: FrameType | None) -> None:
        interrupted.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, take)
    try:
        yield interrupted.is_set
    finally:
        signal.signal(signal.SIGINT, before)
