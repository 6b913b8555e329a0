"""A take that is steered while it plays, on a real MIDI wire, and played again from its log."""

import os
import signal
import subprocess
import time
from collections import Counter

import mido
import pytest
from support.surroundings import NO_MIDI, livedshl

from livedshl.bundle.catalogue import find_bundle
from livedshl.errors import TakeError
from livedshl.performance.command_text import text_of
from livedshl.performance.take_log import read_log
from livedshl.rendering import replay

COMMANDS = [
    "mute Melody on", "key E", "tempo 300", "hold", "level Chords 50", "re-roll", "panic",
    "latency 10", "mute Melody off", "adventure 0.9", "hold off", "fill", "pause", "intensity 0.8",
    "pause off", "preset solo-piano", "next-tune", "freeze",
]  # fmt: skip


@pytest.fixture
def performance(jack, receiver, tmp_path):
    """Starts `livedshl play`, recorded, to a port where the receiver listens."""

    def start(*arguments):
        return subprocess.Popen(
            livedshl(
                "play", "--port", receiver.port, "--tempo", 240, "--seed", 4,
                "--record", tmp_path / "take.mid", *arguments,
            ),
            env=jack, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    return start


def wait_until_heard(folder, n_lines):
    """Waits until the log of the take has so many lines."""
    log = folder / "take.mid.take"
    for _ in range(300):
        if log.exists() and len(log.read_text().splitlines()) >= n_lines:
            return
        time.sleep(0.1)
    pytest.fail("the music does not go on")


def steer(player, commands, pause_s):
    for command in commands:
        player.stdin.write(f"{command}\n")
        player.stdin.flush()
        time.sleep(pause_s)


def sounding_at_last(messages):
    """The notes that a synthesiser would go on playing: panic switches off more than is on."""
    sounding = set()
    for _, (status, *data) in messages:
        if status & 0xF0 == 0x90 and data[1]:
            sounding.add((status & 15, data[0]))
        elif status & 0xF0 in (0x80, 0x90):
            sounding.discard((status & 15, data[0]))
    return sounding


def assert_holds_all(take, messages):
    """A take has every note that was sent, up to the last."""
    sent = [(data[0] & 15, data[1]) for _, data in messages if data[0] & 0xF0 == 0x90 and data[2]]
    notes = [m for m in mido.MidiFile(take) if m.type == "note_on" and m.velocity]
    missing = Counter(sent) - Counter((m.channel, m.note) for m in notes)
    assert not missing


def replayed(folder):
    """Plays the take again; returns what was told, and the file."""
    done = subprocess.run(
        livedshl("replay", folder / "take.mid", folder / "again.mid"),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr, (folder / "again.mid").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["end", "stop"])
def test_a_steered_take_leaves_no_note_on_and_is_played_again_byte_for_byte(
    performance, receiver, tmp_path, ending
):
    player = performance()
    wait_until_heard(tmp_path, 10)
    steer(player, COMMANDS, 0.8)
    if ending == "end":
        steer(player, ["end"], 0)
    else:
        player.send_signal(signal.SIGTERM)
    player.stdin.close()
    told = player.stderr.read()
    assert player.wait() == 0, told
    messages = receiver.messages()
    assert not sounding_at_last(messages)
    assert_holds_all(tmp_path / "take.mid", messages)
    changes = read_log(tmp_path / "take.mid.take").changes
    acted = {text_of(change.command).split()[0] for change in changes}
    assert {command.split()[0] for command in COMMANDS} <= acted, told
    told, again = replayed(tmp_path)
    assert "again.mid: identical to" in told
    assert again == (tmp_path / "take.mid").read_bytes()
    tempi = [
        m.tempo for m in mido.MidiFile(tmp_path / "take.mid").tracks[0] if m.type == "set_tempo"
    ]
    assert tempi[:2] == [mido.bpm2tempo(240), mido.bpm2tempo(300)]
    ritardando = tempi[2:]
    assert ritardando == sorted(ritardando) and bool(ritardando) == (ending == "end")


@pytest.mark.slow
def test_after_a_crash_the_take_is_readable_and_can_be_played_again(performance, tmp_path):
    player = performance()
    wait_until_heard(tmp_path, 14)
    steer(player, ["key A"], 1.5)
    player.kill()
    player.communicate()
    recorded = [m for m in mido.MidiFile(tmp_path / "take.mid") if m.type == "note_on"]
    _, again = replayed(tmp_path)
    replay = [m for m in mido.MidiFile(tmp_path / "again.mid") if m.type == "note_on"]
    assert again
    assert len(recorded) > 20
    assert [(m.channel, m.note) for m in recorded] == [(m.channel, m.note) for m in replay]


def play(folder, *arguments):
    return subprocess.run(
        livedshl("play", "--bars", 1, "--tempo", 400, *arguments),
        cwd=folder, env=os.environ | NO_MIDI, capture_output=True, text=True,
    )  # fmt: skip


def test_a_second_take_leaves_the_first_as_it_was(tmp_path):
    for seed in (1, 2):
        done = play(tmp_path, "--seed", seed, "--record", "take.mid", "--trace", "take.jsonl")
        assert done.returncode == 0, done.stderr
    assert "take.mid is already there, so this goes to take-2.mid" in done.stderr
    assert "Recorded to take-2.mid" in done.stderr
    for name in ("take.mid", "take-2.mid"):
        assert replay(tmp_path / name).same
    first = (tmp_path / "take.mid").read_bytes()
    assert first != (tmp_path / "take-2.mid").read_bytes()
    assert play(tmp_path, "--seed", 2, "--record", "take.mid", "--force").returncode == 0
    assert (tmp_path / "take.mid").read_bytes() == (tmp_path / "take-2.mid").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--record", "take.wav"), "--record: take.wav does not end in .mid"),
        (("--trace", "take.mid"), "--trace: take.mid does not end in .jsonl"),
    ],
)
def test_an_ending_that_means_something_else_is_refused(tmp_path, arguments, told):
    (tmp_path / "take.mid.take").write_text("an earlier log")
    done = play(tmp_path, *arguments)
    assert done.returncode == 2
    assert told in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["take.mid.take"]


def test_files_are_not_replaced_unasked(tmp_path):
    def run(*arguments):
        return subprocess.run(livedshl(*arguments), cwd=tmp_path, capture_output=True, text=True)

    make = ("generate", "a.mid", "--bars", 2, "--seed")
    assert run(*make, 1).returncode == 0
    kept = (tmp_path / "a.mid").read_bytes()
    done = run(*make, 2)
    assert done.returncode == 1
    told = "a.mid: is there already. Choose another name, or replace it with --force."
    assert done.stderr.strip() == f"Error: {told}"
    assert (tmp_path / "a.mid").read_bytes() == kept
    assert run(*make, 2, "--force").returncode == 0
    assert (tmp_path / "a.mid").read_bytes() != kept
    assert run("generate", "b.mid", "B.mid", "--bars", 1).returncode == 2


def test_a_replay_gets_a_number_and_one_that_fails_leaves_nothing(tmp_path):
    assert play(tmp_path, "--record", "take.mid").returncode == 0
    names = [replay(tmp_path / "take.mid").path.name for _ in range(2)]
    assert names == ["take-replay.mid", "take-replay-2.mid"]
    before = sorted(tmp_path.iterdir())
    bundle = str(find_bundle("session", "6/8"))  # of other tunes
    with pytest.raises(TakeError, match="not the model that the take was played from"):
        replay(tmp_path / "take.mid", model=bundle)
    assert sorted(tmp_path.iterdir()) == before


def test_a_take_of_an_older_version_is_found_by_its_old_name(tmp_path):
    assert play(tmp_path, "--record", "take.mid").returncode == 0
    (tmp_path / "take.mid.take").rename(tmp_path / "take.take")
    assert replay(tmp_path / "take.mid").same
    assert replay(tmp_path / "take.take").same


def test_a_recording_is_never_replaced_by_what_is_played_again(tmp_path):
    for take, out in (("take.mid", "take.mid"), ("take.mid.take", "take.mid")):
        (tmp_path / take).write_bytes(b"kept")
        done = subprocess.run(
            livedshl("replay", take, out), cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == 2
        assert "is the recording itself" in done.stderr
        assert (tmp_path / "take.mid").read_bytes() == b"kept"


def test_what_is_no_log_of_a_take_is_refused(tmp_path):
    (tmp_path / "take.mid").write_bytes(b"")
    with pytest.raises(TakeError, match=r"take\.mid\.take: the log of this take is missing"):
        replay(tmp_path / "take.mid")
    for content in ("", "{}\n", '{"format": 1}\n', '{"format": 99, "livedshl": "9.0"}\n', "[1]\n"):
        (tmp_path / "take.mid.take").write_text(content)
        done = subprocess.run(
            livedshl("replay", tmp_path / "take.mid"), capture_output=True, text=True
        )
        assert done.returncode == 1
        assert "take.mid.take" in done.stderr
        assert "Traceback" not in done.stderr
