"""Playback under everything that happens to a clock, with time that the test makes."""

from collections import Counter

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from support.strategies import thorough

from livedshl.player.playback import Playback
from livedshl.player.scheduler import LATE_TICKS

PULSE, START, CONTINUE, STOP, POSITION = 0xF8, 0xFA, 0xFB, 0xFC, 0xF2
HOP_TICKS = 960
NOTES_A_HOP = 8


def note_of(number):
    """The pitch of the melody's note of this number: neighbours differ."""
    return 30 + number % 90


class Performance(RuleBasedStateMachine):
    """A melody of sixteenths, whose composer and clock are driven at random.

    The transport is paused and started, sent ahead, sped up and slowed down, and stalls for any
    time; what leaves is looked at after every step.
    """

    @initialize(latency_s=st.floats(-0.3, 0.3))
    def begin(self, latency_s):
        self.playback = Playback(sends_clock=True)
        self.playback.latency_s = latency_s
        self.now = 1000.0
        self.sent = []
        self.on = Counter()
        self.given = 0
        self.compose(3)

    def take(self, messages):
        for message in messages:
            self.sent.append(message)
            kind = message[0] & 0xF0
            if kind == 0x90:
                self.on[message[1]] += 1
            elif kind == 0x80:
                self.on[message[1]] -= 1
                assert self.on[message[1]] >= 0, "switched off what was not on"

    @rule(hops=st.integers(1, 4))
    def compose(self, hops):
        for _ in range(hops):
            for number in range(self.given, self.given + NOTES_A_HOP):
                tick = number * 120
                self.playback.scheduler.push(tick, bytes((0x90, note_of(number), 90)))
                self.playback.scheduler.push(tick + 119, bytes((0x80, note_of(number), 0)))
            self.given += NOTES_A_HOP
            self.playback.scheduler.extend_horizon(self.given * 120)

    @precondition(lambda self: not self.playback.transport.running)
    @rule(ahead=st.sampled_from([0, 0, 480, 1000]))
    def start(self, ahead):
        tick = self.playback.transport.tick_at(self.now) + ahead
        self.take(self.playback.start(tick, self.now))
        assert self.playback.transport.tick_at(self.now) == pytest.approx(tick)

    @precondition(lambda self: self.playback.transport.running)
    @rule()
    def pause(self):
        position = self.playback.transport.tick_at(self.now)
        self.take(self.playback.pause(self.now))
        assert not +self.on
        assert self.playback.transport.tick_at(self.now + 5) == pytest.approx(position)

    @precondition(lambda self: self.playback.transport.running)
    @rule(tempo=st.floats(20, 400))
    def change_tempo(self, tempo):
        position = self.playback.transport.tick_at(self.now)
        self.playback.transport.set_tempo(position, tempo)
        assert self.playback.transport.tick_at(self.now) == pytest.approx(position)

    @precondition(lambda self: self.playback.transport.running)
    @rule(latency_s=st.floats(-0.3, 0.3))
    def change_latency(self, latency_s):
        self.playback.latency_s = latency_s

    @precondition(lambda self: self.playback.transport.running)
    @rule(seconds=st.floats(0.01, 3))
    def play_on_time(self, seconds):
        """The clock sends everything at its deadline."""
        end = self.now + seconds
        dropped = self.playback.scheduler.dropped
        late = False
        while (deadline := self.playback.deadline()) is not None and deadline <= end:
            late |= deadline < self.now - 1e-9  # it had stalled, or waited for the composer
            self.now = max(self.now, deadline)
            self.take(self.playback.due(self.now))
        self.now = max(self.now, end)
        assert late or self.playback.scheduler.dropped == dropped

    @precondition(lambda self: self.playback.transport.running)
    @rule(seconds=st.floats(0.01, 8))
    def stall(self, seconds):
        """Nothing is sent for a while; then the clock catches up at once."""
        before = len(self.sent)
        self.now += seconds
        self.take(self.playback.due(self.now))
        burst = [m for m in self.sent[before:] if m[0] & 0xF0 == 0x90]
        tempo = self.playback.transport.tempo_at(self.now)
        ahead_ticks = max(0.0, self.playback.latency_s) * tempo * 8
        assert len(burst) <= (LATE_TICKS + ahead_ticks) / 120 + 1
        assert sum(m[0] == PULSE for m in self.sent[before:]) <= 7

    @invariant()
    def notes_come_in_order_and_each_once(self):
        if not hasattr(self, "sent"):
            return
        played = [message[1] for message in self.sent if message[0] & 0xF0 == 0x90]
        wanted = iter(note_of(number) for number in range(self.given))
        assert all(pitch in wanted for pitch in played)
        assert self.playback.scheduler.notes.sent == len(played)

    def teardown(self):
        if hasattr(self, "sent"):
            self.take(self.playback.leave())
            assert not +self.on


TestPerformance = Performance.TestCase
TestPerformance.settings = thorough(max_examples=150, stateful_step_count=40)


@pytest.mark.parametrize("latency_s", [0.0, 0.2, -0.2])
def test_no_beat_is_lost_by_changes_of_tempo(latency_s):
    playback = Playback(sends_clock=True)
    playback.latency_s = latency_s
    for number in range(64):
        playback.scheduler.push(number * 120, bytes((0x90, note_of(number), 90)))
        playback.scheduler.push(number * 120 + 119, bytes((0x80, note_of(number), 0)))
    playback.scheduler.extend_horizon(64 * 120)
    sent = list(playback.start(0, 5.0))
    now = 5.0
    for tempo in (400, 20, 133.3, 61, 240):
        for _ in range(40):
            deadline = playback.deadline()
            now = max(now, deadline)
            sent += playback.due(now)
        playback.transport.set_tempo(playback.transport.tick_at(now), tempo)
    while playback.scheduler.next_tick is not None:
        now = max(now, playback.deadline())
        sent += playback.due(now)
    assert [m[1] for m in sent if m[0] == 0x90] == [note_of(number) for number in range(64)]
    assert playback.scheduler.dropped == 0
    at = playback.transport.tick_at(now)
    assert sum(m[0] == PULSE for m in sent) == pytest.approx(at / 20, abs=1.01)
