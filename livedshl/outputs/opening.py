"""Opens an output in the player process.

Each output is imported only when it is opened, because the first note waits for it.
"""

import time
from collections.abc import Callable
from typing import Protocol

from livedshl.errors import LivedshlError, OutputError

# The port was there a moment ago, but a busy MIDI server may be slow to accept a client.
_MIDI_TRIES = 5
_MIDI_PAUSE_S = 0.2


class Port(Protocol):
    """Anything that takes MIDI messages."""

    @property
    def dropouts(self) -> int:
        """How often its sound was interrupted; 0 for what makes no sound."""

    def send(self, message: bytes) -> None:
        """Sends one message now."""

    def flush(self, rings: bool) -> None:
        """Waits until everything sent has left. rings: lets the music ring out."""

    def close(self) -> None:
        """Closes it at once."""


class Nowhere:
    """An output that plays nothing."""

    dropouts = 0

    def send(self, message: bytes) -> None:
        """Drops the message."""

    def flush(self, rings: bool) -> None:
        """Has nothing to wait for."""

    def close(self) -> None:
        """Does nothing."""


def open_output(
    kind: str, name: str, told: Callable[[LivedshlError | None], None], tries: int = _MIDI_TRIES
) -> Port:
    """Opens an output. kind: the value of a `choice.OutputKind`; name: its port or soundfont.

    told: what a synthesiser calls when its audio device vanishes, and when it has another.
    Raises OutputError or MissingDependencyError.
    """
    if kind == "synth":
        from pathlib import Path

        from livedshl.outputs.synth import Synth

        return Synth(Path(name), told)
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
