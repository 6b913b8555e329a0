"""What a player's keys ask of the music, without a MIDI port: chords, phrases and echoes."""

import time
from dataclasses import replace
from queue import SimpleQueue

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.still import StillSession

from livedshl.live.listener import Listener
from livedshl.midi.message import is_note_off, is_note_on, lets_go
from livedshl.music import COMMON_TIME, TICKS_PER_STEP, Chord
from livedshl.music.leadsheet import Key
from livedshl.performance.commands import Answer, FollowChord, Listen
from livedshl.performance.phrase import PhraseListener

ON, OFF = 0x93, 0x83
BEAT = COMMON_TIME.beat_ticks


class Keyboard:
    """The input that the listener opens: what is put in, it receives."""

    def __init__(self, *_):
        self._queue = SimpleQueue()
        self._times_read = 0

    def put(self, status, *pitches):
        self.send(*[bytes((status, pitch, 90)) for pitch in pitches])

    def send(self, *messages):
        """Returns when the messages have been heard."""
        for message in messages:
            self._queue.put((message, time.perf_counter()))
        until = self._times_read + 3
        deadline = time.monotonic() + 2
        while self._times_read < until:
            assert time.monotonic() < deadline
            time.sleep(0.002)

    def receive(self):
        while not self._queue.empty():
            yield self._queue.get()
        self._times_read += 1

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
        self.panics = 0
        self.asked = []

    def snapshot(self):
        still = super().snapshot()
        moving = {"tick": self.tick, "quarter_bpm": self.quarter_bpm, "panics": self.panics}
        return replace(still, **moving)

    def tick_at(self, time_s):
        return self.tick

    def send(self, command):
        self.asked.append(command)


@pytest.fixture
def session():
    return Session()


@pytest.fixture
def keyboard(session, monkeypatch):
    """A keyboard that a listener hears."""
    keyboard = Keyboard()
    monkeypatch.setattr("livedshl.live.listener.WatchedInput", lambda *_: keyboard)
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


UP = [
    *[pytest.param(bytes((0xB3, number, 0)), id=f"controller {number}")
      for number in (120, 121, 123, 124, 125, 126, 127)],
    pytest.param(b"\xff", id="system reset"),
]  # fmt: skip


@pytest.mark.parametrize("message", UP)
def test_a_message_that_lets_go_of_every_key_ends_the_phrase_and_the_chord(
    session, keyboard, message
):
    keyboard.put(ON, 52, 55, 59)
    session.tick += 100
    play(session, keyboard, [69, 71, 72])
    keyboard.put(ON, 74)  # its note-off is lost
    assert session.keys == (52, 55, 59, 74)
    keyboard.send(message)
    session.tick += BEAT
    keyboard.send(b"\xf8")
    assert session.keys == ()
    assert session.asked[-2] == FollowChord(None)
    assert isinstance(session.asked[-1], Answer)


def test_a_panic_counts_as_letting_go(session, keyboard):
    play(session, keyboard, [69, 71, 72])
    keyboard.put(ON, 74)
    session.panics += 1
    session.tick += 10
    keyboard.send(b"\xf8")
    assert session.keys == ()
    session.tick += BEAT
    keyboard.send(b"\xf8")
    assert isinstance(session.asked[-1], Answer)


def test_a_key_that_is_never_let_go_gives_the_melody_back_after_eight_bars(session, keyboard):
    play(session, keyboard, [69, 71, 72])
    keyboard.put(ON, 74)
    session.tick += 8 * COMMON_TIME.bar_ticks
    keyboard.send(b"\xf8")
    assert session.asked == [Listen(True)]
    session.tick += 1
    keyboard.send(b"\xf8")
    assert session.asked[1:] == ["Down for eight bars, so taken for let go: D", Listen(False)]
    assert session.keys == ()
    play(session, keyboard, [69, 71, 72, 74])
    session.tick += BEAT
    keyboard.send(b"\xf8")
    assert isinstance(session.asked[-1], Answer)


def test_a_chord_that_is_never_let_go_ends_after_eight_bars(session, keyboard):
    keyboard.put(ON, 52, 55, 59)
    session.tick += 8 * COMMON_TIME.bar_ticks + 1
    keyboard.send(b"\xf8")
    assert session.asked[-1] == FollowChord(None)


note_offs = st.sampled_from([bytes((OFF, pitch, 0)) for pitch in (69, 71, 72, 74)])


@given(st.lists(st.tuples(
    st.one_of(st.sampled_from([bytes((ON, pitch, 90)) for pitch in (60, 64, 69, 71, 72, 74)]),
              note_offs, st.binary(min_size=1, max_size=3)),
    st.integers(0, 600)), max_size=40))  # fmt: skip
def test_whatever_comes_the_melody_is_back_and_no_chord_is_held_nine_bars_later(messages):
    phrases = PhraseListener(COMMON_TIME)
    tick, longest = 10_000, 9 * COMMON_TIME.bar_ticks
    for message, gap in messages:
        tick += gap
        if lets_go(message):
            phrases.release_all(tick)
        elif len(message) == 3 and is_note_on(message[0], message[2]):
            phrases.strike(tick, message[1])
        elif len(message) == 3 and is_note_off(message[0], message[2]):
            phrases.release(tick, message[1])
    phrases.let_go_of_stuck(tick + longest)
    assert phrases.keys == ()
    assert phrases.chord is None
    assert phrases.is_idle(tick + longest)
