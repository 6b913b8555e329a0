"""Commands typed while `livedshl play` plays without a screen, one a line."""

import signal
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from livedshl.errors import LivedshlError
from livedshl.live.session import Session
from livedshl.performance.commands import COMMANDS

if TYPE_CHECKING:
    from livedshl.surfaces.gesture import Gesture

USAGE = 'Type a command and Enter while it plays, such as "tempo 120", or "help" for all of them.'
# What is typed beside the commands of the music.
_OTHERS = {
    "learn tempo": "MIDI learn: the next knob or pad sets the tempo",
    "save": "save the last 32 bars",
    "help": "show this list",
}

Learn = Callable[["Gesture"], str]


def obey_typed_lines(session: Session, learn: Learn, tell: Callable[[str], None]) -> None:
    """Obeys lines from standard input, on a thread that lives as long as the process.

    learn: maps the next knob or pad to a gesture and returns what the user is to do. tell: shows
    the user a line.
    """
    if sys.stdin is None or sys.stdin.closed:
        return
    if hasattr(signal, "SIGTTIN"):  # else a shell halts a background process that reads
        signal.signal(signal.SIGTTIN, signal.SIG_IGN)
    threading.Thread(target=_read_lines, args=(session, learn, tell), daemon=True).start()


def _read_lines(session: Session, learn: Learn, tell: Callable[[str], None]) -> None:
    try:
        # Unbuffered: a thread waiting in a buffered reader crashes the interpreter on exit.
        with open(0, "rb", buffering=0, closefd=False) as keyboard:
            for line in keyboard:
                if text := line.decode(errors="replace").strip():
                    tell(_obey(text, session, learn))
    except OSError:
        return  # no terminal, or another program has it


def _obey(text: str, session: Session, learn: Learn) -> str:
    """Obeys a line; returns what to tell the user."""
    # Nobody types before the first note, which should not wait for these.
    from livedshl.performance.command_text import parse_command
    from livedshl.surfaces.announcement import announced
    from livedshl.surfaces.gesture import Gesture

    word, _, gesture = text.partition(" ")
    try:
        if word == "learn":
            return learn(Gesture.parse(gesture))
        if word in ("help", "?"):
            return help_text()
        if text == "save":
            return f"Saved the last 32 bars to {session.save()}"
        return announced(session.send(parse_command(" ".join(text.split()))))
    except LivedshlError as error:
        return str(error)


def help_text() -> str:
    """All commands, an example each."""
    examples = {kind.example: kind.help for kind in COMMANDS.values()} | _OTHERS
    width = max(map(len, examples))
    return "\n".join(f"{example:{width}}  {what}" for example, what in examples.items())
