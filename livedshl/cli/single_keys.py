"""Waits for a key without Enter, in a terminal."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_POLL_S = 0.1


@contextmanager
def watch_for_key(key: str, pressed: Callable[[], None]) -> Iterator[None]:
    """Calls `pressed` on a thread when the key is pressed. Without a terminal it does nothing."""
    if sys.stdin is None or not sys.stdin.isatty():
        yield
        return
    over = threading.Event()
    watch = _watch_windows if sys.platform == "win32" else _watch_terminal
    watching = threading.Thread(target=watch, args=(key, pressed, over), daemon=True)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()


def _watch_terminal(key: str, pressed: Callable[[], None], over: threading.Event) -> None:
    import select
    import termios
    import tty

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    tty.setcbreak(terminal)
    try:
        while not over.is_set():
            if select.select([terminal], [], [], _POLL_S)[0] and sys.stdin.read(1) == key:
                pressed()
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _watch_windows(key: str, pressed: Callable[[], None], over: threading.Event) -> None:
    if sys.platform != "win32":  # mypy looks at one system at a time
        return
    import msvcrt

    while not over.wait(_POLL_S):
        if msvcrt.kbhit() and msvcrt.getwch() == key:
            pressed()
