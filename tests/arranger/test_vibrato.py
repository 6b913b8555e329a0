"""Vibrato: who has it, on which notes, and that it is over when the note is."""

import numpy as np
import pytest
from hypothesis import given
from support.band import events_of, grooves, hops, notes_of, part

from livedshl.arranger import Role
from livedshl.midi.message import CONTROL, MODULATION
from livedshl.music import COMMON_TIME

VIOLIN, FLUTE, PIANO = 40, 73, 0


def swings_of(events, channel):
    """(tick, depth) of each move of the modulation controller."""
    moves = (events[:, 1] == CONTROL | channel) & (events[:, 2] == MODULATION)
    return events[moves][:, [0, 3]].tolist()


def melody(lengths, pitch=72):
    """A bar of notes of so many steps."""
    steps = np.zeros((sum(lengths), 3), np.int8)
    steps[:, 0] = pitch
    steps[np.cumsum([0, *lengths[:-1]]), 1] = 1
    return np.split(steps, len(steps) // COMMON_TIME.hop_steps)


@pytest.mark.parametrize(
    ("program", "has_vibrato"), [(VIOLIN, True), (FLUTE, True), (PIANO, False)]
)
def test_strings_and_winds_have_vibrato_on_long_notes(program, has_vibrato):
    one = part(Role.MELODY, program=program)
    events = events_of(melody([12, 1, 1, 2]), [one])
    swings = swings_of(events, one.channel)
    assert bool(swings) == has_vibrato
    if has_vibrato:
        (begins, depth), (ends, rest) = swings
        first = notes_of(events, one.channel)[0]
        assert first[0] + 120 <= begins < first[1] and 0 < depth < 64
        assert (ends, rest) == (first[1], 0)


def test_short_notes_are_straight():
    one = part(Role.MELODY, program=VIOLIN)
    assert swings_of(events_of(melody([2] * 8), [one]), one.channel) == []


def test_a_note_that_goes_on_into_the_next_passage_keeps_its_vibrato():
    one = part(Role.MELODY, program=FLUTE)
    events = events_of(melody([16, 8, 8]), [one])
    (begins, _), (ends, rest), *_ = swings_of(events, one.channel)
    assert begins == 240 and rest == 0
    assert ends == notes_of(events, one.channel)[0][1] > 1440


@given(hops, grooves)
def test_every_note_begins_straight_and_the_music_ends_so(grid_and_hops, groove):
    grid, passages = grid_and_hops
    parts = [part(Role.MELODY, program=VIOLIN), part(Role.COUNTER, program=FLUTE)]
    events = events_of(passages, parts, grid=grid, groove=groove)
    for one in parts:
        swings = swings_of(events, one.channel)
        assert [depth > 0 for _, depth in swings] == [True, False] * (len(swings) // 2)
        for (begins, _), (ends, _) in zip(swings[::2], swings[1::2], strict=True):
            onsets = [onset for onset, *_ in notes_of(events, one.channel)]
            assert not any(begins <= onset < ends for onset in onsets)
