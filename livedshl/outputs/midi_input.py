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
        while event := self._input.get_message():
            self._heard_s = polled_s
            message, interval_s = event
            time_s = self._stamp(interval_s)
            received = bytes(message)
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

    def _stamp(self, interval_s: float) -> float:
        """The time of a message that came this long after the one before."""
        now = time.perf_counter()
        self._source_s += interval_s
        # Nothing is read before it arrived, so the smallest offset is the truest.
        self._offset_s = min(now - self._source_s, self._offset_s + _CLOCK_DRIFT * interval_s)
        # What the last poll did not find came after it, unless an interval is missing in the sum.
        if self._source_s + self._offset_s < self._polled_s - _PERIOD_S:
            self._offset_s = now - self._source_s
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
