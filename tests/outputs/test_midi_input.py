"""A MIDI input on simulated time: what it lets through, and the time stamps it gives."""

from collections import deque
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedshl.midi.stream import whole_messages
from livedshl.outputs import midi_input
from livedshl.outputs.midi_input import MidiInput

PERIOD_S = 0.03  # the delay that a system may add between a time stamp and the queue
POLL_S = 0.002
NOTE, SYSEX, SENSING = (0x90, 60, 90), (0xF0, 1, 2, 0xF7), (0xFE,)


class Source:
    """RtMidi's side: messages in a queue, each with the seconds since the one before."""

    def __init__(self):
        self.queue = deque()

    def get_message(self):
        return self.queue.popleft() if self.queue else None


@pytest.fixture(scope="module")
def clock():
    """The time, in a list, that the input goes by."""
    now = [50.0]
    patch = pytest.MonkeyPatch()
    patch.setattr(midi_input, "is_jack", lambda source: False)
    patch.setattr(midi_input, "time", SimpleNamespace(perf_counter=lambda: now[0]))
    yield now
    patch.undo()


@given(
    st.lists(
        st.tuples(
            st.floats(0, 2),  # seconds since the message before
            st.sampled_from([NOTE, NOTE, NOTE, SYSEX, SENSING]),
            st.sampled_from([0.0, 0.0, 0.0, 0.3, 5.0]),  # of which RtMidi does not tell
            st.sampled_from([POLL_S, POLL_S, 0.05, 1.5]),  # until the next poll
        ),
        min_size=1,
        max_size=30,
    )
)
def test_a_stamp_is_never_further_back_than_a_poll_and_a_period(clock, messages):
    source, begun_s = Source(), clock[0]
    keys = MidiInput(source, "keys")
    polled_s = begun_s
    for gap_s, message, untold_s, poll_s in messages:
        clock[0] += gap_s
        assert list(keys.receive()) == []
        polled_s = clock[0]
        source.queue.append((message, max(0.0, gap_s - untold_s)))
        clock[0] += poll_s
        received = list(keys.receive())
        assert [one for one, _ in received] == ([bytes(NOTE)] if message is NOTE else [])
        for _, time_s in received:
            assert polled_s - PERIOD_S - 1e-6 <= time_s <= clock[0] + 1e-6
        polled_s = clock[0]


@given(
    st.lists(st.tuples(st.sampled_from([SYSEX, SENSING, NOTE]), st.floats(0, POLL_S)), max_size=200)
)
def test_what_is_left_out_shifts_no_stamp(clock, messages):
    """Each message is read a little late, and stamped with less than that delay."""
    source = Source()
    keys = MidiInput(source, "keys")
    came_s = clock[0]
    for message, late_s in messages:
        came_s += 0.3
        clock[0] = came_s
        assert list(keys.receive()) == []
        source.queue.append((message, 0.3))
        clock[0] = came_s + late_s
        for _, time_s in keys.receive():
            assert came_s - 1e-6 <= time_s <= came_s + late_s + 1e-6


@given(
    st.lists(st.floats(0.001, 0.5), min_size=1, max_size=40),
    st.floats(0, POLL_S),
    st.sampled_from([None, 0, 3]),
)
def test_what_waits_in_the_queue_keeps_its_distances(clock, gaps, late_s, sysex):
    """As when the player starts: an input is opened, and polled much later."""
    source, begun_s = Source(), clock[0]
    keys = MidiInput(source, "keys")
    for number, gap_s in enumerate(gaps):
        source.queue.append((SYSEX if number == sysex else NOTE, gap_s if number else 0.0))
    clock[0] = begun_s + sum(gaps) + late_s
    came_s = dict(enumerate(begun_s + np.cumsum([0.0, *gaps[1:]])))
    came_s.pop(sysex, None)
    stamps = [time_s for _, time_s in keys.receive()]
    for due_s, time_s in zip(came_s.values(), stamps, strict=True):
        assert due_s - 1e-6 <= time_s <= due_s + gaps[0] + late_s + 1e-3


def test_a_message_behind_an_unended_sysex_is_heard():
    assert list(whole_messages(bytes((0xF0, 1, 0xF8, 0x90, 60, 90, 0xF0, 0xF7)))) == [
        b"\xf8",
        bytes(NOTE),
    ]


@given(st.binary(max_size=60))
def test_whatever_comes_is_cut_into_whole_messages(received):
    for message in whole_messages(received):
        assert 0x80 <= message[0] != 0xF0
        assert all(byte < 0x80 for byte in message[1:])
        assert len(message) == 1 or len(message) <= 3
