"""JACK transport as it is followed, in simulated time: no server, and no time passes."""

import random

import pytest

from livedshl.errors import OutputError
from livedshl.player.clock import jack
from livedshl.player.clock.jack_transport import TransportMoment
from livedshl.player.playback import Playback
from livedshl.units import TICKS_PER_BAR, TICKS_PER_BEAT

RATE = 48_000
BEAT_S = 0.5  # at 120 BPM
LED_BEAT_S = 0.6  # at 100 BPM, where somebody else leads
NOTES = 400  # one on each beat, its pitch and channel tell it apart


class SimulatedServer:
    """A transport that others move; each look wavers by up to `waver_s`."""

    def __init__(self, waver_s=0.0):
        self.now = 10.0
        self.died = False
        self.rolling = False
        self.frame = 0.0
        self.led = False  # whether somebody else is timebase master
        self._rng = random.Random(1)
        self._waver_s = waver_s

    def moment(self):
        bars = ()
        if self.led:
            tick = self.frame / RATE / LED_BEAT_S * TICKS_PER_BEAT
            bars = (tick, tick % TICKS_PER_BAR, 100.0, TICKS_PER_BAR)
        seen_s = self.now + self._rng.uniform(0, self._waver_s)
        stopped = not self.rolling
        return TransportMoment(seen_s, self.rolling, stopped, round(self.frame), RATE, *bars)

    def close(self):
        pass


class NoMaster:
    """In place of the process that is timebase master."""

    def __init__(self, own):
        pass

    def lead(self, own):
        pass

    def close(self):
        pass


@pytest.fixture
def stage(monkeypatch):
    """Opens a follower of a simulated server, with a note on each beat ready to play."""

    def make(server, composed_beats=NOTES):
        monkeypatch.setattr(jack, "JackTransport", lambda: server)
        monkeypatch.setattr(jack, "TimebaseMaster", NoMaster)
        return Stage(server, composed_beats)

    return make


class Stage:
    """A player's loop: looks every 2 ms, and sends what is due; `notes` as (seconds, beat)."""

    def __init__(self, server, composed_beats):
        self.server = server
        self.notes = []
        self.on = set()
        self.playback = Playback()
        self.follower = jack.JackFollower(120.0, TICKS_PER_BAR)
        for beat in range(NOTES):
            note = bytes((0x90 | beat // 128, beat % 128, 90))
            self.playback.scheduler.push(beat * TICKS_PER_BEAT, note)
            end = bytes((0x80 | beat // 128, beat % 128, 0))
            self.playback.scheduler.push(beat * TICKS_PER_BEAT + 400, end)
        self.playback.scheduler.extend_horizon(composed_beats * TICKS_PER_BEAT)
        self._take(self.follower.begin(self.playback, 0, server.now, resuming=False))

    def run(self, seconds):
        for _ in range(round(seconds / 0.002)):
            self._take(self.follower.poll(self.playback, self.server.now))
            if self.playback.transport.running:
                self._take(self.playback.due(self.server.now))
            self.server.now += 0.002
            self.server.frame += 0.002 * RATE * self.server.rolling

    def _take(self, messages):
        for message in messages:
            beat = (message[0] & 15) * 128 + message[1]
            if message[0] & 0xF0 == 0x90:
                self.notes.append((self.server.now, beat))
                self.on.add(beat)
            elif message[0] & 0xF0 == 0x80:
                self.on.discard(beat)


def test_a_waking_time_that_wavers_moves_no_note_by_as_much(stage):
    server = SimulatedServer(waver_s=0.02)
    played = stage(server)
    server.rolling = True
    played.run(30)
    assert len(played.notes) == 60
    late = [time_s - 10 - beat * BEAT_S for time_s, beat in played.notes[4:]]
    assert max(late) - min(late) < 0.01
    assert 0 <= min(late) < 0.02


def test_blocks_without_bars_after_a_jump_are_not_taken_for_another_place(stage):
    server = SimulatedServer()
    server.led = True
    played = stage(server)
    server.rolling = True
    played.run(3)
    server.frame, server.led = 82 * LED_BEAT_S * RATE, False
    played.run(0.05)
    server.led = True
    played.run(6)
    beats = [beat for _, beat in played.notes]
    assert beats == sorted(set(beats))
    assert beats[-1] <= 9.05 / LED_BEAT_S + 2  # one jump by a beat, not another by most of a bar
    for time_s, beat in played.notes[8:]:
        place = (server.frame / RATE - (server.now - time_s)) / LED_BEAT_S
        assert abs((place - beat + 2) % 4 - 2) < 0.1


def test_jumps_do_not_drive_the_music_out_of_what_is_composed(stage):
    server = SimulatedServer()
    played = stage(server, composed_beats=8)
    server.rolling = True
    played.run(1)
    for number in range(20):
        server.frame = (40 * number + 3.5 * (number % 2)) * BEAT_S * RATE
        played.run(0.02)
    assert all(beat < 8 for _, beat in played.notes)
    played.playback.scheduler.extend_horizon(NOTES * TICKS_PER_BEAT)
    before = len(played.notes)
    played.run(4)
    assert len(played.notes) > before + 4


def test_the_music_waits_for_a_server_that_died_and_goes_on_with_the_next(stage, monkeypatch):
    server = SimulatedServer()
    played = stage(server)
    server.rolling = True
    played.run(3.1)
    server.died = True

    def no_server():
        raise OutputError("there is no JACK server to follow")

    monkeypatch.setattr(jack, "JackTransport", no_server)
    heard = len(played.notes)
    played.run(3)
    assert len(played.notes) == heard and not played.on
    another = SimulatedServer()
    another.now, another.rolling = server.now, True
    monkeypatch.setattr(jack, "JackTransport", lambda: another)
    played.server = another
    played.run(6)
    assert len(played.notes) > heard + 6
    beats = [beat for _, beat in played.notes]
    assert beats == sorted(set(beats))
