"""The built-in synthesiser on audio devices of our own, and what it is made of."""

import subprocess
import sys
import time
from threading import Event

import numpy as np
import pytest
from support.speakers import FRAMES, Ears, SteadyDevice, null_device
from support.surroundings import need

from livedshl.errors import MissingDependencyError, OutputError
from livedshl.outputs import fluidsynth_library, missing, synth
from livedshl.outputs.audio_device import SAMPLE_RATE
from livedshl.outputs.renderer import FRAME_BYTES, Renderer
from livedshl.outputs.soundfont import find_soundfont
from livedshl.outputs.synth import Synth

WOODBLOCK = bytes((0xC0, 115))
NOTE = bytes((0x90, 60, 127))
NOTE_OFF = bytes((0x80, 60, 0))
BLOCK = 64  # that FluidSynth computes at a time


@pytest.fixture(autouse=True)
def library():
    try:
        fluidsynth_library.load_fluidsynth()
    except MissingDependencyError as error:
        need(False, str(error))


def rendered(*parts):
    """The sound of messages and of numbers of frames between them: int16[n, 2]."""
    renderer = Renderer(find_soundfont(), SAMPLE_RATE)
    sound = b""
    for part in parts:
        if isinstance(part, bytes):
            renderer.play(part)
            continue
        while part > 0:
            block = bytes(renderer.render(part))
            sound += block
            part -= len(block) // FRAME_BYTES
    renderer.close()
    return np.frombuffer(sound, np.int16).reshape(-1, 2)


def onset(sound, threshold=50):
    loud = np.abs(sound.astype(int)).max(axis=1) > threshold
    assert loud.any(), "silence"
    return int(np.argmax(loud))


def wait_for(happens, timeout_s=10):
    deadline = time.monotonic() + timeout_s
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("at", [0, 64, 1024, 6400])
def test_a_note_begins_exactly_where_it_is_played(at):
    first = onset(rendered(WOODBLOCK, NOTE, 4000))
    assert onset(rendered(WOODBLOCK, at, NOTE, 4000)) == at + first


@pytest.mark.parametrize("at", [1, 63, 1000, 6000])
def test_a_note_within_a_block_of_fluidsynth_begins_with_the_next(at):
    first = onset(rendered(WOODBLOCK, NOTE, 4000))
    assert onset(rendered(WOODBLOCK, at, NOTE, 4000)) == at + -at % BLOCK + first


def test_how_the_sound_is_cut_into_blocks_changes_nothing():
    whole = rendered(WOODBLOCK, 1024, NOTE, 9000)
    pieces = rendered(WOODBLOCK, 100, 900, 24, NOTE, *[450] * 20)
    assert np.array_equal(whole, pieces)


class Asked:
    """A device, and the clock that the synthesiser reads, both moved on by the test."""

    def __init__(self):
        self.now_s = 100.0
        self.asked = 0

    def perf_counter(self):
        return self.now_s

    def open(self, render):
        self.render = render
        return self

    def close(self):
        pass

    def go_on(self, until_s):
        """Asks for every block that is due by then; returns the sound."""
        sound = b""
        while (due_s := 100 + self.asked * FRAMES / SAMPLE_RATE) <= until_s:
            self.now_s = due_s
            sound += self.render(FRAMES)
            self.asked += 1
        self.now_s = until_s
        return sound


@pytest.mark.parametrize("apart", [640, 1000, 12_345])
def test_notes_are_heard_as_far_apart_as_they_were_sent(apart, monkeypatch):
    asked = Asked()
    monkeypatch.setattr(synth.time, "perf_counter", asked.perf_counter)
    port = Synth(find_soundfont(), open_speakers=asked.open)
    port.send(WOODBLOCK)
    sound = asked.go_on(102.0)
    for count in (1, 2):
        port.send(bytes((0x90, 60, 60 * count)))
        sound += asked.go_on(102.0 + count * apart / SAMPLE_RATE)
    sound += asked.go_on(103.0)
    monkeypatch.undo()
    port.close()
    heard = np.frombuffer(sound, np.int16).reshape(-1, 2)
    alone = onset(rendered(bytes((0xC0, 115)), NOTE, 4000))
    first = onset(heard) - alone
    assert 2 * SAMPLE_RATE + FRAMES <= first < 2 * SAMPLE_RATE + FRAMES + BLOCK
    loud = np.abs(heard.astype(int)).max() // 2  # only the second is
    second = onset(heard, loud) - onset(rendered(WOODBLOCK, NOTE, 4000), loud)
    assert abs(second - first - apart) < BLOCK


def test_the_sound_reaches_a_device_that_keeps_time():
    pytest.importorskip("miniaudio")
    ears = Ears(null_device)
    port = Synth(find_soundfont(), open_speakers=ears.open)
    port.send(NOTE)
    wait_for(lambda: len(ears.heard()) > SAMPLE_RATE // 2)
    port.close()
    onset(ears.heard())


def test_every_device_that_vanishes_is_said_and_the_next_one_plays_on():
    ears, told = Ears(SteadyDevice), []
    port = Synth(find_soundfont(), told.append, ears.open)
    port.send(WOODBLOCK)
    for gone in (1, 2):
        ears.present = False
        ears.opened[-1].pull_out()
        wait_for(lambda gone=gone: len(told) == 2 * gone - 1)
        assert "the audio device is gone" in str(told[-1])
        ears.present = True
        wait_for(lambda gone=gone: len(told) == 2 * gone)
        assert told[-1] is None
    before = len(ears.heard())
    port.send(NOTE)
    wait_for(lambda: len(ears.heard()) > before + SAMPLE_RATE // 4)
    port.close()
    assert len(ears.opened) == 3
    onset(ears.heard()[before:])  # with the program that it had


def test_notes_sent_to_no_device_do_not_burst_out_of_the_next():
    ears, told = Ears(SteadyDevice), []
    port = Synth(find_soundfont(), told.append, ears.open)
    ears.present = False
    ears.opened[0].pull_out()
    wait_for(lambda: told)
    for pitch in range(40, 80):
        port.send(bytes((0x90, pitch, 127)))
    time.sleep(1)
    before = len(ears.heard())
    ears.present = True
    wait_for(lambda: len(ears.heard()) > before + SAMPLE_RATE // 4)
    port.close()
    assert np.abs(ears.heard()[before:]).max() < 50


class HangingDevice(SteadyDevice):
    """One whose audio system has died, and never says that it is closed; it may ask again."""

    released = Event()

    def close(self):
        self.released.wait()


def test_a_device_that_cannot_be_closed_holds_up_nothing():
    ears, told = Ears(HangingDevice), []
    port = Synth(find_soundfont(), told.append, ears.open)
    ears.opened[0].pull_out()
    wait_for(lambda: told and told[-1] is None)  # the next one is open
    port.send(NOTE)
    port.close()
    assert not any(ears.opened[0].ask_once())
    HangingDevice.released.set()
    for device in ears.opened:
        device.pull_out()


def test_a_file_that_is_no_soundfont_is_refused(tmp_path):
    (tmp_path / "fake.sf2").write_bytes(b"RIFF")
    with pytest.raises(OutputError, match=r"fake\.sf2: FluidSynth cannot load"):
        Synth(tmp_path / "fake.sf2", open_speakers=Ears(SteadyDevice).open)


def test_all_that_is_missing_is_installed_by_one_line(monkeypatch):
    def lacks(part):
        def check():
            raise missing.missing(part, "the test")

        return check

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(missing, "has_program", lambda program: program == "apt-get")
    monkeypatch.setattr(synth, "load_fluidsynth", lacks("FluidSynth"))
    monkeypatch.setattr(synth, "check_audio", lacks("PortAudio"))
    monkeypatch.setattr(synth, "audio_library", lambda: "PortAudio")
    with pytest.raises(MissingDependencyError) as raised:
        synth.check_synth()
    assert raised.value.remedy == "Install them: sudo apt install libfluidsynth3 libportaudio2"
    assert raised.value.what.startswith("FluidSynth and PortAudio are missing")


def test_fluidsynth_is_found_in_pygame_ce_without_loading_pygame():
    pytest.importorskip("pygame")
    program = (
        "import sys\n"
        "from livedshl.outputs.fluidsynth_library import load_fluidsynth\n"
        "print('pygame' in load_fluidsynth().lib, 'pygame' in sys.modules)\n"
    )
    need(sys.platform != "win32", "pygame-ce with FluidSynth")
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert told.stdout == "True False\n", told.stderr


def test_the_player_plays_sound_without_numpy():
    """Its import would hold up the first note by 0.1 s."""
    pytest.importorskip("miniaudio")
    program = (
        "import sys\n"
        "from livedshl.outputs import audio_device\n"
        "from livedshl.outputs.synth import Synth\n"
        "from livedshl.outputs.soundfont import find_soundfont\n"
        "def null(render):\n"
        "    m = audio_device.load_miniaudio()\n"
        "    return audio_device.MiniaudioDevice(m, 'NULL', render)\n"
        "port = Synth(find_soundfont(), open_speakers=null)\n"
        "print('numpy' in sys.modules)\n"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert told.stdout == "False\n", told.stderr
