import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedshl.player.transport import Transport

tempos = st.floats(20, 400)
changes = st.lists(st.tuples(st.integers(1, 4000), tempos), max_size=8)


def running(tempo, changes, start_s=1000.0):
    """A transport that starts at tick 0, and the ticks at which its tempo changes."""
    transport = Transport(tempo)
    transport.start(0, start_s)
    tick = 0
    ticks = []
    for gap, new_tempo in changes:
        tick += gap
        transport.set_tempo(tick, new_tempo)
        ticks.append(tick)
    return transport, ticks


@given(tempos, changes, st.lists(st.integers(0, 50_000), min_size=2))
def test_later_ticks_sound_later(tempo, changes, ticks):
    transport, _ = running(tempo, changes)
    times = [transport.time_of(tick) for tick in sorted(set(ticks))]
    assert times == sorted(set(times))


@given(tempos, changes, st.integers(0, 50_000))
def test_the_position_at_the_time_of_a_tick_is_that_tick(tempo, changes, tick):
    transport, _ = running(tempo, changes)
    assert transport.tick_at(transport.time_of(tick)) == pytest.approx(tick, abs=1e-3)


@given(tempos, changes, tempos, st.integers(0, 5000))
def test_a_tempo_change_keeps_the_position_in_beats(tempo, changes, new_tempo, ahead):
    transport, ticks = running(tempo, changes)
    at = max(ticks, default=0) + ahead
    before = transport.time_of(at)
    transport.set_tempo(at, new_tempo)
    assert transport.time_of(at) == pytest.approx(before, abs=1e-9)
    assert transport.time_of(at + 480) - before == pytest.approx(60 / new_tempo)


@given(tempos, changes, st.integers(0, 5000), st.integers(0, 5000))
def test_tempi_that_are_over_can_be_forgotten(tempo, changes, tick, later):
    transport, _ = running(tempo, changes)
    now = transport.time_of(tick)
    expected = transport.time_of(tick + later)
    transport.forget_before(now)
    assert transport.time_of(tick + later) == pytest.approx(expected)
    assert transport.tick_at(now) == pytest.approx(tick, abs=1e-3)


@given(tempos)
def test_an_hour_later_nothing_has_drifted(tempo):
    transport, _ = running(tempo, [])
    beats = round(tempo * 60)
    assert transport.time_of(480 * beats) - 1000.0 == pytest.approx(beats * 60 / tempo, abs=1e-6)
