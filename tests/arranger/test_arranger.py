import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.band import (
    STRAIGHT,
    band,
    bands,
    bars,
    events_of,
    grooves,
    hops,
    notes_of,
    part,
    passages_of,
    struck,
)
from support.strategies import VOCABULARY, step_arrays

from livedshl.arranger import Arranger, Cue, Groove, Role
from livedshl.music import COMMON_TIME, GRIDS, Mode

HARMONY = (Role.CHORDS, Role.BASS, Role.COUNTER)


@given(hops, bands, grooves, st.integers(-5, 6), st.integers(0, 99))
def test_every_note_ends_and_lies_in_its_parts_range(grid_and_hops, parts, groove, key, seed):
    grid, passages = grid_and_hops
    events = events_of(passages, parts, key, grid, groove, seed)
    assert not len(events) or events[-1, 0] <= len(passages) * grid.hop_beats * grid.beat_ticks
    for one in parts:
        for onset, end, pitch in notes_of(events, one.channel):
            assert end > onset
            # Chords make room for a low melody.
            lowest = one.lowest - 10 * (one.role is Role.CHORDS)
            assert one.role is Role.DRUMS or lowest <= pitch <= one.highest


@given(hops, bands, grooves)
def test_no_event_lies_before_or_after_its_passage(grid_and_hops, parts, groove):
    grid, passages = grid_and_hops
    arranger = Arranger(parts, VOCABULARY, grid, Mode.MAJOR, groove, 1)
    hop_ticks = grid.hop_beats * grid.beat_ticks
    for number, events in enumerate(passages_of(arranger, grid, passages)[:-1]):
        assert (np.diff(events[:, 0]) >= 0).all()
        assert (events[:, 0] >= number * hop_ticks).all()
        assert (events[:, 0] <= (number + 1) * hop_ticks).all()


@given(hops, bands, grooves)
def test_a_muted_part_leaves_the_others_as_they_were(grid_and_hops, parts, groove):
    grid, passages = grid_and_hops
    whole = events_of(passages, parts, 0, grid, groove)
    for muted in (one for one in parts if one.role is not Role.MELODY):
        rest = [one for one in parts if one is not muted]
        expected = whole[(whole[:, 1] & 0x0F) != muted.channel]
        assert (events_of(passages, rest, 0, grid, groove) == expected).all()


def test_the_seed_decides_every_velocity():
    groove, parts = Groove(timing=10, dynamics=20), band(*Role)
    first, again, other = (
        events_of(bars(8), parts, groove=groove, seed=seed) for seed in (3, 3, 4)
    )
    assert (first == again).all()
    for one in parts:
        before, after = struck(first, one.channel), struck(other, one.channel)
        assert before[:, 3].tolist() != after[:, 3].tolist()


@given(step_arrays(8), bands)
def test_rests_are_silent(steps, parts):
    steps[:4, 0], steps[:4, 2] = 0, -1
    events = events_of([steps], parts)
    assert (struck(events)[:, 0] >= 480).all()


def test_a_harmony_that_stops_silences_who_plays_it():
    sounding, silent = bars(1)
    silent[:, 2] = -1
    events = events_of([sounding, silent], band(*HARMONY))
    assert len(struck(events))
    assert (events[:, 0] <= 960).all()


@given(st.lists(st.integers(-5, 6), min_size=1, max_size=4))
def test_every_passage_sounds_in_its_own_key(key_shifts):
    arranger = Arranger(band(*HARMONY), VOCABULARY, COMMON_TIME, Mode.MAJOR, STRAIGHT, 1)
    (steps, *_), triad = bars(1), {0, 4, 7}
    for number, key_shift in enumerate(key_shifts):
        pitches = struck(arranger.arrange(steps, Cue(2 * number, key_shift)))[:, 2]
        assert {(pitch - key_shift) % 12 for pitch in pitches.tolist()} <= triad


def test_in_a_key_that_changes_melody_and_drone_change_with_it():
    parts = band(Role.MELODY, Role.DRONE)
    arranger = Arranger(parts, VOCABULARY, COMMON_TIME, Mode.MINOR, STRAIGHT, 1)
    steps, after = bars(1, every=16)
    in_a_minor, in_b_minor = (
        arranger.arrange(steps, Cue(0, 0)),
        arranger.arrange(after, Cue(2, 2)),
    )
    drone = parts[1].channel
    assert {pitch % 12 for pitch in struck(in_a_minor, drone)[:, 2]} == {9, 4}
    assert {pitch % 12 for pitch in struck(in_b_minor, drone)[:, 2]} == {11, 6}
    assert struck(in_b_minor, parts[0].channel)[:, 2].tolist() == [74]


@given(hops, bands, grooves)
def test_music_that_is_closed_ends_on_one_stroke_that_all_hold(grid_and_hops, parts, groove):
    grid, passages = grid_and_hops
    last = bars(1, grid)[0]
    last[:, 1] = 0
    last[0, 1] = 1
    arranger = Arranger(parts, VOCABULARY, grid, Mode.MAJOR, groove, 1)
    beats = range(0, len(passages) * grid.hop_beats, grid.hop_beats)
    events = [arranger.arrange(one, Cue(at, 0)) for one, at in zip(passages, beats, strict=True)]
    beat = len(passages) * grid.hop_beats
    events.append(arranger.close(last, Cue(beat, 0)))
    whole = np.concatenate(events)
    start, end = beat * grid.beat_ticks, (beat + grid.hop_beats) * grid.beat_ticks
    assert (np.diff(whole[:, 0]) >= 0).all()
    for one in parts:
        played = [note for note in notes_of(whole, one.channel) if note[0] >= start]
        grace = [note for note in played if one.role is Role.MELODY and note[1] < end]
        held = [note for note in played if note not in grace]
        assert held
        assert len(grace) <= 1
        assert all(onset <= start + 80 for onset, _, _ in held)
        assert one.role is Role.DRUMS or all(note_end == end for _, note_end, _ in held)


def test_programs_volumes_and_places_come_first():
    parts = [part(Role.MELODY, pan=30), part(Role.DRUMS, "march", reverb=90)]
    setup = Arranger(parts, VOCABULARY, COMMON_TIME, Mode.MAJOR, STRAIGHT, 1).setup()
    assert setup.tolist() == [
        [0, 0xC0, 10, 0],
        [0, 0xB0, 7, 100],
        [0, 0xB0, 10, 30],
        [0, 0xB0, 91, 40],
        [0, 0xB0, 1, 0],
        [0, 0xB0, 11, 127],
        [0, 0xB0, 64, 0],
        [0, 0xC9, 19, 0],
        [0, 0xB9, 7, 100],
        [0, 0xB9, 10, 64],
        [0, 0xB9, 91, 90],
        [0, 0xB9, 1, 0],
        [0, 0xB9, 11, 127],
        [0, 0xB9, 64, 0],
    ]


@pytest.mark.parametrize("metre", GRIDS)
def test_a_band_plays_every_bar_of_every_metre(metre):
    grid = GRIDS[metre]
    events = events_of(bars(8, grid), band(*Role), grid=grid)
    for one in band(*Role):
        bars_played = {onset // grid.bar_ticks for onset, *_ in notes_of(events, one.channel)}
        sparse = {Role.COUNTER: {2, 6}, Role.DRONE: {0, 4}}  # bars in which they begin a note
        assert sparse.get(one.role, set(range(8))) <= bars_played
