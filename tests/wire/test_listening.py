"""Playing together: a second process plays a phrase into `--listen`, on a real MIDI wire."""

import json
import shutil
import subprocess
import time

import numpy as np
import pytest
from support.surroundings import Sender, livedshl, need

from livedshl.bundle import open_bundle
from livedshl.bundle.shipped import shipped
from livedshl.index import hamming, pack
from livedshl.networks.contexts import Contexts
from livedshl.networks.encoder import encoder_of
from livedshl.performance.command_text import text_of
from livedshl.performance.commands import Answer, FollowChord, Listen
from livedshl.performance.take_log import read_log

MELODY = 0
TEMPO = 120
TUNE = [67, 69, 71, 72, 74, 72, 71, 69, 67, 71, 74, 79]
BEAT = 480


@pytest.fixture
def keyboard(jack, request):
    sender = Sender(f"keys{abs(hash(request.node.nodeid)) % 10**8}", jack)
    yield sender
    sender.leave()


@pytest.fixture
def performance(jack, receiver, tmp_path):
    """Starts `livedshl play` in G, recorded and traced, listening to an input."""
    started = []

    def start(*listen):
        started.append(
            subprocess.Popen(
                livedshl(
                    "play", "--port", receiver.port, "--tempo", TEMPO, "--seed", 5, "--key", "G",
                    "--record", tmp_path / "take.mid", "--trace", tmp_path / "trace.jsonl",
                    "--listen", *listen,
                ),
                env=jack, stderr=subprocess.PIPE, text=True,
            )
        )  # fmt: skip
        return started[0]

    yield start
    started[0].kill()


def trace_of(folder):
    path = folder / "trace.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def wait_until(condition, timeout_s=30):
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def play_notes(keyboard, pitches, note_s):
    for pitch in pitches:
        keyboard.do(f"send {0x93} {pitch} 90")
        time.sleep(note_s * 0.9)
        keyboard.do("send 254")  # Active Sensing, as many pianos send it all the time
        keyboard.do(f"send {0x83} {pitch} 0")
        time.sleep(note_s * 0.1)


def answers_in(folder):
    return [record for record in trace_of(folder) if record.get("wished") == "answer"]


def test_a_phrase_is_answered_by_the_segment_nearest_by_code(
    performance, receiver, keyboard, tmp_path
):
    player = performance(keyboard.port)
    wait_until(lambda: len(trace_of(tmp_path)) >= 3)
    play_notes(keyboard, TUNE, 60 / TEMPO / 2)
    wait_until(lambda: answers_in(tmp_path))
    n_answered = len(trace_of(tmp_path))
    wait_until(lambda: len(trace_of(tmp_path)) >= n_answered + 2)
    player.terminate()
    _, told = player.communicate()
    assert player.returncode == 0, told

    log = read_log(tmp_path / "take.mid.take")
    assert [type(change.command) for change in log.changes] == [Listen, Answer]
    change = log.changes[1]
    (answer,) = answers_in(tmp_path)
    phrase = change.command.phrase
    melody = phrase.steps[phrase.steps[:, 1] == 1, 0]
    assert (melody % 12).tolist() == [(pitch - 7) % 12 for pitch in TUNE]

    # It begins within a beat of the phrase's end, the melody alone with who played it until then.
    asked = change.tick
    end = (phrase.start_step + np.flatnonzero(phrase.steps[:, 0])[-1] + 1) * BEAT // 4
    assert end <= asked <= end + BEAT
    assert answer["beat"] == asked // BEAT

    # Its first segment goes on where the one nearest by code does.
    bundle = open_bundle(shipped("models") / "session")
    library, grid = bundle.library, bundle.library.grid
    start = asked // BEAT // 2 * 2
    heard = phrase.until(start * 4, 16)
    contexts = Contexts.ending(library.as_heard(heard), (start - 4) % 4 // 2, grid)
    code = pack(encoder_of(bundle.networks).forward(contexts), bundle.shape)[0]
    distances = hamming(code, bundle.backward, bundle.shape)
    after = library.after(np.arange(len(library)), 2)
    possible = (after >= 0) & ((library.phases[after] - start) % 4 == 0)
    assert distances[after == answer["segment"]].tolist() == [answer["hamming"]]
    played = [record["segment"] for record in trace_of(tmp_path)]
    recent = library.content_ids[played[: played.index(answer["segment"])]]
    possible &= ~np.isin(library.content_ids[after], recent)
    assert answer["hamming"] >= distances[possible].min()
    assert answer["hamming"] <= distances[possible].min() + 2  # the song cap may rule some out

    done = subprocess.run(
        livedshl("replay", tmp_path / "take.mid", tmp_path / "again.mid"),
        capture_output=True,
        text=True,
    )
    assert "again.mid: identical to" in done.stderr


@pytest.mark.slow
def test_a_chord_that_is_held_is_followed_until_it_is_let_go(performance, keyboard, tmp_path):
    player = performance(keyboard.port)
    wait_until(lambda: len(trace_of(tmp_path)) >= 2)
    for pitch in (52, 55, 59):
        keyboard.do(f"send {0x93} {pitch} 90")
    seen = len(trace_of(tmp_path))
    wait_until(lambda: len(trace_of(tmp_path)) >= seen + 4)
    for pitch in (52, 55, 59):
        keyboard.do(f"send {0x83} {pitch} 0")
    wait_until(lambda: len(trace_of(tmp_path)) >= seen + 8)
    player.terminate()
    player.communicate()
    changes = read_log(tmp_path / "take.mid.take").changes
    assert [text_of(change.command) for change in changes] == ["harmony Em", "harmony"]


@pytest.mark.slow
@pytest.mark.parametrize("latency_ms", [0, 250])
def test_its_own_notes_on_a_port_that_loops_are_not_listened_to(
    performance, jack, tmp_path, latency_ms
):
    need(shutil.which("jack_connect"), "jack_connect")
    player = performance("--latency", latency_ms)
    wait_until(lambda: len(trace_of(tmp_path)) >= 1)
    listed = subprocess.run(["jack_lsp"], env=jack, capture_output=True, text=True)
    ports = listed.stdout.splitlines()
    (output,) = [port for port in ports if port.startswith("livedshl:")]
    (listening,) = [port for port in ports if port.startswith("livedshl-listen:")]
    subprocess.run(["jack_connect", output, listening], env=jack, check=True)
    seen = len(trace_of(tmp_path))
    wait_until(lambda: len(trace_of(tmp_path)) >= seen + 8)
    player.terminate()
    player.communicate()
    assert read_log(tmp_path / "take.mid.take").changes == ()


@pytest.mark.slow
def test_a_key_that_was_down_when_the_keyboard_was_unplugged_is_up(performance, keyboard, tmp_path):
    player = performance(keyboard.port)
    wait_until(lambda: len(trace_of(tmp_path)) >= 2)
    for pitch in (52, 55, 59):  # a chord as well
        keyboard.do(f"send {0x93} {pitch} 90")
    time.sleep(0.3)
    play_notes(keyboard, TUNE, 60 / TEMPO / 2)
    keyboard.do(f"send {0x93} 77 90")
    time.sleep(60 / TEMPO)
    assert not answers_in(tmp_path)
    keyboard.leave()

    def asked():
        return [change.command for change in read_log(tmp_path / "take.mid.take").changes]

    wait_until(lambda: FollowChord(None) in asked() and Answer in map(type, asked()))
    player.terminate()
    player.communicate()
    assert player.returncode == 0


@pytest.mark.slow
def test_a_keyboard_that_is_unplugged_is_heard_again_when_it_is_back(
    performance, jack, keyboard, tmp_path
):
    player = performance(keyboard.port)
    wait_until(lambda: len(trace_of(tmp_path)) >= 1)
    keyboard.leave()
    time.sleep(1.5)
    again = Sender(keyboard.port.partition(":")[0], jack)
    time.sleep(1.5)
    play_notes(again, TUNE, 60 / TEMPO / 2)
    wait_until(lambda: answers_in(tmp_path))
    again.leave()
    player.terminate()
    _, told = player.communicate()
    assert "has gone" in told
    assert "is back" in told
