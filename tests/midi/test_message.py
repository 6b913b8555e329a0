"""The table of MIDI messages, and that nobody takes a status byte apart but the table."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import livedshl
from livedshl.midi.events import (
    are_note_offs,
    are_note_ons,
    as_events,
    channels_of,
    events_of,
    kinds_of,
)
from livedshl.midi.message import (
    CONTROL,
    KINDS,
    NOTE_ON,
    channel_of,
    event_message,
    is_note_off,
    is_note_on,
    kind_of,
    setting_of,
)

statuses = st.builds(
    lambda kind, channel: kind.status + channel, st.sampled_from(KINDS), st.integers(0, 15)
)
data = st.integers(0, 127)
messages = st.tuples(statuses, data, data)


@given(st.sampled_from(KINDS), st.integers(0, 15))
def test_a_status_byte_is_a_kind_and_a_channel(kind, channel):
    status = kind.status + channel
    assert (kind_of(status), channel_of(status)) == (kind.status, channel)
    assert len(event_message(status, 1, 2)) == 1 + kind.data_bytes


@given(st.lists(st.tuples(st.integers(0, 9), statuses, data, data)))
def test_a_column_of_messages_is_read_as_each_message_is(rows):
    events = events_of(rows)
    assert kinds_of(events).tolist() == [kind_of(status) for _, status, _, _ in rows]
    assert channels_of(events).tolist() == [channel_of(status) for _, status, _, _ in rows]
    assert are_note_ons(events).tolist() == [is_note_on(row[1], row[3]) for row in rows]
    assert are_note_offs(events).tolist() == [is_note_off(row[1], row[3]) for row in rows]


def test_a_note_on_of_velocity_0_is_a_note_off():
    assert is_note_on(NOTE_ON, 1) and not is_note_off(NOTE_ON, 1)
    assert is_note_off(NOTE_ON, 0) and not is_note_on(NOTE_ON, 0)


@given(st.lists(st.tuples(st.integers(0, 3), statuses, data, data)))
def test_at_one_tick_notes_end_before_others_begin(rows):
    events = as_events(rows)
    assert (np.diff(events[:, 0]) >= 0).all()
    for tick in range(4):
        at = events[events[:, 0] == tick]
        rank = np.where(are_note_offs(at), 0, np.where(are_note_ons(at), 2, 1))
        assert (np.diff(rank) >= 0).all()


@pytest.mark.parametrize("velocity", [0, 90])
def test_a_controller_replaces_only_itself_and_a_note_replaces_nothing(velocity):
    assert setting_of(CONTROL, 7) == setting_of(CONTROL, 7) != setting_of(CONTROL, 10)
    assert setting_of(CONTROL, 7) != setting_of(CONTROL + 1, 7)
    assert setting_of(NOTE_ON, velocity) is None


def test_only_the_table_takes_a_status_byte_apart():
    package = Path(livedshl.__file__).parent
    mask = re.compile(r"0x0?f0?\b", re.IGNORECASE)
    found = [
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if mask.search(path.read_text(encoding="utf-8"))
    ]
    assert found == ["midi/message.py"]
