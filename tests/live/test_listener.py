"""What a player's keys ask of the music, without a MIDI port: chords, phrases and echoes."""

import time
from dataclasses import replace
from queue import SimpleQueue

import numpy as np
import pytest
from support.still import StillSession

from livedshl.live.listener import Listener
from livedshl.music import COMMON_TIME, TICKS_PER_STEP, Chord
from livedshl.music.leadsheet import Key
from livedshl.performance.commands import Answer, FollowChord, Listen

ON, OFF = 0x93, 0x83
BEAT = COMMON_TIME.beat_ticks


class Keyboard:
    """The input that the listener opens: what is put in, it receives."""

    def __init__(self, *_):
        self._queue = SimpleQueue()
        self.times_read = 0

    def put(self, status, *pitches):
        for pitch in pitches:
            self._queue.put((bytes((status, pitch, 90)), time.perf_counter()))

    def receive(self):
        while not self._queue.empty():
            yield self._queue.get()
        self.times_read += 1

    def went(self):
        return False

    def close(self):
        pass


class Session(StillSession):
    """Stands still at a tick that the test chooses, and keeps what it is asked."""

    def __init__(self):
        super().__init__()
        self.tick = super().snapshot().tick
        self.quarter_bpm = 110.0
        self.asked = []

    def snapshot(self):
        return replace(super().snapshot(), tick=self.tick, quarter_bpm=self.quarter_bpm)

    def tick_at(self, time_s):
        return self.tick

    def send(self, command):
        self.asked.append(command)


@pytest.fixture
def session():
    return Session()


@pytest.fixture
def keyboard(session, monkeypatch):
    """A keyboard that a listener hears; `put` returns when it has been heard."""
    keyboard = Keyboard()
    monkeypatch.setattr("livedshl.live.listener.WatchedInput", lambda *_: keyboard)
    put = keyboard.put

    def put_and_wait(status, *pitches):
        put(status, *pitches)
        until = keyboard.times_read + 3
        deadline = time.monotonic() + 2
        while keyboard.times_read < until:
            assert time.monotonic() < deadline
            time.sleep(0.002)

    keyboard.put = put_and_wait
    with Listener("keys", session, None, session.asked.append):
        yield keyboard


def test_a_held_chord_is_followed_until_it_is_let_go(session, keyboard):
    keyboard.put(ON, 52, 55, 59)
    assert session.asked == [FollowChord(Chord.parse("Em"))]
    keyboard.put(OFF, 52, 55, 59)
    assert session.asked == [FollowChord(Chord.parse("Em")), FollowChord(None)]


def test_nothing_is_asked_while_the_clock_stands_still(session, keyboard):
    session.quarter_bpm = 0.0
    keyboard.put(ON, 52, 55, 59)
    assert session.asked == []


def play(session, keyboard, pitches, channel=3):
    """Plays eighths, one after the other."""
    for pitch in pitches:
        keyboard.put(0x90 | channel, pitch)
        session.tick += BEAT // 2
        keyboard.put(0x80 | channel, pitch)


def test_a_phrase_silences_the_melody_and_is_answered_in_the_key_to_come(session, keyboard):
    session.chunks = (*session.chunks[:-1], replace(session.chunks[-1], key=Key.parse("A")))
    play(session, keyboard, [69, 71, 72, 74])
    assert session.asked == [Listen(True)]
    session.tick += BEAT
    keyboard.put(OFF, 69)
    _, answer = session.asked
    assert isinstance(answer, Answer)
    steps = answer.phrase.steps
    played = steps[steps[:, 1] == 1, 0]
    assert ((played - [69, 71, 72, 74]) % 12 == 3).all()  # A lies 9 above C
    first = answer.phrase.start_step * TICKS_PER_STEP
    chunk = next(c for c in session.chunks if c.start_tick <= first < c.end_tick)
    assert steps[0, 2] == chunk.steps[(first - chunk.start_tick) // TICKS_PER_STEP, 2]


def test_a_phrase_is_not_over_while_a_note_of_it_is_held(session, keyboard):
    play(session, keyboard, [69, 71, 72])
    keyboard.put(ON, 74)
    session.tick += 4 * BEAT
    keyboard.put(ON, 74)
    assert session.asked == [Listen(True)]


@pytest.mark.parametrize("at", [0, BEAT, 2 * BEAT - 30], ids=["first", "middle", "last"])
@pytest.mark.parametrize("heard", [-60, 0, 60])
def test_a_note_of_its_own_that_comes_back_is_not_listened_to(session, keyboard, at, heard):
    chunk = session.chunks[8]
    chord = (60, 64, 67)
    events = [(chunk.start_tick + at, 0x93, pitch, 90) for pitch in chord]
    own = replace(chunk, events=np.array(events, np.int64))
    session.chunks = (*session.chunks[:8], own, *session.chunks[9:])
    session.tick = chunk.start_tick + at + heard
    keyboard.put(ON, *chord)
    keyboard.put(OFF, *chord)
    assert session.asked == []
    session.tick += 200  # too late for an echo
    keyboard.put(ON, *chord)
    assert session.asked == [FollowChord(Chord.parse("C"))]
