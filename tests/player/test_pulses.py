"""The clock that livedshl sends, and the loop that follows one, on simulated time."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedshl.player.clock.pulses import PulseTracker
from livedshl.player.midi_clock import CONTINUE, PULSE, START, STOP, ClockSender, song_position
from livedshl.player.playback import Playback

tempos = st.floats(20, 400)


def perform(playback, turns_s, changes=(), until_tick=1921):
    """Lets a playback run from 0 s on, waking at deadlines, `turns_s` late each.

    changes: by tick, the tempo from there on. Returns (seconds, tick, message).
    """
    sent = [(0.0, 0.0, message) for message in playback.start(0, 0.0)]
    for tick, tempo_bpm in changes:
        playback.transport.set_tempo(tick, tempo_bpm)
    now = 0.0
    for late_s in turns_s:
        deadline = playback.deadline()
        if deadline is None or playback.transport.tick_at(deadline) > until_tick:
            break
        now = max(now, deadline) + late_s
        tick = playback.transport.tick_at(now)
        sent.extend((now, tick, message) for message in playback.due(now))
    return sent


@given(
    st.lists(st.tuples(st.integers(1, 500), tempos), max_size=6),
    st.sampled_from([-0.3, -0.01, 0.0, 0.02, 0.25]),
)
def test_24_pulses_a_beat_at_their_ticks_whatever_the_tempo_and_the_latency(gaps, latency_s):
    changes, tick = [], 0
    for gap, tempo_bpm in gaps:
        tick += gap
        changes.append((tick, tempo_bpm))
    playback = Playback(sends_clock=True)
    playback.latency_s = latency_s
    for step in range(20):
        playback.scheduler.push(step * 120, bytes((0x90, 60, 90)))
        playback.scheduler.push(step * 120 + 60, bytes((0x80, 60, 0)))
    playback.scheduler.extend_horizon(2400)
    sent = perform(playback, [0.0] * 400, changes)
    assert sent[0][2] == START
    ticks = [tick for _, tick, message in sent if message == PULSE]
    assert ticks == pytest.approx(list(range(0, 1921, 20)), abs=1e-3)
    # The notes come earlier than their pulses by the latency, but for what came before the start.
    on = [time_s for time_s, _, message in sent if message[0] == 0x90]
    for number, time_s in enumerate(on):
        meant_s = playback.transport.time_of(120 * number) - latency_s
        assert time_s == pytest.approx(max(0.0, meant_s), abs=1e-6)


@given(st.lists(st.sampled_from([0.0, 0.0, 0.0, 0.001, 0.05, 0.2, 1.0, 5.0]), max_size=60))
def test_a_stall_makes_no_burst_and_leaves_the_receiver_in_its_place(turns_s):
    sent = perform(Playback(sends_clock=True), turns_s + [0.0] * 30, until_tick=1e9)
    expected, running, at_once, last_s = 0, False, 0, -1.0
    for time_s, tick, message in sent:
        at_once = at_once + 1 if time_s == last_s and message == PULSE else 1
        last_s = time_s
        assert at_once <= 4, "more than a 32nd came at once"
        if message == START:
            expected, running = 0, True
        elif message == STOP:
            running = False
        elif message == CONTINUE:
            running = True
        elif message[0] == 0xF2:
            assert not running
            expected = (message[1] | message[2] << 7) * 120
            assert expected >= tick - 1e-3
        else:
            assert running
            assert -1e-3 <= tick - expected <= 60 + 1e-3
            expected += 20


def test_a_pause_stops_the_receiver_and_a_position_and_continue_set_it_going_again():
    playback = Playback(sends_clock=True)
    assert list(playback.start(0, 0.0)) == [START]
    assert list(playback.due(0.5)) != []
    assert list(playback.pause(0.6)) == [STOP]
    assert playback.deadline() is None
    assert list(playback.start(600, 7.0)) == [song_position(5), CONTINUE]
    assert playback.deadline() == 7.0
    assert list(playback.due(7.0)) == [PULSE]
    assert list(playback.leave()) == [STOP]
    assert list(playback.leave()) == []


@given(st.integers(0, 1 << 24))
def test_a_start_between_sixteenths_waits_for_the_next_one(tick):
    sender = ClockSender()
    messages = list(sender.start(tick))
    assert 0 <= sender.next_tick - tick < 120
    if len(messages) == 1:
        assert messages == [START]
        assert sender.next_tick == 0
    else:
        position, go = messages
        assert go == CONTINUE
        assert position[0] == 0xF2
        assert (position[1] | position[2] << 7) == sender.next_tick // 120 % (1 << 14)
        assert max(position[1:]) < 0x80
    assert list(sender.due(sender.next_tick - 0.5)) == []


def test_a_playback_that_sends_no_clock_sends_none():
    playback = Playback()
    assert perform(playback, [0.0] * 100) == []
    assert list(playback.pause(1.0)) == []


@given(st.floats(30, 300), st.floats(0, 0.002), st.integers(0, 999))
def test_the_loop_is_steadier_than_the_pulses(tempo_bpm, jitter_s, seed):
    rng = random.Random(seed)
    period_s = 60 / tempo_bpm / 24
    tracker = PulseTracker(120.0)
    for number in range(48):
        assert tracker.pulse(number * period_s + rng.uniform(-jitter_s, jitter_s)) == 0
    worst_s = 0.0
    for number in range(48, 400):
        tracker.pulse(number * period_s + rng.uniform(-jitter_s, jitter_s))
        worst_s = max(worst_s, abs(tracker.time_s - number * period_s))
    assert worst_s <= 0.75 * jitter_s + 1e-9
    assert tracker.tempo_bpm == pytest.approx(tempo_bpm, rel=0.01)


@given(st.lists(st.floats(0, 10), min_size=1, max_size=60))
def test_no_pulses_whatever_make_a_tempo_that_is_none(gaps_s):
    tracker, now = PulseTracker(120.0), 0.0
    for gap_s in gaps_s:
        now += gap_s
        tracker.pulse(now)
        assert 19.99 <= tracker.tempo_bpm <= 400.01
