"""What may be typed while `livedshl play` plays without a screen: a control a line."""

import signal
import sys
import threading
from collections.abc import Callable

from livedshl.errors import LivedshlError
from livedshl.live.session import Session
from livedshl.performance.command_text import parse_command
from livedshl.performance.commands import COMMANDS
from livedshl.surfaces.announcement import announced
from livedshl.surfaces.gesture import Gesture

USAGE = (
    'While it plays, type a control and Enter, such as "latency 15", "key D" or "hold"; '
    f'there are {", ".join(COMMANDS)}. "save" keeps the last 32 bars.'
)


Learn = Callable[[Gesture], str]


def obey_typed_lines(session: Session, learn: Learn | None, tell: Callable[[str], None]) -> None:
    """Reads lines from standard input on a thread of its own, for as long as the process lives.

    learn: lets the next knob or pad learn a gesture, and returns what to tell about it; None where
    there is no controller. tell: shows the user a line.
    """
    if sys.stdin is None or sys.stdin.closed:
        return
    if hasattr(signal, "SIGTTIN"):  # a shell would halt a player in its background for reading
        signal.signal(signal.SIGTTIN, signal.SIG_IGN)
    threading.Thread(target=_read_lines, args=(session, learn, tell), daemon=True).start()


def _read_lines(session: Session, learn: Learn | None, tell: Callable[[str], None]) -> None:
    try:
        # Unbuffered: a thread that waits in a buffered reader breaks the interpreter's exit.
        with open(0, "rb", buffering=0, closefd=False) as keyboard:
            for line in keyboard:
                if text := line.decode(errors="replace").strip():
                    tell(_obey(text, session, learn))
    except OSError:
        return  # there is no terminal, or it belongs to another program


def _obey(text: str, session: Session, learn: Learn | None) -> str:
    """Does what a line says; returns what to tell about it."""
    word, _, gesture = text.partition(" ")
    try:
        if word == "learn":
            return (
                learn(Gesture.parse(gesture))
                if learn
                else "MIDI learn needs a controller: start with --control-port"
            )
        if text == "save":
            return f"Saved the last 32 bars to {session.save()}"
        command = parse_command(" ".join(text.split()))
        session.send(command)
    except LivedshlError as error:
        return str(error)
    return announced(command)
