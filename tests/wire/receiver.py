"""A MIDI receiver in a process of its own: prints every message as a line of JSON.

Run as `python receiver.py NAME`; it makes a JACK port NAME:in, says "ready", and prints
[seconds, [bytes]] until its standard input closes.
"""

import json
import sys

import rtmidi


def main() -> None:
    port = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name=sys.argv[1], queue_size_limit=100_000)
    port.ignore_types(sysex=False, timing=False, active_sense=False)
    time = 0.0

    def show(event: tuple[list[int], float], data: object) -> None:
        nonlocal time
        message, delta = event
        time += delta
        print(json.dumps([time, message]), flush=True)

    port.set_callback(show)
    port.open_virtual_port("in")
    print("ready", flush=True)
    sys.stdin.read()
    port.close_port()


main()
