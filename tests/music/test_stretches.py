from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from support.strategies import lead_sheets

from livedshl.music import LeadSheet, Metre, Mode
from livedshl.music.leadsheet import Key
from livedshl.music.stretches import stretches


@given(lead_sheets())
def test_a_tune_of_one_key_and_metre_stays_as_it_is(sheet):
    assert stretches(sheet) == [sheet]


@given(lead_sheets(), st.data())
def test_no_note_is_lost_when_a_tune_is_divided_and_each_stretch_begins_at_its_own_bar(sheet, data):
    keys = [Key(7, Mode.MAJOR), Key(4, Mode.MINOR), Key(2, Mode.MAJOR)]
    bars = sorted(data.draw(st.sets(st.sampled_from(range(1, len(sheet.bars))), max_size=2)))
    changes = [(0, keys[0])]
    changes += [(int(sheet.bars[bar]), key) for bar, key in zip(bars, keys[1:], strict=False)]
    divided = stretches(replace(sheet, key_changes=tuple(changes)))
    assert [part.keys for part in divided] == [(key,) for _, key in changes]
    assert all(part.bars[0] == 0 for part in divided)
    zeros = [int(sheet.bars[bar]) for bar in (0, *bars)]
    back = [part.notes + np.array([zero, 0, 0]) for part, zero in zip(divided, zeros, strict=True)]
    assert np.concatenate(back).tolist() == sheet.notes.tolist()
    assert sum(part.end for part in divided) == sheet.end
    for part, zero in zip(divided, zeros, strict=True):
        for tick in part.bars.tolist():
            assert _chord_at(part, tick) == _chord_at(sheet, tick + zero)


def test_a_stretch_in_another_metre_and_what_returns_after_it_stand_alone():
    bars = np.array([0, 1920, 3840, 5280, 6720, 8640], np.int32)
    notes = np.array([(tick, 480, 72) for tick in range(0, 10560, 480)], np.int32)
    sheet = _sheet(bars, notes, ((0, Metre(4, 4)), (3840, Metre(3, 4)), (6720, Metre(4, 4))))
    divided = stretches(sheet)
    assert [part.metre for part in divided] == [Metre(4, 4), Metre(3, 4), Metre(4, 4)]
    assert [len(part.notes) for part in divided] == [8, 6, 8]
    assert [part.source for part in divided] == ["a#1 bar 1", "a#1 bar 3", "a#1 bar 5"]


def _sheet(bars, notes, metres):
    return LeadSheet(
        "t", "a#1", metres, ((0, Key(0, Mode.MAJOR)),), bars, notes,
        np.zeros((0, 3), np.int32), 10560,
    )  # fmt: skip


def _chord_at(sheet, tick):
    before = [row[1:] for row in sheet.chords.tolist() if row[0] <= tick]
    return before[-1] if before else None
