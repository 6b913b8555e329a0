"""Which notes sound after any messages, and when each began and ended."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from livedshl.midi.events import NO_EVENTS, as_events, events_of
from livedshl.midi.sounding import Sounding, cut_events, held_after, notes_of

_messages = st.tuples(
    st.integers(0, 20), st.sampled_from([0x80, 0x81, 0x90, 0x91]), st.sampled_from([60, 64]),
    st.sampled_from([0, 80]),
)  # fmt: skip
performances = st.lists(_messages, max_size=30).map(as_events)


def sounding_after(events):
    sounding = Sounding()
    for _, status, pitch, velocity in events.tolist():
        sounding.hear(status, pitch, velocity)
    return sounding


def test_a_note_struck_twice_takes_two_note_offs():
    sounding = Sounding()
    assert sounding.hear(0x90, 60, 80) and sounding.hear(0x90, 60, 80)
    assert sounding.hear(0x80, 60, 0) and len(sounding) == 1
    assert sounding.hear(0x90, 60, 0) and len(sounding) == 0
    assert not sounding.hear(0x80, 60, 0)
    assert len(sounding) == 0


def test_settings_pass_and_leave_nothing_sounding():
    sounding = Sounding()
    assert sounding.hear(0xC0, 5, 0) and sounding.hear(0xB0, 7, 100)
    assert len(sounding) == 0


@given(performances)
def test_ending_leaves_nothing_sounding(events):
    sounding = sounding_after(events)
    missing = len(sounding)
    assert len(sounding.end(30)) == missing
    assert len(sounding) == len(sounding.end(30)) == 0


def test_only_the_channels_asked_for_are_ended():
    sounding = sounding_after(events_of([(0, 0x90, 60, 80), (0, 0x91, 64, 80)]))
    assert sounding.end(9, {1}).tolist() == [[9, 0x81, 64, 0]]
    assert sounding.end(9).tolist() == [[9, 0x80, 60, 0]]


def test_a_copy_goes_its_own_way():
    sounding = sounding_after(events_of([(0, 0x90, 60, 80)]))
    sounding.copy().end(0)
    assert len(sounding) == 1


@given(performances, st.integers(0, 21))
def test_a_cut_leaves_nothing_sounding_and_changes_nothing_before(events, tick):
    cut = cut_events(events, tick)
    kept = events[events[:, 0] < tick]
    assert np.array_equal(cut[: len(kept)], kept)
    assert (cut[len(kept) :, 0] == tick).all()
    assert len(sounding_after(cut)) == 0


def test_a_cut_ends_a_note_that_follows_the_end_of_an_earlier_one():
    events = events_of([(0, 0x80, 60, 0), (1, 0x90, 60, 80)])
    assert cut_events(events, 5).tolist() == [*events.tolist(), [5, 0x80, 60, 0]]


@given(performances)
def test_every_strike_is_a_note_whether_it_ends_or_not(events):
    notes = notes_of(events, 30)
    strikes = [
        (status & 1, pitch) for _, status, pitch, v in events.tolist() if status > 0x8F and v
    ]
    assert Counter((channel, pitch) for *_, channel, pitch in notes.tolist()) == Counter(strikes)
    assert (notes[:, 1] >= notes[:, 0]).all()
    assert len(notes) - len(notes_of(events)) == len(sounding_after(events))


def test_of_two_strikes_the_first_ends_first():
    events = events_of([(0, 0x90, 60, 9), (2, 0x90, 60, 9), (5, 0x80, 60, 0), (7, 0x90, 60, 0)])
    assert notes_of(events).tolist() == [[0, 5, 0, 60], [2, 7, 0, 60]]
    assert notes_of(NO_EVENTS, 9).shape == (0, 4)


def test_what_is_held_is_the_last_strike_of_each_note():
    events = events_of([(0, 0x90, 60, 9), (1, 0x90, 60, 20), (1, 0x91, 64, 5), (2, 0x81, 64, 0)])
    assert held_after(events, {(2, 50): (0x92, 50, 7)}) == {
        (2, 50): (0x92, 50, 7),
        (0, 60): (0x90, 60, 20),
    }
