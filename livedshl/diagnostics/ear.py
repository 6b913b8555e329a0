"""Listens at the far end of a MIDI wire, and counts the notes that arrive."""

import time
from collections.abc import Collection
from threading import Event, Thread

from livedshl.errors import OutputError
from livedshl.midi.message import is_note_on
from livedshl.midi.sounding import Sounding
from livedshl.outputs.ports import open_input, output_names

_LISTENING_PERIOD_S = 0.02
_LAST_WORDS_S = 0.3  # what was sent last may still be on the wire


class NoteCount:
    """How many notes are struck, and whether each ends."""

    def __init__(self) -> None:
        self._sounding = Sounding()
        self.notes = 0
        self.stray_ends = 0  # note-offs of notes that did not sound

    def hear(self, status: int, pitch: int, velocity: int) -> None:
        """Takes in a channel message; only notes count."""
        self.notes += is_note_on(status, velocity)
        self.stray_ends += not self._sounding.hear(status, pitch, velocity)

    @property
    def left_on(self) -> int:
        """How many notes sound."""
        return len(self._sounding)


def new_port(before: Collection[str]) -> str:
    """The name of the input that was made since the names were `before`. Raises OutputError."""
    new = [name for name in output_names() if name not in before]
    if not new:
        raise OutputError("the MIDI system does not list the new input")
    return new[0]


class Ear:
    """A virtual MIDI input that a player can play to; a context manager.

    port: its name for other programs. Raises OutputError or MissingDependencyError without MIDI.
    """

    def __init__(self) -> None:
        before = output_names()
        self._input = open_input("")
        self.account = NoteCount()
        self._left = Event()
        self._thread = Thread(target=self._listen, name="ear", daemon=True)
        try:
            self.port = new_port(before)
        except OutputError:
            self._input.close()
            raise

    def __enter__(self) -> "Ear":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._input.close()

    def stop(self) -> None:
        """Stops listening after what is on its way has arrived."""
        self._left.set()
        self._thread.join()

    def _listen(self) -> None:
        until = None
        while until is None or time.monotonic() < until:
            for message, _ in self._input.receive():
                if len(message) == 3:
                    self.account.hear(*message)
            time.sleep(_LISTENING_PERIOD_S)
            if until is None and self._left.is_set():
                until = time.monotonic() + _LAST_WORDS_S
