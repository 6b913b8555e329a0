"""What `livedshl doctor` finds on a real MIDI wire and through a real audio driver."""

import json
import os
import subprocess

import pytest
from support.surroundings import NO_MIDI, livedshl, need

from livedshl.errors import MissingDependencyError


def examined(environment):
    """The findings by what they are about."""
    result = subprocess.run(
        livedshl("doctor", "--json"), env=environment, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    return {finding["what"]: finding for finding in json.loads(result.stdout)["findings"]}


def listed(environment):
    return subprocess.run(["jack_lsp"], env=environment, capture_output=True, text=True).stdout


@pytest.mark.slow
@pytest.mark.unsteady("JACK, which had answered a second before, refused a client in 1 of 9 runs")
def test_the_ports_on_the_wire_are_named_and_nothing_sounds_or_stays(jack, receiver):
    before = listed(jack)
    found = examined(jack | {"MIDO_BACKEND": "mido.backends.rtmidi/UNIX_JACK"})
    assert found["MIDI: Jack"]["state"] == "ok"
    assert receiver.port in found["MIDI: Jack"]["names"]["outputs"]
    assert receiver.port in found["MIDI: Jack"]["detail"]
    assert found["Virtual port"]["state"] == "ok"
    assert found["play"]["state"] == "ok"
    assert 'virtual MIDI port called "livedshl"' in found["play"]["detail"]
    assert listed(jack) == before
    assert not receiver.messages()


@pytest.mark.slow
def test_the_synthesiser_is_found_to_open_the_audio(jack):
    from livedshl.outputs.fluidsynth_library import fluidsynth_version
    from livedshl.outputs.soundfont import find_soundfont

    try:
        font, version = find_soundfont(), fluidsynth_version()
    except MissingDependencyError as error:
        need(False, str(error))
    found = examined(jack)
    assert found["Synthesiser"]["state"] == "ok"
    assert found["Soundfont"]["detail"] == str(font)
    assert found["FluidSynth"]["detail"] == version


@pytest.mark.slow
def test_audio_devices_are_named_and_play_chooses_the_synthesiser(tmp_path):
    (tmp_path / ".asoundrc").write_text("pcm.!default { type null }\n")  # a silent sound card
    surroundings = NO_MIDI | {"HOME": str(tmp_path)}
    found = examined(os.environ | surroundings)
    if found["Audio"]["state"] != "ok":
        need(False, "PortAudio with ALSA")
    assert "default" in found["Audio"]["names"]["devices"]
    assert found["play"]["state"] == "ok"
    assert "built-in synthesiser" in found["play"]["detail"]
