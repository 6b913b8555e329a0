"""A MIDI input that is polled, and what keeps its time stamps true."""

import re
import time
from collections.abc import Iterator
from math import inf
from typing import Any

from livedshl.errors import LivedshlError
from livedshl.midi.message import END_OF_SYSEX, SYSEX
from livedshl.midi.stream import ACTIVE_SENSING, whole_messages
from livedshl.outputs.midi_systems import is_jack, open_output_client, refusals

# Clocks may differ by 200 parts per million; the best guess of their offset may age by half that.
_CLOCK_DRIFT = 1e-4
_PERIOD_S = 0.03  # between a message's time stamp and its place in the queue: a period of JACK
_MOST_AT_ONCE = 1024  # messages, so that a flood does not hold up the music
_SILENCE_S = 0.5  # after so long, a SysEx without end may hold back what has arrived


class MidiInput:
    """An open MIDI input that is polled, and never calls back.

    A callback would have to wait until the clock releases the interpreter. RtMidi keeps what has
    arrived, with the system's time stamps, until it is polled. SysEx and Active Sensing are left
    out here and not by RtMidi, whose intervals on JACK count from what it leaves out as well.
    own_name: the name of the client.
    """

    def __init__(self, source: Any, own_name: str) -> None:
        self._input = source
        self._sysex_end = _open_sysex_end(own_name) if is_jack(source) else None
        self._source_s = 0.0  # the sum of RtMidi's intervals
        self._offset_s = inf  # from there to `time.perf_counter`, at least
        self._polled_s = self._heard_s = time.perf_counter()

    def receive(self) -> Iterator[tuple[bytes, float]]:
        """What has arrived since the last call, each with its time of `time.perf_counter`."""
        polled_s = time.perf_counter()
        arrived = self._arrived()
        if arrived:
            self._heard_s = polled_s
        for received, interval_s, smallest_s in arrived:
            time_s = self._stamp(interval_s, smallest_s)
            if received[0] == SYSEX:
                self._offset_s = inf  # the intervals between its parts are lost
                for whole in whole_messages(received):
                    yield whole, time_s
            elif received[0] != ACTIVE_SENSING:
                yield received, time_s
        self._polled_s = polled_s
        if self._sysex_end and polled_s - self._heard_s > _SILENCE_S:
            self._heard_s = polled_s
            self._sysex_end.send_message((SYSEX, END_OF_SYSEX))

    def close(self) -> None:
        """Closes it."""
        for client in (self._sysex_end, self._input):
            if client:
                client.close_port()
                client.delete()

    def _arrived(self) -> list[tuple[bytes, float, float]]:
        """What is in the queue: each message, its interval, and the smallest offset it can have.

        What has waited in the queue was read late, all of it at once: the last shows by how much.
        """
        read: list[tuple[bytes, float, float]] = []
        source_s = self._source_s
        while len(read) < _MOST_AT_ONCE and (event := self._input.get_message()):
            message, interval_s = event
            source_s += interval_s
            read.append((bytes(message), interval_s, time.perf_counter() - source_s))
        arrived, smallest_s = [], inf
        for message, interval_s, offset_s in reversed(read):
            smallest_s = min(offset_s, smallest_s)
            arrived.append((message, interval_s, smallest_s))
        return arrived[::-1]

    def _stamp(self, interval_s: float, smallest_s: float) -> float:
        """The time of a message that came this long after the one before.

        smallest_s: the smallest offset that it and what came with it allow.
        """
        self._source_s += interval_s
        # Nothing is read before it arrived, so the smallest offset is the truest.
        self._offset_s = min(smallest_s, self._offset_s + _CLOCK_DRIFT * interval_s)
        # What the last poll did not find came after it, unless an interval is missing in the sum.
        if self._source_s + self._offset_s < self._polled_s - _PERIOD_S:
            self._offset_s = smallest_s
        return self._source_s + self._offset_s


def _open_sysex_end(own_name: str) -> Any:
    """An output to our own input, None if it cannot be opened.

    RtMidi's JACK client holds back everything that follows a SysEx until one ends. A cable pulled
    out would deafen it, so it gets an empty SysEx of our own when it has been silent. This opens
    along with the input: once something makes a sound, opening a JACK client may wait for ever.
    """
    own = re.compile(rf"{re.escape(own_name)}(-\d+)?:")
    try:
        output = open_output_client(f"{own_name}-wake")
    except LivedshlError:
        return None
    ours = [number for number, name in enumerate(output.get_ports()) if own.match(name)]
    try:
        if ours:
            output.open_port(ours[-1])  # the last is the newest
            return output
    except refusals():
        pass
    output.delete()
    return None
