"""What the main process and the player process say to each other, over two pipes.

Main to player: records of 16 bytes, `RECORD`. Player to main: the same records, of which some are
followed by `value` bytes of text. Little-endian on every system.
"""

import struct
from enum import IntEnum

# tick (int64), kind, three bytes of a MIDI message, value (int32)
RECORD = struct.Struct("<qBBBBi")


class Command(IntEnum):
    """What the main process tells the player."""

    EVENT = 1  # play the message at tick
    HORIZON = 2  # events before tick are complete
    TEMPO = 3  # from tick on: value = thousandths of a BPM
    START = 4  # let tick sound in value microseconds
    FINISH = 5  # at tick, switch everything off and leave
    QUIT = 6  # do so now
    SOUNDING = 7  # an earlier player left the note of this message on


class Answer(IntEnum):
    """What the player tells the main process."""

    READY = 1  # the output is open
    FAILED = 2  # it is not; text: why
    STARTED = 3  # text: perf_counter seconds at which tick sounds
    POSITION = 4  # tick the clock is at; value = underruns so far
    REPORT = 5  # tick the clock was at; text: the `PlayerReport` as JSON; the last answer
    LOST = 6  # the output took a message no longer; text: why


def event_message(status: int, data1: int, data2: int) -> bytes:
    """The bytes of a channel message; programs and channel pressure have one data byte."""
    if 0xC0 <= status < 0xE0:
        return bytes((status, data1))
    return bytes((status, data1, data2))
