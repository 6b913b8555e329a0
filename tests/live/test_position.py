"""Where the clock is, read by one thread while another writes it."""

import sys
import time

import pytest

from livedshl.live.performer import Performer
from livedshl.live.position import Position
from livedshl.outputs.choice import Output, OutputKind
from livedshl.player.clock.source import ClockSettings

TICKS_PER_S = 960  # at 120 BPM
SPEED = 100  # one report after the other is 4,800 ticks apart


def test_a_position_that_runs_reaches_other_ticks_at_other_times():
    position = Position(tick=1000, time_s=10.0, tempo_bpm=120)
    assert position.running
    assert [position.tick_at(time_s) for time_s in (10.0, 10.5, 9.5)] == [1000, 1480, 520]


def test_a_position_that_stands_still_is_always_the_same():
    position = Position(tick=1000, time_s=10.0, tempo_bpm=0)
    assert not position.running
    assert position.tick_at(99.0) == 1000


@pytest.fixture
def eager_threads():
    """Lets threads take turns as often as Python can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_no_reading_mixes_two_reports_of_the_player(eager_threads):
    with Performer(Output(OutputKind.NOWHERE, "", ""), ClockSettings(speed=SPEED)) as performer:
        performer.wait_ready(20)
        performer.start(0, 120, 0)
        while not performer.tick:
            performer.wait(1)
        then = time.perf_counter()
        first = performer.tick_at(then)
        furthest = 0
        while time.perf_counter() < then + 2:
            furthest = max(furthest, abs(performer.tick_at(then) - first))
    # The clock runs evenly, so each report puts this one moment on the same tick, to within the
    # rounding of a report: a tick, and the microsecond of its stamp.
    assert furthest <= 3
