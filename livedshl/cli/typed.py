"""What may be typed while `livedshl play` plays, a line at a time."""

import signal
import sys
import threading
from collections.abc import Callable

from livedshl.live.controls import Control

USAGE = (
    'While it plays, "latency 15" and Enter plays 15 ms early, for a synth that is late; '
    '"latency -15" late.'
)


def obey_typed_lines(obey: Callable[[Control], None], tell: Callable[[str], None]) -> None:
    """Reads lines from standard input on a thread of its own, for as long as the process lives.

    obey: does what a control says, or raises ValueError. tell: shows the user a line.
    """
    if sys.stdin is None or sys.stdin.closed:
        return
    if hasattr(signal, "SIGTTIN"):  # a shell would halt a player in its background for reading
        signal.signal(signal.SIGTTIN, signal.SIG_IGN)
    arguments = (obey, tell)
    threading.Thread(target=_read_lines, args=arguments, name="typed", daemon=True).start()


def _read_lines(obey: Callable[[Control], None], tell: Callable[[str], None]) -> None:
    try:
        # Unbuffered: a thread that waits in a buffered reader breaks the interpreter's exit.
        with open(0, "rb", buffering=0, closefd=False) as keyboard:
            for line in keyboard:
                if words := line.decode(errors="replace").split():
                    tell(_obey(words, obey))
    except OSError:
        return  # there is no terminal, or it belongs to another program


def _obey(words: list[str], obey: Callable[[Control], None]) -> str:
    """Does what a line says; returns what to tell about it."""
    try:
        command, number = words
        latency_ms = float(number)
        if command != "latency":
            return USAGE
        obey(Control("latency", latency_ms))
    except ValueError:
        return USAGE
    return f"Latency {latency_ms:g} ms."
