"""Pause, going on and the count-in, as a musician hears them; time is made by the test."""

from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.strategies import thorough

from livedshl.player.clock.source import ClockSettings, Internal
from livedshl.player.playback import Playback

BEAT, BAR = 480, 1920
TICK_S = 60 / 120 / BEAT
CLICKS = 9  # the percussion channel


class Stage:
    """A player at 120 BPM, driven by hand; `sent` has (seconds, message)."""

    def __init__(self, notes, sends_clock=False, latency_s=0.0, **settings):
        self.now = 50.0
        self.sent = []
        self.playback = Playback(sends_clock)
        self.playback.latency_s = latency_s
        self.internal = Internal(ClockSettings(**settings))
        events = [(on, 1, bytes((0x90, pitch, 90))) for on, _, pitch in notes]
        events += [(off, 0, bytes((0x80, pitch, 0))) for _, off, pitch in notes]
        for tick, _, message in sorted(events):
            self.playback.scheduler.push(tick, message)
        self.playback.scheduler.extend_horizon(1 << 20)

    def begin(self, resuming=False, tick=0):
        self.take(self.internal.begin(self.playback, tick, self.now, resuming))
        return self

    def take(self, messages):
        self.sent += [(self.now, message) for message in messages]

    def play(self, seconds):
        end = self.now + seconds
        while (deadline := self.playback.deadline()) is not None and deadline <= end:
            self.now = max(self.now, deadline)
            self.take(self.playback.due(self.now))
        self.now = end

    def pause(self):
        self.take(self.internal.pause(self.playback, self.now))

    def go_on(self):
        self.take(self.internal.go_on(self.playback, self.now))

    def ons(self, since_s=0.0, channel=0, after=0):
        """(seconds since, pitch) of what is struck. after: messages that are too early to count."""
        return [
            (round(at - since_s, 6), m[1])
            for at, m in self.sent[after:]
            if m[0] == 0x90 | channel and at >= since_s
        ]

    def on(self):
        on = Counter()
        for _, message in self.sent:
            if message[0] & 0xF0 in (0x80, 0x90):
                on[message[0] & 15, message[1]] += 1 if message[0] & 0xF0 == 0x90 else -1
        assert all(count >= 0 for count in on.values())
        return +on


EIGHTHS = [(240 * n, 240 * n + 230, 40 + n) for n in range(64)]


@given(st.floats(0.01, 6), st.floats(0, 60), st.sampled_from([0.0, 0.1, -0.1]))
@example(1.0, 0.0, 0.0)  # right after a note on the beat, which is struck again at the same time
def test_a_pause_is_silent_at_once_and_the_music_goes_on_at_the_next_beat(
    played_s, paused_s, latency_s
):
    stage = Stage(EIGHTHS, latency_s=latency_s).begin()
    stage.play(played_s)
    stage.pause()
    assert not stage.on()
    n_sent = len(stage.sent)
    stage.play(paused_s)
    assert len(stage.sent) == n_sent
    tick = stage.playback.transport.tick_at(stage.now)
    assert tick % BEAT == 0 and 0 <= tick - (played_s - max(0, latency_s)) / TICK_S < BEAT + 1
    stage.go_on()
    began_s = stage.now
    stage.play(1.0)
    first = 40 + int(tick) // 240
    heard = stage.ons(began_s, after=n_sent)
    assert [pitch for _, pitch in heard[:3]] == [first, first + 1, first + 2]
    assert heard[1][0] - heard[0][0] == pytest.approx(0.25, abs=abs(latency_s) + 1e-3)
    assert heard[2][0] - heard[1][0] == pytest.approx(0.25, abs=1e-3)


def test_a_chord_that_a_pause_cut_short_is_struck_again_where_it_should_still_sound():
    stage = Stage([(0, 4 * BEAT, 60), (0, 2 * BEAT, 64), (BEAT, 4 * BEAT, 67)]).begin()
    stage.play(0.7)  # just after the second beat
    stage.pause()
    assert not stage.on()
    stage.play(3)
    stage.go_on()
    # The third beat: 64 ends there, and the others sound on.
    assert sorted(pitch for _, pitch in stage.ons(stage.now)) == [60, 67]
    stage.play(1.5)
    assert not stage.on()


def test_a_note_that_begins_between_the_pause_and_the_beat_sounds_from_the_beat_on():
    stage = Stage([(240, 4 * BEAT, 60), (300, 400, 72)]).begin()
    stage.play(0.1)
    stage.pause()
    stage.go_on()
    assert [pitch for _, pitch in stage.ons(stage.now)] == [60]


@thorough(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12), st.integers(60, 64)), max_size=20),
    st.lists(st.floats(0.01, 1.5), min_size=1, max_size=4),
    st.sampled_from([0.0, 0.15]),
    st.integers(0, 1),
)
def test_however_often_it_is_paused_every_note_ends(notes, stretches, latency_s, count_in_bars):
    notes = [(120 * on, 120 * (on + length), pitch) for on, length, pitch in notes]
    stage = Stage(notes, latency_s=latency_s, count_in_bars=count_in_bars).begin()
    for seconds in stretches:
        stage.play(seconds)
        stage.pause()
        assert not stage.on()
        stage.go_on()
    stage.play(60)
    assert not stage.on()


@pytest.mark.parametrize(("bar", "beat"), [(1920, 480), (1440, 480), (1440, 720)])
def test_a_count_in_clicks_every_beat_and_marks_the_bar_before_the_first_note(bar, beat):
    stage = Stage(EIGHTHS, bar_ticks=bar, beat_ticks=beat, count_in_bars=2).begin()
    began_s = stage.now
    stage.play(10)
    clicks = stage.ons(began_s, CLICKS)
    beats = 2 * bar // beat
    assert [at for at, _ in clicks] == pytest.approx([n * beat * TICK_S for n in range(beats)])
    high, low = clicks[0][1], clicks[1][1]
    per_bar = bar // beat
    assert [pitch for _, pitch in clicks] == ([high] + [low] * (per_bar - 1)) * 2
    assert stage.ons(began_s)[0][0] == pytest.approx(2 * bar * TICK_S)


def test_the_music_goes_on_after_the_count_in_on_the_beat_of_the_bar_where_it_was_paused():
    stage = Stage(EIGHTHS, count_in_bars=1).begin()
    stage.play(2 + 2 * 0.5 + 0.1)  # into the third beat
    stage.pause()
    stage.play(5)
    stage.go_on()
    began_s = stage.now
    stage.play(4)
    clicks = stage.ons(began_s, CLICKS)
    assert [at for at, _ in clicks] == pytest.approx([0, 0.5, 1.0, 1.5])
    assert clicks[1][1] != clicks[0][1] == clicks[2][1] == clicks[3][1]  # the bar begins there
    assert stage.ons(began_s)[0] == (pytest.approx(2.0), 40 + 6)


def test_who_follows_our_clock_is_stopped_and_goes_on_with_the_music():
    stage = Stage(EIGHTHS, sends_clock=True, count_in_bars=1).begin()
    stage.play(3.1)
    stage.pause()
    stage.play(1)
    stage.go_on()
    began_s = stage.now
    stage.play(2.2)
    said = [m[0] for _, m in stage.sent if m[0] > 0xF0 and m[0] != 0xF8]
    assert said == [0xFA, 0xFC, 0xF2, 0xFB]
    pulses = [at for at, m in stage.sent if m[0] == 0xF8 and at >= began_s]
    assert pulses[0] - began_s == pytest.approx(2.0)


def test_a_player_that_takes_over_in_a_pause_stands_still_too_and_does_not_count_in():
    stage = Stage(EIGHTHS, count_in_bars=1)
    stage.pause()
    stage.begin(resuming=True, tick=4 * BEAT)
    stage.play(5)
    assert not stage.sent or not stage.ons()
    assert stage.playback.transport.tick_at(stage.now) == 4 * BEAT
    running = Stage(EIGHTHS, count_in_bars=1).begin(resuming=True, tick=4 * BEAT)
    running.play(0.1)
    assert [pitch for _, pitch in running.ons()] == [48]


def test_going_on_without_a_pause_changes_nothing():
    stage = Stage(EIGHTHS).begin()
    stage.play(0.6)
    before = list(stage.sent)
    stage.go_on()
    assert stage.sent == before


def test_a_tempo_that_was_to_come_still_comes_after_a_pause_and_one_asked_for_in_it_too():
    stage = Stage(EIGHTHS).begin()
    stage.play(0.1)
    stage.internal.set_tempo(stage.playback, 4 * BEAT, 60)
    stage.pause()
    stage.play(1)
    stage.internal.set_tempo(stage.playback, 2 * BEAT, 240)
    stage.internal.set_tempo(stage.playback, 6 * BEAT, 30)
    stage.go_on()
    began_s = stage.now
    stage.play(20)
    at = dict((pitch, time_s) for time_s, pitch in stage.ons(began_s))
    # From the second beat on: one beat at 120, then 240 until the seventh, then 30.
    assert at[44] - at[42] == pytest.approx(0.5)
    assert at[46] - at[44] == pytest.approx(0.25)
    assert at[52] - at[50] == pytest.approx(0.25)
    assert at[54] - at[52] == pytest.approx(2.0)


def test_a_pause_in_a_slowing_goes_on_slowing():
    stage = Stage(EIGHTHS).begin()
    stage.internal.set_tempo(stage.playback, 2 * BEAT, 60)
    stage.internal.set_tempo(stage.playback, 4 * BEAT, 30)
    stage.play(1.2)  # in the third beat, at 60
    stage.pause()
    stage.go_on()
    began_s = stage.now
    stage.play(8)
    at = dict((pitch, time_s) for time_s, pitch in stage.ons(began_s))
    assert at[48] - at[46] == pytest.approx(1.0)
    assert at[50] - at[48] == pytest.approx(2.0)
