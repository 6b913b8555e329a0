"""The built-in synthesiser, heard through a JACK server and in files."""

import os
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest
from support.bundles import index_of, random_bundle
from support.fresh_machine import hiding
from support.sound import samples
from support.surroundings import livedshl, livedshl_without, need

from livedshl.errors import MissingDependencyError
from livedshl.improviser import Retrieve
from livedshl.music import GRIDS
from livedshl.performance.composition import Composition
from livedshl.performance.preset import load_preset, preset_names
from livedshl.performance.settings import Settings


@pytest.fixture(scope="module")
def soundfont():
    try:
        from livedshl.outputs.fluidsynth_library import load_fluidsynth
        from livedshl.outputs.soundfont import find_soundfont

        load_fluidsynth()  # the library that users hear, not the first that pyfluidsynth finds
        return find_soundfont()
    except (ImportError, MissingDependencyError) as error:
        need(False, str(error))


def test_a_wav_file_sounds_and_is_the_same_every_time(soundfont, tmp_path):
    for name in ("a.wav", "b.wav"):
        command = livedshl("generate", tmp_path / name, "--bars", 2, "--seed", 4, "--tempo", 240)
        subprocess.run(command, check=True, capture_output=True)
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()
    sound = samples(tmp_path / "a.wav")
    assert 2 * 4 * 60 / 240 + 2 < len(sound) / 44_100 < 2 * 4 * 60 / 240 + 4  # it slows down
    assert np.abs(sound).max() > 1000
    assert np.abs(sound[-2000:]).max() < 0.1 * np.abs(sound).max()


def test_each_note_of_a_wav_file_starts_at_its_sample(soundfont, tmp_path):
    from livedshl.outputs.wav import render_wav

    events = np.array([[0, 0xC0, 115, 0], [960, 0x90, 60, 127], [1000, 0x80, 60, 0]], np.int64)
    render_wav(tmp_path / "t.wav", events, 120, 0.5)
    loud = np.abs(samples(tmp_path / "t.wav")).max(axis=1) > 200
    first = int(np.argmax(loud)) / 44_100
    assert 0.998 < first < 1.02


def test_the_presets_do_not_clip_and_are_about_as_loud_as_one_another(soundfont, tmp_path):
    from livedshl.outputs.wav import render_wav

    loudness = {}
    for name in preset_names():
        preset = load_preset(name)
        grid = GRIDS[preset.metre or "4/4"]
        bundle = random_bundle(grid=grid)
        settings = Settings.of_preset(
            preset, grid, tempo_bpm=None, key=None, form=None, retrieve=Retrieve.MIN,
            seed=1, bars=32,
        )  # fmt: skip
        events = np.concatenate(
            [chunk.events for chunk in Composition(bundle, index_of(bundle), settings)]
        )
        render_wav(tmp_path / "t.wav", events, settings.quarter_bpm, 0)
        sound = samples(tmp_path / "t.wav") / 32768
        assert np.abs(sound).max() < 0.99
        loudness[name] = 10 * np.log10(np.mean(sound**2))
    quietest, loudest = min(loudness.values()), max(loudness.values())
    assert loudest - quietest < 8, loudness


@pytest.mark.parametrize("hidden", [(), ("libfluidsynth", "libportaudio")], ids=["all", "no libs"])
def test_the_synthesiser_is_heard_live(soundfont, jack, tmp_path, hidden):
    need(shutil.which("jack_rec"), "jack_rec")
    command = [*(hiding(*hidden) if hidden else []), *livedshl("play", "--synth", "--tempo", 240)]
    player = subprocess.Popen(command, env=jack, stderr=subprocess.PIPE, text=True)
    # From here on, a slow machine plays as well.
    said = iter(player.stderr.readline, "")
    assert any("Press Ctrl-C" in line for line in said)
    for _ in range(60):
        ports = subprocess.run(["jack_lsp"], env=jack, capture_output=True, text=True).stdout
        outputs = [p for p in ports.splitlines() if p.startswith("livedshl")]
        if len(outputs) >= 2:
            break
        time.sleep(0.1)
    else:
        player.kill()
        pytest.fail(f"the synthesiser has no ports: {ports} {player.stderr.read()}")
    command = ["jack_rec", "-f", str(tmp_path / "live.wav"), "-d", "1", *outputs[:2]]
    recording = subprocess.run(command, env=jack, capture_output=True, text=True)
    player.terminate()
    _, told = player.communicate()
    assert player.returncode == 0, told
    assert recording.returncode == 0, recording.stderr
    assert np.abs(samples(tmp_path / "live.wav")).max() > 300


@pytest.mark.slow
def test_the_synthesiser_takes_what_a_clock_sends(soundfont, jack):
    player = subprocess.Popen(
        livedshl("play", "--synth", "--send-clock", "--bars", 2, "--tempo", 240), env=jack,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    _, told = player.communicate()
    assert player.returncode == 0, told
    assert "left out" not in told and "died" not in told


def test_a_missing_soundfont_and_a_missing_library_say_what_to_install(tmp_path):
    told = subprocess.run(
        livedshl("play", "--soundfont", tmp_path / "none.sf2", "--bars", 1),
        capture_output=True, text=True,
    )  # fmt: skip
    assert told.returncode == 2
    assert "none.sf2' does not exist" in told.stderr
    told = subprocess.run(
        livedshl_without("fluidsynth", "generate", tmp_path / "t.wav"),
        capture_output=True, text=True, env=os.environ,
    )  # fmt: skip
    assert told.returncode == 1
    assert "FluidSynth is missing" in told.stderr
    assert "install" in told.stderr
    assert len(told.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("hidden", ["nothing", "miniaudio"])
def test_either_library_opens_the_audio(soundfont, jack, hidden):
    program = (
        "import sys, time\n"
        f"sys.modules[{hidden!r}] = None\n"
        "from livedshl.outputs.soundfont import find_soundfont\n"
        "from livedshl.outputs.audio_device import open_device\n"
        "from livedshl.outputs.synth import Synth\n"
        "blocks = []\n"
        "def opened(render):\n"
        "    def kept(frames):\n"
        "        blocks.append(bytes(render(frames)))\n"
        "        return memoryview(blocks[-1])\n"
        "    return open_device(kept)\n"
        "port = Synth(find_soundfont(), open_speakers=opened)\n"
        "port.send(bytes((0x90, 60, 127)))\n"
        "time.sleep(0.5)\n"
        "port.close()\n"
        "print(max(b''.join(blocks)) > 0)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], env=jack, capture_output=True, text=True
    )  # fmt: skip
    if hidden == "miniaudio" and "PortAudio is missing" in told.stderr:
        need(False, "PortAudio")
    assert told.stdout == "True\n", told.stderr
