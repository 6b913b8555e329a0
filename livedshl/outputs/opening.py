"""Opens an output in the player process, importing only what that output needs."""

from pathlib import Path
from typing import Protocol


class Port(Protocol):
    """Anything that takes MIDI messages."""

    def send(self, message: bytes) -> None:
        """Sends one message now."""

    def close(self) -> None:
        """Closes it once what was sent has left."""


class Nowhere:
    """An output that is silent."""

    def send(self, message: bytes) -> None:
        """Drops the message."""

    def close(self) -> None:
        """Does nothing."""


def open_output(kind: str, name: str) -> Port:
    """Opens the output of a `choice.OutputKind`, by its value, and its name.

    Raises OutputError or MissingDependencyError.
    """
    if kind == "synth":
        from livedshl.outputs.synth import Synth

        return Synth(Path(name))
    if kind == "nowhere":
        return Nowhere()
    from livedshl.outputs.midi import open_port, open_virtual_port

    return open_virtual_port(name) if kind == "virtual" else open_port(name)
