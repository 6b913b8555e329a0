"""Conversions between the units of time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedshl.music import GRIDS
from livedshl.units import (
    HIGHEST_TEMPO,
    LOWEST_TEMPO,
    TICKS_PER_BEAT,
    beats_to_seconds,
    bpm_to_tick_s,
    seconds_to_beats,
    seconds_to_ticks,
    tick_s_to_bpm,
)

tempi = st.floats(LOWEST_TEMPO, HIGHEST_TEMPO)
seconds = st.floats(0, 1e5)


def test_at_120_a_beat_of_480_ticks_lasts_half_a_second():
    assert seconds_to_beats(0.5, 120) == 1
    assert seconds_to_ticks(0.5, 120) == TICKS_PER_BEAT == 480
    assert beats_to_seconds(1, 120) == 0.5
    assert bpm_to_tick_s(120) * TICKS_PER_BEAT == pytest.approx(0.5)


@given(seconds, tempi)
def test_each_conversion_undoes_the_other(time_s, tempo_bpm):
    assert beats_to_seconds(seconds_to_beats(time_s, tempo_bpm), tempo_bpm) == pytest.approx(time_s)
    assert tick_s_to_bpm(bpm_to_tick_s(tempo_bpm)) == pytest.approx(tempo_bpm)
    ticks_s = seconds_to_ticks(time_s, tempo_bpm) * bpm_to_tick_s(tempo_bpm)
    assert ticks_s == pytest.approx(time_s)


@given(st.sampled_from(list(GRIDS.values())), tempi)
def test_a_grid_turns_its_beats_into_quarters_and_back(grid, tempo_bpm):
    assert grid.beat_bpm(grid.quarter_bpm(tempo_bpm)) == pytest.approx(tempo_bpm)
