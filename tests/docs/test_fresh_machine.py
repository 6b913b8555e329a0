"""The README's first commands on a machine that has Python and nothing else."""

import time

import mido
import pytest
from support.documents import PAGES, blocks
from support.fresh_machine import FreshMachine

SET_UP, PLAY = blocks(PAGES["README.md"], "sh")[0].splitlines()[:2]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """A fresh Debian on which the README's first command has run."""
    machine = FreshMachine(tmp_path_factory.mktemp("fresh") / "debian")
    machine.run(SET_UP)
    return machine


def test_the_readmes_second_command_plays_until_ctrl_c(machine):
    play = machine.start(PLAY)
    told = ""
    while "Press Ctrl-C" not in told:
        line = play.stdout.readline()
        assert line, told
        told += line
    time.sleep(3)  # of music
    told += machine.interrupt(play)
    assert play.returncode == 0, told
    assert "Traceback" not in told
    assert "0 underruns, 0 notes dropped" in told


def test_it_writes_music_there(machine):
    machine.run(".venv/bin/livedshl generate x.mid --bars 4")
    notes = [
        message for message in mido.MidiFile(machine.file("x.mid")) if message.type == "note_on"
    ]
    assert len(notes) > 20
