"""`livedshl play` without a wish: the speakers sound until a program listens to its port."""

import os
import shutil
import subprocess
import time

import numpy as np
import pytest
from support.sound import samples
from support.surroundings import NO_MIDI, livedshl, livedshl_without, need

PORT = "livedshl:livedshl"
SPEAKERS = "livedshl-speakers"


class Terminal:
    """A pseudo-terminal that a command takes for the user's; `said` grows."""

    def __init__(self, command, environment, folder):
        self._own, other = os.openpty()
        self.process = subprocess.Popen(
            command, env=environment, cwd=folder, stdin=other, stdout=other, stderr=other
        )
        os.close(other)
        self.said = ""

    def wait_for(self, text):
        while text not in self.said:
            self.said += os.read(self._own, 4096).decode(errors="replace")

    def answer(self, line):
        os.write(self._own, f"{line}\n".encode())

    def wait(self):
        status = self.process.wait(30)
        os.close(self._own)
        return status


@pytest.fixture
def playing(jack):
    need(shutil.which("jack_rec"), "jack_rec")
    player = subprocess.Popen(
        livedshl("play", "--tempo", 240, "--seed", 1), env=jack, stderr=subprocess.PIPE, text=True
    )
    for _ in range(100):
        listed = subprocess.run(["jack_lsp"], env=jack, capture_output=True, text=True).stdout
        if any(line.startswith(PORT) for line in listed.splitlines()) and SPEAKERS in listed:
            break
        time.sleep(0.1)
    else:
        player.kill()
        pytest.fail(f"not all ports appear: {listed} {player.stderr.read()}")
    yield player
    player.kill()
    player.communicate()


def loudest(jack, folder):
    """The loudest sample that the speakers play in a second."""
    listed = subprocess.run(["jack_lsp", SPEAKERS], env=jack, capture_output=True, text=True)
    path = folder / "heard.wav"
    command = ["jack_rec", "-f", str(path), "-d", "1", *listed.stdout.split()[:2]]
    subprocess.run(command, env=jack, capture_output=True, check=True)
    return np.abs(samples(path)).max()


def port_of(jack):
    listed = subprocess.run(["jack_lsp"], env=jack, capture_output=True, text=True).stdout
    return next(line for line in listed.splitlines() if line.startswith(PORT))


@pytest.mark.slow
def test_the_speakers_sound_until_a_program_listens_and_again_when_none_does(
    playing, jack, receiver, tmp_path
):
    assert loudest(jack, tmp_path) > 300
    wire = [port_of(jack), receiver.port]
    subprocess.run(["jack_connect", *wire], env=jack, check=True)
    time.sleep(3)  # the reverberation fades
    assert loudest(jack, tmp_path) < 30
    subprocess.run(["jack_disconnect", *wire], env=jack, check=True)
    time.sleep(1.5)
    assert loudest(jack, tmp_path) > 300
    subprocess.run(["jack_connect", *wire], env=jack, check=True)
    time.sleep(1)
    playing.terminate()
    told = playing.stderr.read()
    assert playing.wait(10) == 0, told
    assert "hangs" not in told
    assert "The speakers sound until you do" in told
    assert "A program listens to livedshl: the speakers fall silent" in told
    assert "Nobody listens to livedshl any more: the speakers sound again" in told
    messages = receiver.messages()
    assert any(data[0] & 0xF0 == 0x90 for _, data in messages)


@pytest.mark.parametrize(("answer", "status"), [("y", 0), ("n", 1)])
def test_where_nobody_can_hear_it_it_asks_whether_to_record(tmp_path, answer, status):
    music = tmp_path / "Music"
    terminal = Terminal(
        livedshl_without("fluidsynth", "play", "--bars", 1, "--tempo", 400, "--no-tui"),
        os.environ | NO_MIDI | {"XDG_MUSIC_DIR": str(music)},
        tmp_path,
    )
    terminal.wait_for("instead? [Y/n]")
    assert "Nobody can hear it" in terminal.said
    assert "To hear it: Install" in terminal.said.replace("\r\n", "")
    terminal.answer(answer)
    assert terminal.wait() == status
    recorded = list((music / "livedshl").glob("*.mid"))
    assert len(recorded) == (answer == "y")


def test_a_virtual_port_alone_makes_no_sound(jack, tmp_path):
    done = subprocess.run(
        livedshl("play", "--virtual", "--bars", 2, "--tempo", 400),
        env=jack, capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert 'virtual MIDI port called "livedshl"' in done.stderr
    assert "speakers" not in done.stderr
