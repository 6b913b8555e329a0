"""What cannot be obeyed, and why: what the clock, the presets and the set list allow."""

import pytest

from livedshl.bundle.shipped import shipped
from livedshl.errors import BundleError, CommandError, PresetError
from livedshl.live.feasible import band_for, check_with_clock
from livedshl.performance.command_text import parse_command
from livedshl.performance.options import make_settings
from livedshl.player.clock.source import Sync

TUNES = shipped("models") / "session"


@pytest.mark.parametrize(
    ("line", "sync", "told"),
    [
        ("tempo 120", Sync.CLOCK, "tempo: the MIDI clock sets the tempo"),
        ("pause on", Sync.CLOCK, "pause: the MIDI clock starts and stops the music"),
        ("pause off", Sync.LINK, "pause: the Link session starts and stops .* Press stop there"),
    ],
)
def test_what_the_leader_decides_is_refused(line, sync, told):
    with pytest.raises(CommandError, match=told):
        check_with_clock(parse_command(line), sync)


@pytest.mark.parametrize("line", ["tempo 120", "pause on", "pause off", "mute Bass on"])
@pytest.mark.parametrize("sync", [Sync.INTERNAL, Sync.JACK])
def test_with_a_clock_of_its_own_and_with_jack_transport_livedshl_obeys(line, sync):
    check_with_clock(parse_command(line), sync)


@pytest.mark.parametrize(
    ("line", "error", "told"),
    [
        ("song 1", CommandError, "song: there is no song 1. Start with a set list"),
        ("preset jig", CommandError, "preset: jig is for 6/8, the music is in 4/4"),
        ("preset ../x", PresetError, "there is no preset '../x'"),
    ],
)
def test_a_band_that_cannot_play_is_refused(line, error, told):
    with pytest.raises(error, match=told):
        band_for(parse_command(line), make_settings(seed=1), TUNES)


def test_a_preset_brings_its_band_and_a_mute_brings_none():
    settings = make_settings(seed=1)
    assert band_for(parse_command("preset solo-piano"), settings, TUNES).preset == "solo-piano"
    assert band_for(parse_command("mute Bass on"), settings, TUNES) is None


def test_a_band_whose_accompaniment_is_damaged_is_refused_and_the_music_goes_on(tmp_path):
    (tmp_path / "accompaniment").mkdir()
    (tmp_path / "accompaniment" / "accompaniment.json").write_text("{}")
    with pytest.raises(BundleError, match="accompaniment"):
        band_for(parse_command("preset lied"), make_settings(seed=1), tmp_path)
