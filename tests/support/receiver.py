"""A MIDI receiver in a process of its own: prints every message as a line of JSON.

Run as `python receiver.py NAME`; it makes a JACK port NAME:in, says "ready", and prints
[seconds, [bytes]] until its standard input closes; the seconds are those of `time.monotonic`.
"reopen" on standard input takes the port away and makes it again.
"""

import json
import sys
from collections.abc import Callable
from time import monotonic

import rtmidi


def main() -> None:
    time = None

    def show(event: tuple[list[int], float], data: object) -> None:
        nonlocal time
        message, delta = event
        time = monotonic() if time is None else time + delta
        print(json.dumps([time, message]), flush=True)

    port = open_port(show)
    print("ready", flush=True)
    while sys.stdin.readline() == "reopen\n":
        port.delete()
        port = open_port(show)
    port.close_port()


def open_port(show: Callable[[tuple[list[int], float], object], None]) -> rtmidi.MidiIn:
    port = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name=sys.argv[1], queue_size_limit=100_000)
    port.ignore_types(sysex=False, timing=False, active_sense=False)
    port.set_callback(show)
    port.open_virtual_port("in")
    return port


main()
