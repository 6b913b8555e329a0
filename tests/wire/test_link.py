"""An Ableton Link session between processes, on a network of their own.

The other member of the session hears the music as well: what it hears is told by the session's
beats, not by seconds.
"""

import ctypes
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from support.performing import playing_beats
from support.processes import player_of
from support.surroundings import left_on, livedshl, need, notes_on

from livedshl.midi.file import read_events
from livedshl.player.clock.source import Sync

BAR = 4
A_32ND = 1 / 8
_PEER = Path(__file__).parents[1] / "support" / "link_peer.py"
_CLONE_NEWNET = 0x40000000


@pytest.fixture
def network():
    """Puts what the test starts on a network with nothing but its own loopback."""
    need(importlib.util.find_spec("link"), "Ableton Link (LinkPython-extern)")
    need(sys.platform == "linux" and shutil.which("ip"), "iproute2")
    libc = ctypes.CDLL(None)
    outside = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    need(libc.unshare(_CLONE_NEWNET) == 0, "the right to make a network namespace")
    try:
        subprocess.run(["ip", "link", "set", "lo", "up", "multicast", "on"], check=True)
        subprocess.run(["ip", "route", "add", "224.0.0.0/4", "dev", "lo"], check=True)
        yield
    finally:
        libc.setns(outside, _CLONE_NEWNET)
        os.close(outside)


class Peer:
    """Another program: `states` of the session as it saw it, and the `heard` music, in order."""

    def __init__(self, name, tempo_bpm, environment):
        self.port = f"{name}:in"
        self.states = []
        self.heard = []  # (the session's beat, message)
        self._process = subprocess.Popen(
            [
                sys.executable,
                str(Path(__file__).parents[1] / "support" / "link_peer.py"),
                name,
                str(tempo_bpm),
            ],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout.readline() == "ready\n"
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def tell(self, command):
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()

    def leave(self):
        if not self._process.stdin.closed:
            self._process.stdin.close()
        self._process.wait()
        self._reader.join()

    def wait_until(self, holds):
        """Waits for something that it sees or hears."""
        for _ in range(1000):
            if self.states and holds(self):
                return
            time.sleep(0.02)
        pytest.fail(f"never came: {self.states[-1:]}, {len(self.heard)} messages heard")

    def wait_beats(self, beats):
        until = self.states[-1]["beat"] + beats
        self.wait_until(lambda peer: peer.states[-1]["beat"] >= until)

    def _read(self):
        for line in self._process.stdout:
            facts = json.loads(line)
            if "message" in facts:
                self.heard.append((facts["beat"], facts["message"]))
            else:
                self.states.append(facts)


@pytest.fixture
def make_peer(network, jack, request):
    peers = []

    def make(tempo_bpm, joins=True):
        number = abs(hash(request.node.nodeid)) % 10**7 * 10 + len(peers)
        peers.append(Peer(f"peer{number}", tempo_bpm, jack))
        if joins:
            peers[-1].tell("join")
            time.sleep(1)  # of two sessions, the clearly older one stays
        return peers[-1]

    yield make
    for peer in peers:
        peer.leave()


@pytest.fixture
def founder(make_peer):
    return make_peer(110)


@pytest.fixture
def peer(make_peer):
    return make_peer(97)


@pytest.fixture
def performer(jack, peer, monkeypatch):
    """Ready to play, in a session with `peer`, whom it plays to: on each beat a note of its own."""
    with playing_beats(jack, monkeypatch, peer.port, Sync.LINK) as performer:
        yield performer


def play(environment, *arguments):
    return subprocess.Popen(
        livedshl("play", "--sync", "link", *arguments),
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )


def struck(heard):
    """The note-ons as (the session's beat, pitch)."""
    return [(beat, m[1]) for beat, m in heard if m[0] & 0xF0 == 0x90 and m[2]]


def assert_on_its_beat(heard):
    """Each note of the performer's, which is named after its beat, sounds at its place in a bar."""
    assert struck(heard)
    for beat, name in struck(heard):
        assert abs((beat - name + BAR / 2) % BAR - BAR / 2) < A_32ND, (beat, name)


def assert_in_bars_of_the_session(heard, take):
    """Music that was recorded sounded, without a break, with its bars on those of the session."""
    written = [event for event in read_events(take).tolist() if event[1] & 0xF0 == 0x90]
    first_bar = round(struck(heard)[0][0] / BAR) * BAR
    for (beat, pitch), (tick, _, written_pitch, _) in zip(struck(heard), written, strict=False):
        assert pitch == written_pitch
        assert abs(beat - first_bar - tick / 480) < A_32ND


def hears(count):
    return lambda peer: notes_on(peer.heard) >= count


@pytest.mark.slow
def test_joining_takes_the_tempo_and_the_bars_of_a_session_and_leaving_does_not_stop_it(
    jack, peer, tmp_path
):
    take = tmp_path / "take.mid"
    player = play(jack, "--port", peer.port, "--tempo", 140, "--bars", 4, "--record", take)
    _, told = player.communicate()
    assert player.returncode == 0, told
    peer.wait_until(lambda peer: peer.states[-1]["peers"] == 0)
    peer.wait_beats(1)
    assert {state["tempo"] for state in peer.states} == {97.0}
    playing = [state["playing"] for state in peer.states]
    assert playing == sorted(playing) and playing[-1]
    assert_in_bars_of_the_session(peer.heard, take)
    assert notes_on(peer.heard) == sum(m[0] & 0xF0 == 0x90 for m in read_events(take)[:, 1:])
    assert not left_on(peer.heard)


@pytest.mark.slow
def test_who_joins_livedshl_takes_its_tempo_and_finds_its_bars(jack, make_peer, tmp_path):
    peer = make_peer(97, joins=False)
    take = tmp_path / "take.mid"
    player = play(jack, "--port", peer.port, "--tempo", 131, "--record", take)
    peer.wait_until(hears(1))
    time.sleep(1)
    peer.tell("join")
    peer.wait_until(lambda peer: peer.states[-1]["peers"] == 1)
    joined = len(peer.heard)
    peer.wait_beats(2 * BAR)
    player.terminate()
    _, told = player.communicate()
    assert player.returncode == 0, told
    assert peer.states[-1]["tempo"] == pytest.approx(131, abs=0.01)
    written = [event for event in read_events(take).tolist() if event[1] & 0xF0 == 0x90]
    before = notes_on(peer.heard[:joined])
    assert notes_on(peer.heard) > before
    for (beat, pitch), event in zip(struck(peer.heard)[before:], written[before:], strict=False):
        assert pitch == event[2]
        assert abs((beat - event[0] / 480 + BAR / 2) % BAR - BAR / 2) < A_32ND
    assert "left out" not in told
    assert not left_on(peer.heard)


@pytest.mark.slow
def test_a_change_of_tempo_in_the_session_is_followed_on_the_beat(performer, peer):
    for count, tempo_bpm in [(4, 240), (10, 60.5), (16, 150)]:
        peer.wait_until(hears(count))
        peer.tell(f"tempo {tempo_bpm}")
    peer.wait_until(hears(24))
    assert_on_its_beat(peer.heard)
    assert [name for _, name in struck(peer.heard)[:24]] == list(range(24))


@pytest.mark.slow
def test_a_tempo_asked_of_livedshl_becomes_that_of_the_session(performer, peer):
    peer.wait_until(hears(4))
    performer.set_tempo(0, 133)
    peer.wait_until(lambda peer: abs(peer.states[-1]["tempo"] - 133) < 0.01)
    peer.wait_until(hears(12))
    assert_on_its_beat(peer.heard)
    assert [name for _, name in struck(peer.heard)[:12]] == list(range(12))


@pytest.mark.slow
def test_a_stop_of_the_session_silences_and_its_start_begins_at_a_bar(performer, peer):
    peer.tell("tempo 180")
    peer.wait_until(hears(6))
    peer.tell("stop")
    peer.wait_until(lambda peer: peer.heard[-1][1][:2] == [0xB0, 120])
    before = len(peer.heard)
    assert not left_on(peer.heard)
    peer.wait_beats(BAR + 1)
    assert len(peer.heard) == before
    peer.tell("start")
    peer.wait_until(hears(notes_on(peer.heard) + 6))
    _, last = struck(peer.heard[:before])[-1]
    beat, first = struck(peer.heard[before:])[0]
    assert first == (last // BAR + 1) * BAR  # the next bar of the music
    assert abs((beat + 1) % BAR - 1) < A_32ND  # on a bar line of the session
    assert_on_its_beat(peer.heard)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_another_player_goes_on_in_phase_and_the_session_is_undisturbed(performer, peer, number):
    peer.wait_until(hears(5))
    player_of().send_signal(number)
    before = notes_on(peer.heard)
    peer.wait_until(hears(before + 8))
    assert {state["tempo"] for state in peer.states} == {97.0}
    playing = [state["playing"] for state in peer.states]
    assert playing == sorted(playing)
    assert_on_its_beat(peer.heard)
    # It goes on where the music would be by now, not a bar later.
    (died, last), (back, first) = struck(peer.heard)[before - 1 : before + 1]
    assert first - last == round(back - died)


@pytest.mark.slow
def test_another_player_does_not_start_a_session_that_was_stopped(performer, peer):
    peer.wait_until(hears(5))
    peer.tell("stop")
    peer.wait_until(lambda peer: not peer.states[-1]["playing"])
    before = len(peer.states)
    time.sleep(0.2)
    player_of().kill()
    peer.wait_until(lambda peer: peer.states[-1]["peers"] == 2)  # the dead one counts for a while
    peer.wait_beats(BAR)
    assert not any(state["playing"] for state in peer.states[before:])
    silent = len(struck(peer.heard))
    peer.tell("start")
    peer.wait_until(hears(silent + 5))
    _, first = struck(peer.heard)[silent]
    assert first % BAR == 0 and first > struck(peer.heard)[silent - 1][1]
    assert_on_its_beat(peer.heard)


@pytest.mark.slow
def test_a_livedshl_that_is_killed_leaves_the_session_as_it_was(jack, peer):
    player = play(jack, "--port", peer.port)
    peer.wait_until(hears(10))
    player.kill()
    player.communicate()
    peer.wait_until(lambda peer: peer.states[-1]["peers"] == 0)
    peer.wait_beats(1)
    assert {state["tempo"] for state in peer.states} == {97.0}
    assert peer.states[-1]["playing"]
    assert not left_on(peer.heard)


@pytest.mark.slow
def test_those_who_stay_go_on_when_the_founder_of_the_session_leaves(founder, performer, peer):
    peer.wait_until(lambda peer: abs(peer.states[-1]["tempo"] - 110) < 0.01)
    peer.wait_until(hears(4))
    founder.tell("tempo 170")
    peer.wait_until(hears(8))
    founder.leave()
    peer.wait_until(lambda peer: peer.states[-1]["peers"] == 1)
    peer.wait_until(hears(notes_on(peer.heard) + 8))
    assert peer.states[-1]["tempo"] == pytest.approx(170, abs=0.01)
    assert_on_its_beat(peer.heard)
    names = [name for _, name in struck(peer.heard)]
    assert names == list(range(len(names)))
