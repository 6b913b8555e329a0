"""A MIDI receiver in a process of its own: prints every message as a line of JSON.

Run as `python receiver.py NAME`; it makes a JACK port NAME:in, says "ready", and prints
[seconds, [bytes]] until its standard input closes; the seconds are those of `time.monotonic`.
"reopen" on standard input takes the port away and makes it again.
"""

import json
import sys
from collections.abc import Callable
from time import monotonic
from typing import Any

from wire_client import jack_input


def main() -> None:
    time = None

    def show(message: list[int], delta: float) -> None:
        nonlocal time
        time = monotonic() if time is None else time + delta
        print(json.dumps([time, message]), flush=True)

    port = open_port(show)
    print("ready", flush=True)
    while sys.stdin.readline() == "reopen\n":
        port.delete()
        port = open_port(show)
    port.close_port()


def open_port(show: Callable[[list[int], float], None]) -> Any:
    port = jack_input(sys.argv[1], show)
    port.open_virtual_port("in")
    return port


main()
