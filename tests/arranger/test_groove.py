import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.band import band, bars, events_of, grooves, hops, part, struck
from support.strategies import grids

from livedshl.arranger import Groove, Role
from livedshl.arranger.groove import swung_tick
from livedshl.music import GRIDS


@given(grids, st.floats(0, 1), st.integers(0, 500))
def test_swing_moves_what_lies_between_the_beats_and_keeps_the_order(grid, swing, beat):
    on_beat = beat * grid.beat_steps
    ticks = [swung_tick(on_beat + step, grid, swing) for step in range(grid.beat_steps + 1)]
    straight = [swung_tick(on_beat + step, grid, 0) for step in range(grid.beat_steps + 1)]
    assert straight == [(on_beat + step) * 120 for step in range(grid.beat_steps + 1)]
    assert (ticks[0], ticks[-1]) == (straight[0], straight[-1])
    assert all(moved >= even for moved, even in zip(ticks, straight, strict=True))
    assert min(np.diff(ticks)) >= 79


def test_full_swing_makes_triplets_of_eighths():
    played = struck(events_of(bars(1), [part(Role.MELODY)], groove=Groove(swing=1)))
    assert played[:, 0].tolist() == [0, 320, 480, 800, 960, 1280, 1440, 1760]


def test_in_a_swung_jig_the_third_eighth_stays():
    grid = GRIDS["6/8"]
    played = struck(events_of(bars(1, grid), [part(Role.MELODY)], grid=grid, groove=Groove(1)))
    assert played[:, 0].tolist() == [0, 320, 480, 720, 1040, 1200]


@given(hops, grooves, st.integers(0, 99))
def test_no_note_is_farther_from_its_place_than_the_timing_allows(grid_and_hops, groove, seed):
    grid, passages = grid_and_hops
    parts = band(Role.MELODY, Role.BASS, Role.DRUMS)
    exact = struck(events_of(passages, parts, 0, grid, Groove(groove.swing, 0, 0), seed))
    played = struck(events_of(passages, parts, 0, grid, groove, seed))
    for one in parts:
        on_time = exact[exact[:, 1] == 0x90 | one.channel]
        felt = played[played[:, 1] == 0x90 | one.channel]
        assert on_time[:, 2].tolist() == felt[:, 2].tolist()
        assert (np.abs(felt[:, 0] - on_time[:, 0]) <= groove.timing).all()


def test_players_lean_on_the_time_both_ways_each_for_himself():
    parts = [part(Role.MELODY), part(Role.CHORDS, "alberti")]  # both play eighths
    events = events_of(bars(16), parts, groove=Groove(timing=20))
    leans = [(struck(events, one.channel)[:, 0] + 60) % 120 - 60 for one in parts]
    assert all(lean.min() < 0 < lean.max() for lean in leans)
    assert leans[0].tolist() != leans[1].tolist()


@pytest.mark.parametrize(
    ("metre", "of_a_bar"),
    [
        ("4/4", [7, -4, 0, -4, 3, -4, 0, -4]),
        ("3/4", [7, -4, -2, -4, 1, -4]),
        ("6/8", [6, -4, -4, 2, -4, -4]),
        ("9/8", [6, -4, -4, 1, -4, -4, 3, -4, -4]),
    ],
)
def test_the_beats_of_the_metre_are_accented(metre, of_a_bar):
    grid = GRIDS[metre]
    played = struck(events_of(bars(2, grid), [part(Role.MELODY, velocity=70)], grid=grid))
    assert (played[:, 3] - 70).tolist() == of_a_bar * 2
