"""JACK MIDI ports of the tests' own, through the binding of RtMidi that is installed."""

from collections.abc import Callable
from typing import Any

from livedshl.outputs.rtmidi_binding import load_rtmidi


def jack_output(name: str) -> Any:
    """A client for output, without a port yet."""
    rtmidi = load_rtmidi()
    return rtmidi.make_output(rtmidi.apis["UNIX_JACK"], name)


def jack_input(name: str, hear: Callable[[list[int], float], None] | None = None) -> Any:
    """A client for input, without a port yet, that ignores nothing.

    hear: called with each message and the seconds since the one before.
    """
    rtmidi = load_rtmidi()
    port = rtmidi.make_input(rtmidi.apis["UNIX_JACK"], name, 100_000)
    port.ignore_types(False, False, False)
    if hear:
        port.set_callback(lambda *heard: hear(*_message(heard)))
    return port


def _message(heard: tuple[Any, ...]) -> tuple[list[int], float]:
    """python-rtmidi calls back with a pair and data, supriya-midi with three values."""
    if isinstance(heard[0], tuple):
        return heard[0]
    return list(heard[0]), heard[1]
