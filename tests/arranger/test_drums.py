import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.band import bars, events_of, part, struck

from livedshl.arranger import Role, patterns_of
from livedshl.midi.general_midi import DRUM_CHANNEL
from livedshl.music import GRIDS

every_pattern = pytest.mark.parametrize("pattern", patterns_of(Role.DRUMS))
every_metre = pytest.mark.parametrize("metre", GRIDS)


def strokes(pattern, metre, n_bars=8, **others):
    grid = GRIDS[metre]
    events = events_of(bars(n_bars, grid), [part(Role.DRUMS, pattern, **others)], grid=grid)
    return struck(events)


def bar(events, number, metre):
    """The strokes of a bar, as (tick in it, drum)."""
    bar_ticks = GRIDS[metre].bar_ticks
    inside = events[events[:, 0] // bar_ticks == number]
    return {(tick % bar_ticks, pitch) for tick, _, pitch, _ in inside.tolist()}


@every_pattern
@every_metre
def test_drums_are_general_midis_on_channel_10(pattern, metre):
    events = strokes(pattern, metre)
    assert set(events[:, 1].tolist()) == {0x90 | DRUM_CHANNEL} == {0x99}
    assert ((events[:, 2] >= 35) & (events[:, 2] <= 81)).all()


@every_pattern
@every_metre
def test_every_bar_has_a_stroke(pattern, metre):
    bar_ticks = GRIDS[metre].bar_ticks
    onsets = strokes(pattern, metre)[:, 0]
    assert set((onsets // bar_ticks).tolist()) == set(range(8))


def test_a_waltz_brushes_on_the_weak_beats():
    grid = GRIDS["3/4"]
    pedal_hat = [t for t, drum in bar(strokes("brushes", "3/4"), 0, "3/4") if drum == 44]
    assert sorted(pedal_hat) == [grid.beat_ticks, 2 * grid.beat_ticks]


@given(st.floats(0, 0.9))
def test_a_lower_density_leaves_out_soft_strokes_only(density):
    full, thin = (strokes("kit", "4/4", density=share) for share in (1, density))
    left_out = {tuple(row) for row in full[:, [0, 2]].tolist()} - {
        tuple(row) for row in thin[:, [0, 2]].tolist()
    }
    levels = {(tick, drum): velocity for tick, _, drum, velocity in full.tolist()}
    assert len(thin) <= len(full)
    assert all(levels[stroke] < 70 for stroke in left_out)


def test_drums_keep_time_through_a_rest_of_the_melody():
    steps = bars(1, pitch=0)
    assert len(struck(events_of(steps, [part(Role.DRUMS)])))
    for half in steps:
        half[:, 2] = -1
    assert np.size(events_of(steps, [part(Role.DRUMS)])) == 0
