"""Opens an output in the player process, importing only what that output needs."""

import time
from pathlib import Path
from typing import Protocol

from livedshl.errors import OutputError

# The port was there a moment ago; a busy MIDI server may be slow to let a client in.
_MIDI_TRIES = 5
_MIDI_PAUSE_S = 0.2


class Port(Protocol):
    """Anything that takes MIDI messages."""

    def send(self, message: bytes) -> None:
        """Sends one message now."""

    def flush(self, rings: bool) -> None:
        """Waits until what was sent has left. rings: whether the music rings out."""

    def close(self) -> None:
        """Closes it at once."""


class Nowhere:
    """An output that is silent."""

    def send(self, message: bytes) -> None:
        """Drops the message."""

    def flush(self, rings: bool) -> None:
        """Has nothing to wait for."""

    def close(self) -> None:
        """Does nothing."""


def open_output(kind: str, name: str, tries: int = _MIDI_TRIES) -> Port:
    """Opens the output of a `choice.OutputKind`, by its value, and its name.

    Raises OutputError or MissingDependencyError.
    """
    if kind == "synth":
        from livedshl.outputs.synth import Synth

        return Synth(Path(name))
    if kind == "nowhere":
        return Nowhere()
    from livedshl.outputs.ports import open_port, open_virtual_port

    open_midi = open_virtual_port if kind == "virtual" else open_port
    for _ in range(tries - 1):
        try:
            return open_midi(name)
        except OutputError:
            time.sleep(_MIDI_PAUSE_S)
    return open_midi(name)
