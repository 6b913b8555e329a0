"""A sender of MIDI clock and other messages in a process of its own, that does what it is told.

Run as `python sender.py NAME`; it makes a JACK port NAME:out and says "ready". Each line of
its standard input is something to do: `start`, `stop`, `continue`, `position SIXTEENTH`, `roll
PULSES BPM [BPM]`, which sends pulses at a tempo, or at one that changes from one to the other,
`send BYTE...`, `wait SECONDS`, or `done`, which it answers when all before is done.
"""

import sys
import time

from wire_client import jack_output

_WORDS = {"start": [0xFA], "continue": [0xFB], "stop": [0xFC]}


def main() -> None:
    port = jack_output(sys.argv[1])
    port.open_virtual_port("out")
    print("ready", flush=True)
    next_s = time.perf_counter()
    for line in sys.stdin:
        word, *numbers = line.split()
        if word == "roll":
            pulses, first, *rest = map(float, numbers)
            last = rest[0] if rest else first
            next_s = max(next_s, time.perf_counter())
            for number in range(int(pulses)):
                time.sleep(max(0.0, next_s - time.perf_counter()))
                port.send_message([0xF8])
                next_s += 60 / (first + (last - first) * number / pulses) / 24
        elif word == "position":
            port.send_message([0xF2, int(numbers[0]) % 128, int(numbers[0]) // 128])
        elif word == "send":
            port.send_message([int(number) for number in numbers])
        elif word == "wait":
            time.sleep(float(numbers[0]))
        elif word == "done":
            print("done", flush=True)
        else:
            port.send_message(_WORDS[word])
    time.sleep(0.1)  # JACK drops what is still in its buffer
    port.close_port()


main()
