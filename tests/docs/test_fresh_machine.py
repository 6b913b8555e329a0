"""The README's first commands on a machine that has Python and nothing else."""

import time

import mido
import numpy as np
import pytest
from support.documents import PAGES, blocks
from support.fresh_machine import FreshMachine
from support.sound import samples

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
    assert "notes, on time." in told


def test_it_writes_music_there(machine):
    machine.run(".venv/bin/livedshl generate x.mid --bars 4")
    notes = [
        message for message in mido.MidiFile(machine.file("x.mid")) if message.type == "note_on"
    ]
    assert len(notes) > 20


def test_the_built_in_sound_is_there_without_a_library_of_the_system(machine):
    assert not machine.run("ldconfig -p | grep -E 'fluidsynth|portaudio|asound|libjack' || true")
    machine.run(".venv/bin/livedshl generate x.wav --bars 2 --tempo 240")
    assert np.abs(samples(machine.file("x.wav"))).max() > 1000
