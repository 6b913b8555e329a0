"""How `livedshl play` ends, by its last bar and by Ctrl-C, heard on a real MIDI wire."""

import json
import signal
import subprocess
import time

import pytest
from support.surroundings import left_on, livedshl

from livedshl.midi.file import read_events
from livedshl.music.chords import NOTE_NAMES

MELODY, BASS = 0, 2  # channels of the preset "session"
BAR_BEATS = 4


@pytest.fixture
def performance(jack, receiver, tmp_path):
    """Starts `livedshl play`, recorded and traced, to a port where the receiver listens."""

    def start(*arguments):
        files = ("--record", tmp_path / "take.mid", "--trace", tmp_path / "trace.jsonl")
        return subprocess.Popen(
            livedshl("play", "--port", receiver.port, "--tempo", 240, *files, *arguments),
            env=jack, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    return start


def trace_of(folder):
    path = folder / "trace.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def wait_until_composed(folder, beat):
    """Waits until music has been composed up to a beat, which is ahead of what is heard."""
    for _ in range(300):
        if any(record["beat"] >= beat for record in trace_of(folder)):
            return
        time.sleep(0.1)
    pytest.fail("the music does not go on")


def assert_last_notes_are_the_tonic(messages, key):
    for channel in (MELODY, BASS):
        notes = [m[1] for _, m in messages if m[0] == 0x90 | channel and m[2]]
        assert NOTE_NAMES[notes[-1] % 12] == key


@pytest.mark.slow
@pytest.mark.parametrize("form", ["any", "none"])
def test_ctrl_c_once_ends_on_the_tonic_within_four_bars(performance, receiver, tmp_path, form):
    player = performance("--form", form, "--seed", 2, "--key", "G")
    wait_until_composed(tmp_path, 30)
    player.send_signal(signal.SIGINT)
    handed_over = trace_of(tmp_path)[-1]["beat"]
    _, told = player.communicate()
    assert player.returncode == 0, told
    assert "Ctrl-C again stops now" in told
    messages = receiver.messages()
    assert not left_on(messages)
    last = trace_of(tmp_path)[-1]
    assert_last_notes_are_the_tonic(messages, last.get("key", "G"))
    take = read_events(tmp_path / "take.mid").tolist()
    assert not left_on([(0, message) for _, *message in take])
    end_beat = take[-1][0] / 480
    assert end_beat % BAR_BEATS == 0
    # What was on its way when Ctrl-C came adds a segment at most.
    assert end_beat <= handed_over + BAR_BEATS + BAR_BEATS + 4 * BAR_BEATS
    if form == "any":
        assert last["wish"] == "end"


@pytest.mark.slow
def test_ctrl_c_twice_ends_now(performance, receiver, tmp_path):
    player = performance("--seed", 3)
    wait_until_composed(tmp_path, 20)
    player.send_signal(signal.SIGINT)
    assert any("Ctrl-C again stops now" in line for line in player.stderr)
    player.send_signal(signal.SIGINT)
    player.communicate()
    assert player.returncode == 0
    assert not left_on(receiver.messages())
    last = trace_of(tmp_path)[-1]
    assert read_events(tmp_path / "take.mid")[-1, 0] < (last["beat"] + last["beats"]) * 480


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_signals_end_now(performance, receiver, tmp_path, number):
    player = performance("--seed", 3)
    wait_until_composed(tmp_path, 20)
    player.send_signal(number)
    _, told = player.communicate()
    assert player.returncode == 0
    assert "Ending at the next cadence" not in told
    assert not left_on(receiver.messages())
    last = trace_of(tmp_path)[-1]
    assert read_events(tmp_path / "take.mid")[-1, 0] < (last["beat"] + last["beats"]) * 480


@pytest.mark.slow
def test_the_last_bar_closes_on_the_tonic_live_as_in_the_file(performance, receiver, tmp_path):
    chosen = ("--bars", 13, "--seed", 4, "--key", "D")
    player = performance(*chosen)
    _, told = player.communicate()
    assert player.returncode == 0, told
    messages = receiver.messages()
    assert not left_on(messages)
    assert_last_notes_are_the_tonic(messages, "D")
    written = tmp_path / "file.mid"
    subprocess.run(livedshl("generate", written, "--tempo", 240, *chosen), check=True)
    assert written.read_bytes() == (tmp_path / "take.mid").read_bytes()
