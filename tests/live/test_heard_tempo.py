"""The tempo map of a take: as long as what was heard, however the clock from outside ran."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from livedshl.live.heard_tempo import HeardTempo
from livedshl.live.position import Position
from livedshl.music.grid import GRIDS
from livedshl.units import bpm_to_tick_s

GRID = GRIDS["4/4"]
REPORT_S = 0.05


def clock(tempi, beats_each, jitter_s, seed):
    """The position of a clock, every 50 ms: each tempo for so many beats."""
    rng = np.random.default_rng(seed)
    tick, now = 0.0, 100.0
    for bpm in tempi:
        end = tick + beats_each * 480
        while tick < end:
            yield Position(round(tick), now + rng.uniform(-jitter_s, jitter_s), bpm)
            now += REPORT_S
            tick += REPORT_S / bpm_to_tick_s(bpm)


def in_file(changes, tick, first_bpm=108.0):
    """The seconds at which a file with these changes of tempo reaches a tick."""
    seconds, at, bpm = 0.0, 0, first_bpm
    for change, changed in changes:
        if change >= tick:
            break
        seconds, at, bpm = seconds + (change - at) * bpm_to_tick_s(bpm), change, changed
    return seconds + (tick - at) * bpm_to_tick_s(bpm)


@given(
    tempi=st.lists(st.floats(40, 240), min_size=1, max_size=4),
    jitter_s=st.sampled_from([0.0, 0.0005, 0.001]),
    seed=st.integers(0, 1000),
)
def test_every_beat_of_the_file_comes_when_it_was_heard(tempi, jitter_s, seed):
    heard = HeardTempo(GRID)
    positions = list(clock(tempi, 16, jitter_s, seed))
    changes = [change for position in positions for change in heard.hear(position)]
    assert changes == sorted(changes, key=lambda change: change[0])
    for position in positions:
        last_beat = position.tick // 480 * 480
        if position.tick == last_beat and position.tick > 480:
            off_s = in_file(changes, position.tick) - (position.time_s - positions[0].time_s)
            assert abs(off_s) < 0.02


def test_a_steady_clock_gives_one_tempo_and_a_trembling_one_few():
    steady, trembling = HeardTempo(GRID), HeardTempo(GRID)
    one = [change for position in clock([132.0], 64, 0.0, 1) for change in steady.hear(position)]
    assert len(one) <= 3  # the reports count whole ticks
    assert one[0][0] == 0
    assert all(abs(bpm - 132) < 2 for _, bpm in one)
    few = [c for position in clock([132.0], 64, 0.001, 1) for c in trembling.hear(position)]
    assert len(few) <= 12


def test_time_in_which_the_clock_stands_still_does_not_count():
    heard = HeardTempo(GRID)
    positions = list(clock([120.0], 8, 0.0, 1))
    paused = [Position(positions[-1].tick, 100.0 + s, 0.0) for s in (5.0, 9.0)]
    later = [Position(positions[-1].tick + p.tick, p.time_s + 20, 120.0) for p in positions]
    changes = [c for position in [*positions, *paused, *later] for c in heard.hear(position)]
    assert abs(in_file(changes, 15 * 480) - 7.5) < 0.05


def test_the_tempo_that_is_heard_first_holds_from_the_beginning():
    heard = HeardTempo(GRID)
    while_planned = 20  # reports that nobody took in
    positions = list(clock([132.0], 16, 0.0, 1))[while_planned:]
    changes = [change for position in positions for change in heard.hear(position)]
    assert abs(in_file(changes, 8 * 480) - 8 * 60 / 132) < 0.02
