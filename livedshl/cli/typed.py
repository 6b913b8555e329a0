"""Commands typed while `livedshl play` plays without a screen, one a line."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from livedshl.errors import LivedshlError
from livedshl.live.session import Session
from livedshl.live.steady import run_steadily
from livedshl.performance.command_kinds import COMMANDS
from livedshl.text import shown
from livedshl.units import MOST_CHOICES

if TYPE_CHECKING:
    from livedshl.surfaces.gesture import Gesture

USAGE = 'Type a command and Enter while it plays, such as "tempo 120", or "help" for all of them.'
# What is typed beside the commands of the music.
_OTHERS = {
    "learn tempo": "MIDI learn: the next knob or pad sets the tempo",
    "choose": "list what may open the next section",
    "save": "save the last 32 bars",
    "help": "show this list",
}

_READ_BYTES = 4096
_MOST_BYTES = 2000  # of a line: a chart may be long
_PACE_S = 0.02  # a line; a file or program may write without end

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
    ended = threading.Event()
    read = partial(_read_lines, session, learn, tell, ended)
    run = partial(run_steadily, read, ended, "Reading typed commands", tell)
    threading.Thread(target=run, name="typed lines", daemon=True).start()


def _read_lines(
    session: Session, learn: Learn, tell: Callable[[str], None], ended: threading.Event
) -> None:
    for line in split_lines(_typed()):
        if text := line.strip():
            if text in ("help", "?"):
                for told in help_text().splitlines():
                    tell(told)
            else:
                for told in obey_line(text, session, learn).splitlines():
                    tell(told)
            time.sleep(_PACE_S)
    ended.set()


def _typed() -> Iterator[bytes]:
    """What arrives at standard input, until it ends."""
    # Unbuffered: a thread waiting in a buffered reader crashes the interpreter on exit.
    try:
        while typed := os.read(0, _READ_BYTES):
            yield typed
    except OSError:
        return  # no terminal, or another program has it


def split_lines(received: Iterable[bytes]) -> Iterator[str]:
    """The lines of some bytes, at once when each is complete; the beginning of one too long."""
    rest = b""
    for more in received:
        *lines, rest = (rest + more).split(b"\n")
        yield from map(_text, lines)
        rest = rest[:_MOST_BYTES]
    yield _text(rest)


def _text(line: bytes) -> str:
    return line[:_MOST_BYTES].decode(errors="replace")


def obey_line(text: str, session: Session, learn: Learn) -> str:
    """Obeys a line; returns what to tell the user."""
    # Nobody types before the first note, which should not wait for these.
    from livedshl.performance.command_text import parse_command
    from livedshl.surfaces.announcement import told_of
    from livedshl.surfaces.gesture import Gesture

    word, _, gesture = text.partition(" ")
    try:
        if word == "learn":
            return learn(Gesture.parse(gesture))
        if text == "choose":
            return _choices(session)
        if text == "save":
            return f"Saved the last 32 bars to {session.save()}"
        command = parse_command(" ".join(text.split()))
        return told_of(command, session.send(command))
    except LivedshlError as error:
        return str(error)


def _choices(session: Session) -> str:
    """What may open the next section, with the numbers that choose it."""
    from livedshl.surfaces.choice_view import choice_lines

    snapshot = session.snapshot()
    lines = choice_lines(snapshot, 1 + MOST_CHOICES) if snapshot else []
    return "\n".join(shown(line.plain) for line in lines) or "Nothing to choose from yet"


def help_text() -> str:
    """All commands, an example each."""
    examples = {kind.example: kind.help for kind in COMMANDS.values()} | _OTHERS
    width = max(map(len, examples))
    return "\n".join(f"{example:{width}}  {what}" for example, what in examples.items())
