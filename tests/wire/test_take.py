"""A take that is steered while it plays, on a real MIDI wire, and played again from its log."""

import signal
import subprocess
import time

import mido
import pytest
from support.surroundings import livedshl

from livedshl.performance.command_text import text_of
from livedshl.performance.take_log import read_log

COMMANDS = [
    "mute Melody on", "key E", "tempo 300", "hold", "level Chords 50", "re-roll", "panic",
    "latency 10", "mute Melody off", "adventure 0.9", "hold off", "preset solo-piano",
    "next-tune", "freeze",
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
    assert not sounding_at_last(receiver.messages())
    changes = read_log(tmp_path / "take.mid.take").changes
    acted = {text_of(change.command).split()[0] for change in changes}
    assert {command.split()[0] for command in COMMANDS} <= acted, told
    told, again = replayed(tmp_path)
    assert "again.mid: identical to" in told
    assert again == (tmp_path / "take.mid").read_bytes()
    tempi = [
        m.tempo for m in mido.MidiFile(tmp_path / "take.mid").tracks[0] if m.type == "set_tempo"
    ]
    assert tempi == [mido.bpm2tempo(240), mido.bpm2tempo(300)]


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
    for content in ("", "{}\n", '{"format": 1}\n', '{"format": 99, "livedshl": "9.0"}\n', "[1]\n"):
        (tmp_path / "take.mid.take").write_text(content)
        done = subprocess.run(
            livedshl("replay", tmp_path / "take.mid"), capture_output=True, text=True
        )
        assert done.returncode == 1
        assert "take.mid.take" in done.stderr
        assert "Traceback" not in done.stderr
