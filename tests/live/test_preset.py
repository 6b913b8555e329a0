import pytest

from livedshl.arranger import Pattern, Role
from livedshl.errors import PresetError
from livedshl.improviser import Form
from livedshl.live.preset import load_preset, preset_names
from livedshl.music import Mode
from livedshl.music.leadsheet import Key

GOOD = """
description = "Two of us"
tempo = 96
key = "Bb"
[continuation]
song_cap = 2
[[parts]]
name = "Tune"
role = "melody"
channel = 10
program = "violin"
[[parts]]
name = "Low"
role = "bass"
channel = 2
lowest = 30
highest = 50
pattern = "root-fifth"
"""


@pytest.fixture
def preset(tmp_path):
    def load(text):
        (tmp_path / "mine.toml").write_text(text)
        return load_preset(str(tmp_path / "mine.toml"))

    return load


def test_a_preset_file_is_read(preset):
    mine = preset(GOOD)
    assert (mine.name, mine.tempo_bpm, mine.metre) == ("mine", 96.0, None)
    assert mine.key == Key(10, Mode.MAJOR)
    assert (mine.rules.song_cap, mine.rules.window) == (2, 16)
    tune, low = mine.parts
    assert (tune.role, tune.channel, tune.program) == (Role.MELODY, 9, 40)
    assert (low.pattern, low.lowest, low.highest) == (Pattern.ROOT_FIFTH, 30, 50)


def test_tunes_are_laid_out_as_the_preset_says(preset):
    assert preset(GOOD).form is Form.ANY
    assert preset(GOOD.replace('key = "Bb"', 'form = "none"')).form is Form.NONE


def test_a_preset_may_choose_metre_and_minor(preset):
    mine = preset(GOOD.replace('key = "Bb"', 'key = "F#m"\nmetre = "6/8"'))
    assert (mine.metre, mine.key) == ("6/8", Key(6, Mode.MINOR))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (GOOD.replace("tempo", "tmpo"), "unknown key 'tmpo'; did you mean 'tempo'"),
        (GOOD.replace("channel = 2", "chanel = 2"), "part 2: unknown key 'chanel'"),
        (GOOD.replace("song_cap", "songcap"), r"\[continuation\]: unknown key 'songcap'; did"),
        (GOOD.replace("96", "0"), "tempo = 0: must be from 20 to 400 BPM"),
        (GOOD.replace('"Bb"', '"H"'), "key = 'H': not a note name"),
        ('metre = "5/4"\n' + GOOD, "metre = '5/4': must be one of 4/4, 3/4, 6/8, 9/8"),
        ("metre = 4\n" + GOOD, "metre = 4: must be a text in quotes"),
        ("metre = []\n" + GOOD, "metre = .*: must be a text in quotes"),
        (GOOD.replace('"Bb"', '"Hm"'), "key = 'Hm': not a note name"),
        (GOOD.replace("violin", "violine"), "no General MIDI instrument.*near it: violin"),
        (GOOD.replace("channel = 10", "channel = 17"), "whole number from 1 to 16"),
        (GOOD.replace("highest = 50", "highest = 40"), "12 semitones above lowest"),
        (GOOD.replace('key = "Bb"', 'form = "ABBA"'), "must be one of any, none, AABB, AABA, ABAC"),
        (GOOD.replace('role = "bass"', 'role = "drum"'), "must be one of melody, chords, bass"),
        (GOOD.replace('name = "Low"\n', ""), "'name' is missing"),
        ("tempo = 100", r"at least one \[\[parts\]\]"),
        ("tempo = ", "cannot be read as TOML"),
    ],
)
def test_what_is_wrong_is_told_with_the_place_and_the_remedy(preset, wrong, told):
    with pytest.raises(PresetError, match=f"mine.toml.*{told}"):
        preset(wrong)


def test_an_unknown_name_lists_the_presets():
    with pytest.raises(PresetError, match=r"no preset is called 'sesion'.*session"):
        load_preset("sesion")


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_that_ships_can_be_played(name):
    shipped = load_preset(name)
    assert shipped.description
    assert any(part.role is Role.MELODY for part in shipped.parts)
    assert len({part.channel for part in shipped.parts}) == len(shipped.parts)
