"""Opens MIDI ports, real and virtual ones, for output and input."""

import sys
import time
from typing import Any

from livedshl.errors import OutputError
from livedshl.outputs.midi_input import MidiInput
from livedshl.outputs.midi_systems import (
    CLIENT_NAME,
    listed,
    open_input_client,
    open_output_client,
    port_list,
    refusals,
)
from livedshl.outputs.port_names import same_port

# JACK hands messages over a period at a time (21 ms at 1,024 frames) and drops what is still in
# its buffer when the port closes.
_FLUSH_S = 0.1
_QUEUE_SIZE = 4096  # messages; at 300 BPM half a minute of clock


class MidiPort:
    """An open MIDI output."""

    dropouts = 0

    def __init__(self, output: Any) -> None:
        self._output = output
        self._refusals = refusals()

    def send(self, message: bytes) -> None:
        """Sends one message. Raises OutputError if the system reports that the port has gone."""
        try:
            self._output.send_message(message)
        except self._refusals as error:
            raise OutputError(f"the MIDI port takes no messages ({error})") from None

    def flush(self, rings: bool) -> None:
        """Waits until everything sent has left."""
        time.sleep(_FLUSH_S)

    def close(self) -> None:
        """Closes the port."""
        self._output.close_port()
        self._output.delete()


def output_names() -> list[str]:
    """The MIDI outputs of this machine, in the system's order.

    Raises OutputError or MissingDependencyError.
    """
    return listed(open_output_client())


def input_names() -> list[str]:
    """The MIDI inputs of this machine, in the system's order.

    Raises OutputError or MissingDependencyError.
    """
    return listed(open_input_client())


def open_port(name: str) -> MidiPort:
    """Opens the output of this name. Raises OutputError if it has gone."""
    output = open_output_client()
    _open(output, name, "out")
    return MidiPort(output)


def open_virtual_port(name: str) -> MidiPort:
    """Makes a virtual output that other programs can listen to. Raises OutputError."""
    output = open_output_client()
    _make_virtual(output, name)
    return MidiPort(output)


def open_input(name: str, own_name: str = CLIENT_NAME) -> MidiInput:
    """Opens the input of this name; for "", makes a virtual one. Raises OutputError.

    own_name: the name of the client, and of the virtual input.
    """
    source = open_input_client(own_name, _QUEUE_SIZE)
    source.ignore_types(False, False, False)
    if name:
        _open(source, name, "in")
    else:
        _make_virtual(source, own_name)
    return MidiInput(source, own_name)


def check_virtual_ports() -> None:
    """Raises OutputError or MissingDependencyError if no virtual port can be made."""
    if sys.platform == "win32":
        raise _no_virtual_ports()
    open_output_client().delete()


def _open(client: Any, name: str, own_name: str) -> None:
    try:
        names = port_list(client)
        exact = [number for number, listed in enumerate(names) if listed == name]
        like = [number for number, listed in enumerate(names) if same_port(name, listed)]
        if not like:
            raise OSError("it is not there")
        client.open_port((exact or like)[0], own_name)
    except refusals() as error:
        client.delete()
        raise OutputError(f"cannot be opened ({error})", where=f"MIDI port {name!r}") from None


def _make_virtual(client: Any, name: str) -> None:
    if sys.platform == "win32":
        client.delete()
        raise _no_virtual_ports()
    try:
        client.open_virtual_port(name)
    except refusals() as error:
        client.delete()
        raise OutputError(f"no virtual MIDI port can be made here ({error})") from None


def _no_virtual_ports() -> OutputError:
    return OutputError(
        "Windows has no virtual MIDI ports",
        remedy="Install loopMIDI, add a port there and play to it",
    )
