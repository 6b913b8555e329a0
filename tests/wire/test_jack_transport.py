"""JACK transport, shared with another program on a real JACK server.

What is heard is told by the place of the transport, which the other program writes down.
"""

import importlib.util
import subprocess
import threading
import time

import numpy as np
import pytest
from support.performing import playing_beats
from support.processes import player_of
from support.surroundings import left_on, livedshl, need, notes_on

from livedshl.player.clock.source import Sync
from livedshl.rendering import replay

BAR = 4
A_32ND = 1 / 8
RATE = 48_000


class SharingProgram:
    """Another program: starts, stops and moves the transport, and writes down where it is."""

    def __init__(self, server):
        import jack

        self._client = jack.Client("sharing", servername=server, no_start_server=True)
        self._client.activate()
        self.seen = []  # (seconds, frame, beats a minute, or 0 where nobody leads)
        self._leaving = threading.Event()
        self._watching = threading.Thread(target=self._watch)
        self._watching.start()

    def roll(self, from_beat=None, tempo_bpm=140):
        if from_beat is not None:
            self.move(from_beat, tempo_bpm)
            time.sleep(0.1)  # the place is there in the second block
        self._client.transport_start()

    def move(self, beat, tempo_bpm=140):
        self._client.transport_frame = round(beat * 60 / tempo_bpm * RATE)

    def stop(self):
        self._client.transport_stop()

    def rolls(self):
        import jack

        return self._client.transport_state == jack.ROLLING

    def lead(self, tempo_bpm):
        """Becomes timebase master."""
        import jack

        def fill(state, frames, position, is_new):
            beat = position.frame / position.frame_rate * self.tempo_bpm / 60
            position.valid = jack.POSITION_BBT
            position.bar, position.beat = int(beat // BAR) + 1, int(beat % BAR) + 1
            position.tick, position.bar_start_tick = int(beat % 1 * 960), 0
            position.beats_per_bar, position.beat_type = float(BAR), 4.0
            position.ticks_per_beat, position.beats_per_minute = 960.0, self.tempo_bpm

        self.tempo_bpm = tempo_bpm
        self._client.set_timebase_callback(fill)

    def lead_no_more(self):
        self._client.release_timebase()

    def beat_at(self, time_s, tempo_bpm):
        """The beat at a time, counted from the transport's first frame."""
        seen_s, frame, _ = min(self.seen, key=lambda sight: abs(sight[0] - time_s))
        return (frame / RATE + time_s - seen_s) * tempo_bpm / 60

    def leave(self):
        self._client.transport_stop()
        self._leaving.set()
        self._watching.join()
        self._client.close()

    def _watch(self):
        while not self._leaving.wait(0.005):
            _, position = self._client.transport_query_struct()
            bpm = position.beats_per_minute if position.valid else 0.0
            # JACK's own microseconds are those of another clock.
            age_s = self._client.frames_since_cycle_start / RATE
            self.seen.append((time.perf_counter() - age_s, position.frame, bpm))


@pytest.fixture
def other(jack):
    need(importlib.util.find_spec("jack"), "JACK-Client")
    program = SharingProgram(jack["JACK_DEFAULT_SERVER"])
    yield program
    program.leave()


@pytest.fixture
def performer(jack, other, receiver, monkeypatch):
    """Ready to play along at 140 BPM: on each beat a note of its own."""
    with playing_beats(jack, monkeypatch, receiver.port, Sync.JACK) as performer:
        yield performer


def wait_until(holds):
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, "it never comes"
        time.sleep(0.02)


def struck(messages):
    """The note-ons as (seconds, pitch)."""
    return [(time_s, m[1]) for time_s, m in messages if m[0] & 0xF0 == 0x90 and m[2]]


def assert_on_its_beat(notes, other, tempo_bpm):
    """Each note, which is named after its beat, sounds at its place in the transport's bar."""
    assert notes
    for time_s, name in notes:
        beat = other.beat_at(time_s, tempo_bpm)
        assert abs((beat - name + BAR / 2) % BAR - BAR / 2) < A_32ND, (beat, name)


@pytest.mark.slow
def test_the_band_begins_at_a_bar_line_stops_with_the_transport_and_leads_its_tempo(
    performer, other, receiver
):
    other.roll(from_beat=1.5)
    wait_until(lambda: notes_on(receiver.so_far()) >= 6)
    other.stop()
    wait_until(lambda: [0xB0, 120, 0] in [m for _, m in receiver.so_far()])
    stopped = receiver.so_far()
    assert not left_on(stopped)
    assert other.beat_at(struck(stopped)[0][0], 140) == pytest.approx(4, abs=A_32ND)
    assert [name for _, name in struck(stopped)][:5] == [0, 1, 2, 3, 4]
    assert_on_its_beat(struck(stopped), other, 140)
    assert other.seen[-1][2] == 140  # livedshl is the timebase master
    time.sleep(0.5)
    assert len(receiver.so_far()) == len(stopped)
    other.roll(from_beat=8)
    wait_until(lambda: notes_on(receiver.so_far()) >= notes_on(stopped) + 5)
    again = struck(receiver.so_far())[notes_on(stopped) :]
    assert again[0][1] == -(-(struck(stopped)[-1][1] + 1) // BAR) * BAR  # the next bar
    assert_on_its_beat(again, other, 140)


@pytest.mark.slow
def test_after_a_jump_the_music_goes_on_at_the_same_place_in_the_bar(performer, other, receiver):
    other.roll(from_beat=0)
    for count, beat in ((4, 41.3), (10, 2.6), (15, 100)):
        wait_until(lambda count=count: notes_on(receiver.so_far()) >= count)
        time.sleep(0.05)  # the place is looked at every 5 ms: no note may sound as it jumps
        other.move(beat)
    wait_until(lambda: notes_on(receiver.so_far()) >= 22)
    other.stop()
    time.sleep(0.3)
    messages = receiver.so_far()
    assert_on_its_beat(struck(messages), other, 140)
    names = [name for _, name in struck(messages)]
    assert names == sorted(set(names))  # it never goes back
    assert not left_on(messages)


@pytest.mark.slow
def test_the_tempo_of_a_timebase_master_is_followed_and_kept(performer, other, receiver):
    other.lead(97.0)
    other.roll(from_beat=0, tempo_bpm=97)
    wait_until(lambda: notes_on(receiver.so_far()) >= 3)
    performer.set_tempo(0, 180)
    wait_until(lambda: notes_on(receiver.so_far()) >= 8)
    assert_on_its_beat(struck(receiver.so_far()), other, 97)
    assert {bpm for _, _, bpm in other.seen[-200:]} == {97}
    changed = len(struck(receiver.so_far()))
    other.tempo_bpm = 150.0
    wait_until(lambda: notes_on(receiver.so_far()) >= changed + 8)
    assert_on_its_beat(struck(receiver.so_far())[changed + 3 :], other, 150)
    other.lead_no_more()
    wait_until(lambda: other.seen[-1][2] == 180)  # then the tempo that was asked of livedshl holds


@pytest.mark.slow
def test_a_tempo_asked_of_livedshl_holds_for_everybody_without_a_step(performer, other, receiver):
    other.roll(from_beat=0)
    wait_until(lambda: notes_on(receiver.so_far()) >= 5)
    performer.set_tempo(0, 200)
    wait_until(lambda: other.seen[-1][2] == 200)
    wait_until(lambda: notes_on(receiver.so_far()) >= 16)
    notes = struck(receiver.so_far())[:16]
    assert [name for _, name in notes] == list(range(16))
    gaps = np.diff([time_s for time_s, _ in notes])
    assert gaps[-6:].mean() == pytest.approx(60 / 200, abs=0.02)
    assert gaps.max() < 60 / 140 + 0.06


@pytest.mark.slow
def test_another_player_goes_on_in_its_place_while_the_transport_rolls(performer, other, receiver):
    other.roll(from_beat=0)
    wait_until(lambda: notes_on(receiver.so_far()) >= 5)
    player_of().kill()
    before = notes_on(receiver.so_far())
    wait_until(lambda: notes_on(receiver.so_far()) >= before + 6)
    assert_on_its_beat(struck(receiver.so_far()), other, 140)
    assert other.rolls()


@pytest.mark.slow
def test_livedshl_plays_with_the_transport_and_stops_and_starts_it(jack, other, receiver, tmp_path):
    take = tmp_path / "take.mid"
    player = subprocess.Popen(
        livedshl("play", "--sync", "jack", "--port", receiver.port, "--record", take, "--seed", 4),
        env=jack, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip

    def type_line(line):
        player.stdin.write(f"{line}\n")
        player.stdin.flush()

    wait_until(lambda: take.with_name("take.mid.take").exists())
    assert not receiver.so_far()
    wait_until(lambda: type_line("pause off") or other.rolls())
    wait_until(lambda: notes_on(receiver.so_far()) > 8)
    type_line("pause")
    wait_until(lambda: not other.rolls())
    time.sleep(0.5)
    assert not left_on(receiver.so_far())
    type_line("tempo 150")
    type_line("pause off")
    heard = notes_on(receiver.so_far())
    wait_until(lambda: notes_on(receiver.so_far()) > heard + 8)
    assert other.seen[-1][2] == 150
    player.terminate()
    _, told = player.communicate()
    assert player.returncode == 0, told
    assert not left_on(receiver.so_far())
    assert "hangs" not in told
    assert other.rolls()  # leaving stops nobody
    assert replay(take).same


def test_without_a_server_it_says_so(tmp_path):
    need(importlib.util.find_spec("jack"), "JACK-Client")
    nowhere = {"JACK_DEFAULT_SERVER": "of-nobody", "JACK_NO_START_SERVER": "1"}
    refused = subprocess.run(
        ["env", *(f"{key}={value}" for key, value in nowhere.items()),
         *livedshl("play", "--sync", "jack", "--record", tmp_path / "t.mid")],
        capture_output=True, text=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert refused.returncode == 1
    assert "there is no JACK server to follow" in refused.stderr
