"""The screen in a real terminal, 80 x 24, steered by keys, on a real MIDI wire."""

import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from support.surroundings import Sender, all_played, livedshl, need
from support.terminal import HEIGHT, WIDTH, Terminal

from livedshl.performance.command_text import text_of
from livedshl.performance.take_log import read_log
from livedshl.rendering import replay


@pytest.fixture
def terminal(jack, receiver, tmp_path):
    """`livedshl play`, recorded, to a port where the receiver listens, in a terminal."""
    need(shutil.which("tmux"), "tmux")
    command = livedshl(
        "play", "--port", receiver.port, "--tempo", 200, "--seed", 4,
        "--record", tmp_path / "take.mid",
    )  # fmt: skip
    environment = jack | {"XDG_MUSIC_DIR": str(tmp_path / "Music")}
    opened = Terminal(tmp_path.name, command, environment, tmp_path)
    yield opened
    opened.close()


def take_of(folder):
    return read_log(folder / "take.mid.take")


def test_the_screen_shows_what_plays_and_what_comes(terminal):
    shown = terminal.wait_for("next section").splitlines()
    assert len(shown) <= HEIGHT
    assert all(len(line) <= WIDTH for line in shown)
    text = "\n".join(shown)
    for told in (
        "4/4",
        "internal clock",
        "late",
        "tune 1",
        "section A",
        "session",
        "Melody",
        "Bodhran",
    ):
        assert told in text
    assert any(glyph in text for glyph in "▀▄█")
    assert "Hamming" not in text
    terminal.press("c")
    shown = terminal.wait_for("bwd").splitlines()
    codes = [line.split()[1] for line in shown if line.startswith(("fwd", "bwd"))]
    assert [len(code) for code in codes] == [64, 64]
    first = shown[1].split()[1]
    time.sleep(1.5)
    assert terminal.screen().splitlines()[1].split()[1] != first  # the clock runs


@pytest.mark.slow
def test_every_key_does_what_it_says_and_the_take_is_played_again(terminal, tmp_path):
    terminal.wait_for("next section")
    terminal.press("?")
    terminal.wait_for("freeze: repeat this section")
    terminal.press("?")
    terminal.wait_for("next section")
    for keys, told in (
        (["m"], "Melody muted"),
        (["m"], "Melody unmuted"),
        (["Down", "o"], "Solo: Chords"),
        (["o"], "Solo off: Chords"),
        (["Left"], "Chords level 86"),
        (["v"], "Chords: other patterns"),
        (["+"], "Tempo 202 BPM from the next beat"),
        (["k"], "Key Eb from the next bar"),
        (["a"], "Adventure 0.30"),
        (["i"], "Intensity 0.60"),
        (["u"], "Undone: Intensity 0.50"),
        (["]"], "Playing 5 ms early"),
        (["L"], "Chords locked: it keeps its pattern"),
        (["1"], "Choice 1 from the next section"),
        (["x"], "all notes off"),
        (["h"], "looping the last 4 bars"),
        (["h"], "Hold off: carrying on"),
        (["F"], "Fill from the next bar"),
        (["Space"], "Paused"),
        (["Space"], "Going on"),
        (["n"], "Next tune from the next bar"),
        (["f"], "Freeze: repeating"),
        (["p"], "Preset solo-piano"),
        (["r"], "Re-roll:"),
        (["z"], "The key z does nothing"),
        (["l"], "Connect your controller to livedshl-control"),
    ):
        terminal.press(*keys)
        terminal.wait_for(told)
        time.sleep(1.3)  # a bar: each comes into effect before the next
    shown = terminal.wait_for("FREEZE")
    for told in ("202.0 bpm", "Eb", "solo-piano", "adventure 0.30", "tune 2", "early 5 ms"):
        assert told in shown
    for _ in range(4):
        terminal.press("t")
        time.sleep(0.4)
    terminal.wait_for("Tempo 1")
    terminal.press("s")
    terminal.wait_for("Saved the last 32 bars")
    saved = next((tmp_path / "Music" / "livedshl").glob("*.mid"))
    kinds = {".mid", ".jsonl", ".musicxml", ".take"}
    assert {path.suffix for path in saved.parent.iterdir()} == kinds
    assert replay(saved, tmp_path / "saved.mid").same
    terminal.press("e")
    assert terminal.wait_until_over() == 0
    told = terminal.screen().replace("\n", "")
    assert all_played(told), told
    assert f"Recorded to {tmp_path / 'take.mid'}" in told
    acted = {text_of(change.command).split()[0] for change in take_of(tmp_path).changes}
    assert len(acted) == 20
    again = Path(tmp_path / "again.mid")
    subprocess.run(livedshl("replay", tmp_path / "take.mid", again), check=True)
    assert again.read_bytes() == (tmp_path / "take.mid").read_bytes()


@pytest.mark.slow
def test_a_knob_learns_the_control_of_the_last_key_and_a_pad_what_the_key_did(
    jack, receiver, tmp_path
):
    need(shutil.which("tmux"), "tmux")
    controller = Sender("knobs", jack)
    command = livedshl("play", "--port", receiver.port, "--control-port", controller.port)
    terminal = Terminal(tmp_path.name, command, jack | {"XDG_CONFIG_HOME": str(tmp_path)}, tmp_path)
    try:
        terminal.wait_for("next section")
        terminal.press("a", "l")
        terminal.wait_for("Move a knob or press a pad for adventure")
        controller.do("send 176 74 30")
        terminal.wait_for("CC 74 on channel 1 now controls adventure")
        controller.do("send 176 74 127")
        terminal.wait_for("adventure 1.00")
        terminal.press("-", "l")
        terminal.wait_for("Move a knob or press a pad for tempo")
        controller.do("send 153 36 90")
        terminal.wait_for("Note 36 on channel 10 now controls tempo down")
        controller.do("send 153 36 0", "send 153 36 90")
        terminal.wait_for("104.0 bpm")
        terminal.press("q", "q")
        assert terminal.wait_until_over() == 0
    finally:
        terminal.close()
        controller.leave()


def test_ctrl_c_once_ends_on_a_cadence_and_the_terminal_is_restored(terminal, tmp_path):
    terminal.wait_for("next section")
    terminal.press("C-c")
    terminal.wait_for("again stops now")
    terminal.wait_for("ENDING")
    assert terminal.wait_until_over() == 0
    log = take_of(tmp_path)
    assert log.end is None
    assert log.heard % (4 * 480) == 0
    assert "next section" not in terminal.screen()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_closes_the_screen(terminal, tmp_path, number):
    terminal.wait_for("next section")
    found = subprocess.run(
        ["pgrep", "-f", f"livedshl play .*{tmp_path}/take.mid"], capture_output=True, text=True
    )
    for process in found.stdout.split():
        command = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
        if command[0].endswith(b"sh") or b"tmux" in command[0]:
            continue
        subprocess.run(["kill", f"-{number.value}", process], check=True)
    assert terminal.wait_until_over() == 0
    assert take_of(tmp_path).end is not None
    assert "next section" not in terminal.screen()


@pytest.mark.slow
def test_a_terminal_that_is_closed_ends_the_music_and_leaves_no_process(terminal, tmp_path):
    terminal.wait_for("next section")
    terminal.close()
    for _ in range(150):
        found = subprocess.run(["pgrep", "-f", f"{tmp_path}/take.mid"], capture_output=True)
        if not found.stdout:
            break
        time.sleep(0.1)
    assert not found.stdout
    assert take_of(tmp_path).end is not None


def test_no_tui_keeps_to_plain_lines(jack, receiver, tmp_path):
    need(shutil.which("tmux"), "tmux")
    command = livedshl("play", "--port", receiver.port, "--no-tui", "--bars", 2, "--tempo", 300)
    plain = Terminal(tmp_path.name, command, jack, tmp_path)
    try:
        assert plain.wait_until_over() == 0
        assert "next section" not in plain.screen()
        assert all_played(plain.screen())
    finally:
        plain.close()
