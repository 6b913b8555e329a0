from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from support.band import bars, events_of, hops, notes, notes_of, part, struck
from support.strategies import VOCABULARY

from livedshl.arranger import Arranger, Cue, Groove, Role, Section
from livedshl.music import COMMON_TIME, GRIDS, Mode

MELODY = part(Role.MELODY)


@given(hops, st.integers(-5, 6))
def test_the_melody_is_played_as_written_in_the_key(grid_and_hops, key_shift):
    grid, passages = grid_and_hops
    played = notes(passages, MELODY, key_shift=key_shift, grid=grid)
    before = 0
    for step, (pitch, strikes, _) in enumerate(np.concatenate(passages).tolist()):
        sounding = [p for onset, end, p in played if onset <= step * 120 < end]
        begins = pitch > 0 and (strikes or pitch != before)
        assert len(sounding) <= (pitch > 0)
        assert len(sounding) == 1 or not begins
        assert all((p - pitch - key_shift) % 12 == 0 for p in sounding)
        before = pitch


def test_a_held_note_sounds_on_over_the_hop():
    steps = np.zeros((16, 3), np.int8)
    steps[4:, 0], steps[4, 1] = 72, 1
    assert notes([steps[:8], steps[8:]], MELODY) == [(480, 1920, 72)]


@given(st.lists(st.integers(60, 80), min_size=16, max_size=16), st.integers(-5, 6))
def test_no_octave_is_changed_where_the_range_has_room(pitches, key_shift):
    steps = np.concatenate(bars(4))
    steps[:, 0] = np.repeat(pitches, 4)
    steps[:, 1] = np.arange(64) % 4 == 0
    played = notes(np.split(steps, 8), MELODY, key_shift=key_shift)
    assert np.diff([pitch for *_, pitch in played]).tolist() == np.diff(pitches).tolist()


def test_an_octave_that_must_change_stays_for_the_phrase():
    steps = np.concatenate(bars(8, every=16))
    steps[:, 0] = np.repeat([60, 50, 62, 64, 65, 67, 69, 71], 16)
    low = part(Role.MELODY, lowest=55, highest=84)
    played = [pitch for *_, pitch in notes(np.split(steps, 16), low)]
    assert played == [60, 62, 74, 76, 65, 67, 69, 71]


def test_strong_tones_are_long_and_few():
    steps = np.concatenate(bars(1))
    steps[:, 0] = [60, 60, 64, 64, 64, 64, 65, 65, 0, 0, 67, 67, 0, 0, 0, 0]
    strong = part(Role.MELODY, "strong")
    assert notes(np.split(steps, 2), strong) == [(0, 960, 64), (1200, 1920, 67)]
    silent = np.concatenate(bars(1, pitch=0))
    assert notes(np.split(silent, 2), strong) == []


def test_a_thinned_melody_keeps_what_falls_on_the_beat():
    thin = part(Role.MELODY, density=0)
    jig = GRIDS["6/8"]
    played = notes(bars(4, jig), thin, grid=jig)
    assert [onset for onset, *_ in played] == list(range(0, 4 * jig.bar_ticks, jig.beat_ticks))


def test_a_thinned_melody_still_ends_on_its_last_note():
    thin = part(Role.MELODY, density=0)
    arranger = Arranger([thin], VOCABULARY, COMMON_TIME, Mode.MAJOR, Groove(), 1)
    steps = np.concatenate(bars(1, pitch=74, every=4))[:8]
    steps[6:, 0], steps[6, 1] = 72, 1
    (*_, last) = notes_of(arranger.close(steps, Cue(0, 0)), thin.channel)
    assert last == (720, 960, 72)


def test_the_last_note_may_begin_off_the_beat_while_another_still_sounds():
    whole = part(Role.MELODY)
    arranger = Arranger([whole], VOCABULARY, COMMON_TIME, Mode.MAJOR, Groove(), 1)
    before, last = bars(1, pitch=74, every=8)
    last[:, 1], last[2:, 0], last[2, 1] = 0, 72, 1
    events = [arranger.arrange(before, Cue(0, 0)), arranger.close(last, Cue(2, 0))]
    assert notes_of(np.concatenate(events), whole.channel) == [(0, 1140, 74), (1200, 1920, 72)]


def test_long_and_repeated_notes_are_ornamented_from_above():
    ornamented = part(Role.MELODY, ornaments=1)
    played = notes(bars(1, pitch=71, every=4), ornamented)
    assert [pitch for *_, pitch in played] == [72, 71] * 4  # from B to C, in C major
    assert all(end - onset == 40 for onset, end, pitch in played if pitch == 72)
    in_g = notes(bars(1, pitch=71, every=4), ornamented, key_shift=7)
    assert in_g[0][2] - in_g[1][2] == 1
    quick = np.concatenate(bars(1, every=1))
    quick[:, 0] += np.arange(16, dtype=np.int8) % 2
    assert len(notes(np.split(quick, 2), ornamented)) == 16


def test_ornaments_are_as_frequent_as_they_should_be():
    sparse = part(Role.MELODY, ornaments=0.2)
    events = events_of(bars(200, every=4), [sparse])
    graces = len(struck(events)) - 800
    assert 110 < graces < 210


def thirds():
    """Eight bars in which each note is a third from the next."""
    steps = np.concatenate(bars(8))
    steps[:, 0] = np.tile(np.repeat([72, 76], 4), 16)
    steps[:, 1] = np.arange(128) % 4 == 0
    return np.split(steps, 16)


def played_at_time(time, one=MELODY):
    arranger = Arranger([one], VOCABULARY, COMMON_TIME, Mode.MAJOR, Groove(), 1)
    section = Section(0, time=time)
    cues = [Cue(2 * number, 0, section) for number in range(16)]
    events = [arranger.arrange(*one) for one in zip(thirds(), cues, strict=True)]
    return struck(np.concatenate(events))[:, 2].tolist()


def test_a_melody_that_returns_fills_some_thirds_with_notes_of_the_scale():
    assert played_at_time(1) == [72, 76] * 16
    filled = played_at_time(2)
    assert 32 < len(filled) < 48
    assert set(filled) == {72, 74, 76}


def test_a_returning_melody_of_long_tones_divides_some_of_them():
    slow = part(Role.MELODY, "strong")
    first, again = played_at_time(1, slow), played_at_time(2, slow)
    assert len(first) == 16
    assert 16 < len(again) < 26
    assert set(again) == {72, 76}


def test_a_wind_player_breathes_where_a_fiddler_plays_on():
    flute = part(Role.MELODY, program=73)
    fiddle = part(Role.MELODY, program=110)
    gaps = []
    for one in (flute, fiddle):
        played = notes(bars(32, every=4), one)
        gaps.append(max(after[0] - note[1] for note, after in pairwise(played)))
    assert gaps[0] > gaps[1]


def test_repeated_notes_are_shorter_than_steps_of_the_scale():
    steps = np.concatenate(bars(1))
    steps[:, 0] = np.repeat([72, 72, 74, 76], 4)
    steps[:, 1] = np.arange(16) % 4 == 0
    first, second, third, *_ = notes([steps], MELODY)
    assert first[1] - first[0] < third[1] - third[0]
    assert second[1] - second[0] < 480


def test_high_notes_are_louder():
    steps = np.concatenate(bars(1))
    steps[:, 0] = np.repeat([64, 81], 8)
    low, high = struck(events_of(np.split(steps, 2), [MELODY]))[[0, 4], 3]
    assert high > low
