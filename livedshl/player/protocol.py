"""What the main process and the player process say to each other, over two pipes.

Both send records of 16 bytes, `RECORD`. After some of the player's records come `value` bytes of
text. Little-endian on every system.
"""

import json
import os
import struct
from collections.abc import Sequence
from enum import IntEnum

from livedshl.player.clock.source import ClockSettings, Sync

# tick (int64), kind, three bytes of a MIDI message, value (int32)
RECORD = struct.Struct("<qBBBBi")

# Arguments of a player that is told the others later, on standard input.
WAIT, WAIT_WITH_SOUND = "wait", "wait, with sound"

POSITION_PERIOD_S = 0.05  # between two reports of where the clock is


class Instruction(IntEnum):
    """What the main process asks of the player."""

    EVENT = 1  # play the message at tick
    HORIZON = 2  # events before tick are complete
    TEMPO = 3  # from tick on: value = thousandths of a BPM
    START = 4  # let tick sound in value microseconds; status: 1 to resume for a dead player
    FINISH = 5  # at tick, switch everything off and leave
    QUIT = 6  # do so now
    SOUNDING = 7  # an earlier player left the note of this message on
    LATENCY = 8  # from now on: value = microseconds
    REOPEN = 9  # the port has gone and come back
    RELEASE = 10  # switch off what sounds
    GONE = 11  # the port has gone; value: 1 if its MIDI system has died
    DISCARD = 12  # forget the events from tick on, and the end; others will come
    PANIC = 13  # switch off every note that was ever played
    FOLLOW = 14  # the clock's input has gone and come back
    HEARD = 15  # value: 1 if a program listens to the port, so that the speakers fall silent
    OUTPUT_NAME = 16  # what the port is called now: status bytes of it, in tick; value: 1 ends it
    CLOCK_NAME = 17  # the same of the clock's input
    PAUSE = 18  # value: 1 to stand still from the next beat on, 0 to go on


class Reply(IntEnum):
    """What the player replies to the main process."""

    READY = 1  # the output is open
    FAILED = 2  # it is not; text: the fields of the error, as JSON
    REOPENED = 3  # the port is open again
    POSITION = 4  # the clock is at tick; stamp: when; value = thousandths of a BPM, 0 if it stands
    REPORT = 5  # the last reply; tick: where the clock was; text: counts, as JSON
    LOST = 6  # the output refuses messages; text: why
    SPEAKERS = 7  # the built-in synthesiser sounds; text: why it does not


_NAME_PART = struct.Struct("<q")  # as the tick of a record
_NAMES_AT = {Instruction.OUTPUT_NAME: 1, Instruction.CLOCK_NAME: 4}  # in `player_arguments`


def stamp(now_s: float) -> tuple[int, int, int]:
    """A time of `time.perf_counter`, which all processes share, in three bytes: microseconds."""
    low, middle, high, *_ = int(now_s * 1e6).to_bytes(8, "little")
    return low, middle, high


def seconds_since(stamped: Sequence[int], now_s: float) -> float:
    """How long ago a stamp was made; it comes round after 16 seconds."""
    return (int(now_s * 1e6) - int.from_bytes(stamped, "little")) % (1 << 24) / 1e6


def instruction_record(kind: Instruction, tick: int = 0, value: int = 0) -> bytes:
    """The record of an instruction without a message."""
    return RECORD.pack(tick, kind, 0, 0, 0, value)


def name_records(kind: Instruction, name: str) -> bytes:
    """The records that tell what a port is called now."""
    content = name.encode(errors="surrogateescape")
    parts = [content[start : start + 8] for start in range(0, len(content), 8)]
    return b"".join(
        RECORD.pack(
            *_NAME_PART.unpack(part.ljust(8, b"\0")), kind, len(part), 0, 0, n == len(parts)
        )
        for n, part in enumerate(parts, 1)
    )


def name_part(tick: int, n_bytes: int) -> bytes:
    """The part of a name in one of its records."""
    return _NAME_PART.pack(tick)[:n_bytes]


def player_arguments(
    kind: str,
    name: str,
    timing: ClockSettings,
    tempo_bpm: float,
    lateness: str = "",
    speakers: str = "",
) -> list[str]:
    """The player's command line.

    kind, name, speakers: the parts of an `Output`, its kind by its value. lateness: the handle of a
    `Lateness`.
    """
    beats = (timing.bar_ticks, timing.beat_ticks, timing.count_in_bars)
    numbers = (timing.latency_s, timing.speed, *beats, tempo_bpm)
    sends_clock = "send clock" if timing.sends_clock else ""
    sync = timing.sync.value
    return [kind, name, speakers, sync, timing.port, sends_clock, *map(repr, numbers), lateness]


def renamed(arguments: Sequence[str], kind: Instruction, name: str) -> list[str]:
    """The command line with another name for a port; kind: OUTPUT_NAME or CLOCK_NAME."""
    told = list(arguments)
    told[_NAMES_AT[kind]] = name
    return told


def arguments_line(arguments: Sequence[str]) -> bytes:
    """The command line as a line on standard input, for a player that was started without."""
    return json.dumps(arguments).encode() + b"\n"


def read_arguments(descriptor: int) -> list[str]:
    """What `arguments_line` was given, read byte by byte: the instructions come after it.

    Empty if the main process leaves before it says so.
    """
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(descriptor, 1)
        if not byte:
            return []
        line += byte
    arguments: list[str] = json.loads(line)
    return arguments


def parse_arguments(arguments: Sequence[str]) -> tuple[str, str, ClockSettings, float, str, str]:
    """What `player_arguments` was given."""
    kind, name, speakers, sync, port, sends_clock, *numbers, lateness = arguments
    latency_s, speed, *beats, tempo_bpm = numbers
    bar, beat, count_in = map(int, beats)
    timing = ClockSettings(
        Sync(sync), port, bool(sends_clock), float(latency_s), float(speed), bar, beat, count_in
    )
    return kind, name, timing, float(tempo_bpm), lateness, speakers
