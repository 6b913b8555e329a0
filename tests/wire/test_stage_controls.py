"""Pause, count-in and set list on a real MIDI wire, and the takes that they leave."""

import subprocess
import time

import pytest
from support.surroundings import left_on, livedshl, notes_on

from livedshl import read_trace
from livedshl.performance.command_text import text_of
from livedshl.performance.take_log import read_log
from livedshl.rendering import replay

CLICKS = (76, 77)
SET = """
[[song]]
tempo = 240
[[song]]
preset = "solo-piano"
key = "G"
tempo = 300
chords = "G | C | D7 | G"
"""


@pytest.fixture
def performance(jack, receiver, tmp_path):
    """Starts `livedshl play`, recorded, to a port where the receiver listens."""
    started = []

    def start(*arguments):
        started.append(
            subprocess.Popen(
                livedshl(
                    "play", "--port", receiver.port, "--seed", 4,
                    "--record", tmp_path / "take.mid", *arguments,
                ),
                env=jack, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )
        )  # fmt: skip
        receiver.wait_for_a_note()
        return started[0]

    yield start
    for process in started:
        process.kill()
        process.wait()


def type_line(player, line, pause_s):
    player.stdin.write(f"{line}\n")
    player.stdin.flush()
    time.sleep(pause_s)


def music(messages):
    """The seconds of all notes but the clicks."""
    return [s for s, m in messages if m[0] & 0xF0 == 0x90 and m[2] and m[1] not in CLICKS]


def clicks(messages):
    return [s for s, m in messages if m[0] == 0x99 and m[2] and m[1] in CLICKS]


@pytest.mark.slow
def test_a_pause_is_silence_and_the_music_goes_on_after_a_count_in(performance, receiver, tmp_path):
    player = performance("--tempo", 240, "--count-in", 1)
    time.sleep(3)
    type_line(player, "pause", 1)
    paused = receiver.so_far()
    assert not left_on(paused)
    time.sleep(1)
    assert notes_on(receiver.so_far()) == notes_on(paused)
    type_line(player, "pause off", 3)
    player.terminate()
    told = player.communicate()[1]
    assert player.returncode == 0, told
    messages = receiver.messages()
    struck = clicks(messages)
    assert len(struck) == 8
    assert struck[3] < music(messages)[0] < struck[4]
    assert not left_on(messages)
    assert any(s > struck[7] for s in music(messages))
    log = [text_of(change.command) for change in read_log(tmp_path / "take.mid.take").changes]
    assert log == ["pause on", "pause off"]
    assert replay(tmp_path / "take.mid", tmp_path / "again.mid").same


@pytest.mark.slow
def test_a_set_list_is_played_song_by_song_and_its_take_is_played_again(
    performance, receiver, tmp_path
):
    (tmp_path / "set.toml").write_text(SET)
    player = performance("--set", tmp_path / "set.toml")
    time.sleep(2)
    type_line(player, "song 2", 4)
    type_line(player, "song 3", 0.5)
    type_line(player, "song 1", 4)
    player.terminate()
    told = player.communicate()[1]
    assert player.returncode == 0, told
    assert "Song 1 of 2" in told and "there is no song 3. The set has 2" in told
    assert not left_on(receiver.messages())
    log = [text_of(change.command) for change in read_log(tmp_path / "take.mid.take").changes]
    assert log == ["tempo 300", "song 2", "tempo 240", "song 1"]
    assert replay(tmp_path / "take.mid", tmp_path / "again.mid").same


@pytest.mark.slow
def test_a_tune_chosen_by_number_is_heard_and_its_take_is_played_again(
    performance, receiver, tmp_path
):
    player = performance("--tempo", 400, "--trace", tmp_path / "trace.jsonl")
    time.sleep(2)  # the second bar of a section of eight, or a later one
    for line in ("choose", "choose 2", "lock Bass", "vary Chords", "vary Chords", "undo"):
        type_line(player, line, 0.1)
    time.sleep(8)
    player.terminate()
    told = player.communicate()[1]
    assert player.returncode == 0, told
    for said in ("1 ", "Choice 2 from the next section", "Bass locked", "Chords: other patterns"):
        assert said in told
    assert not left_on(receiver.messages())
    changes = read_log(tmp_path / "take.mid.take").changes
    log = [text_of(change.command) for change in changes]
    opened, *others = log
    assert opened.startswith("open ")
    assert others[0] == "lock Bass on" and others[-1] == "variation Chords 1"
    passages, _ = read_trace(tmp_path / "trace.jsonl")
    chosen = [passage for passage in passages if passage.wish == "chosen"]
    assert chosen and chosen[0].segment == changes[0].command.segment
    assert chosen[0].place and chosen[0].place.bar == 1
    assert replay(tmp_path / "take.mid", tmp_path / "again.mid").same
