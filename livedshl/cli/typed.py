"""What may be typed while `livedshl play` plays, a line at a time."""

import signal
import sys
import threading
from collections.abc import Callable

from livedshl.live.sync import MOST_LATENCY_MS

USAGE = (
    'While it plays, "latency 15" and Enter plays 15 ms early, for a synth that is late; '
    '"latency -15" late.'
)


def obey_typed_lines(set_latency: Callable[[float], None], tell: Callable[[str], None]) -> None:
    """Reads lines from standard input on a thread of its own, for as long as the process lives.

    set_latency: takes seconds. tell: shows the user a line.
    """
    if sys.stdin is None or sys.stdin.closed:
        return
    if hasattr(signal, "SIGTTIN"):  # a shell would halt a player in its background for reading
        signal.signal(signal.SIGTTIN, signal.SIG_IGN)
    arguments = (set_latency, tell)
    threading.Thread(target=_read_lines, args=arguments, name="typed", daemon=True).start()


def _read_lines(set_latency: Callable[[float], None], tell: Callable[[str], None]) -> None:
    try:
        # Unbuffered: a thread that waits in a buffered reader breaks the interpreter's exit.
        with open(0, "rb", buffering=0, closefd=False) as keyboard:
            for line in keyboard:
                if words := line.decode(errors="replace").split():
                    tell(_obey(words, set_latency))
    except OSError:
        return  # there is no terminal, or it belongs to another program


def _obey(words: list[str], set_latency: Callable[[float], None]) -> str:
    """Does what a line says; returns what to tell about it."""
    try:
        command, number = words
        latency_ms = float(number)
        known = command == "latency" and abs(latency_ms) <= MOST_LATENCY_MS
    except ValueError:
        known = False
    if not known:
        return USAGE
    set_latency(latency_ms / 1000)
    return f"Latency {latency_ms:g} ms."
