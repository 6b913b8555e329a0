import re
from dataclasses import fields

import pytest

from livedshl.arranger import Groove, Part, Role, patterns_of
from livedshl.bundle.shipped import shipped
from livedshl.errors import PresetError, SettingsError
from livedshl.improviser import ContinuationRules, Form
from livedshl.music import Mode
from livedshl.music.leadsheet import Key
from livedshl.performance.options import make_settings
from livedshl.performance.preset import load_preset, preset_names, write_preset

GOOD = """
description = "Two of us"
tempo = 96
key = "Bb"
[continuation]
song_cap = 2
[[parts]]
name = "Tune"
role = "melody"
channel = 11
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
    assert (tune.role, tune.channel, tune.program) == (Role.MELODY, 10, 40)
    assert (low.pattern, low.lowest, low.highest) == ("root-fifth", 30, 50)
    assert mine.groove == Groove()


def test_a_byte_order_mark_of_an_editor_does_no_harm(preset):
    assert preset(f"\ufeff{GOOD}") == preset(GOOD)


@pytest.mark.parametrize(
    ("name", "bounds"),
    [("velocity", (1, 127)), ("volume", (0, 127)), ("density", (0, 1))],
)
def test_the_bounds_of_a_number_are_allowed_and_nothing_beyond_them(preset, name, bounds):
    for value in bounds:
        part = preset(GOOD.replace('name = "Tune"', f'name = "Tune"\n{name} = {value}')).parts[0]
        assert getattr(part, name) == value
    for value in (bounds[0] - 1, bounds[1] + 1):
        with pytest.raises(PresetError, match=name):
            preset(GOOD.replace('name = "Tune"', f'name = "Tune"\n{name} = {value}'))


def test_a_preset_may_say_how_a_band_plays(preset):
    mine = preset(
        GOOD.replace('program = "violin"', "ornaments = 0.5\npan = 20\nreverb = 90\ndensity = 1")
        + """
[groove]
swing = 1
timing = 12
dynamics = 9
[[parts]]
name = "Beat"
role = "drums"
channel = 10
"""
    )
    assert mine.groove == Groove(swing=1.0, timing=12, dynamics=9)
    tune, _, beat = mine.parts
    assert (tune.ornaments, tune.pan, tune.reverb, tune.density) == (0.5, 20, 90, 1.0)
    assert (tune.pattern, beat.pattern, beat.channel) == ("written", "kit", 9)


def test_tunes_are_laid_out_as_the_preset_says(preset):
    assert preset(GOOD).form is Form.ANY
    assert preset(GOOD.replace('key = "Bb"', 'form = "none"')).form is Form.NONE


def test_a_preset_may_choose_metre_and_minor(preset):
    mine = preset(GOOD.replace('key = "Bb"', 'key = "F#m"\nmetre = "6/8"'))
    assert (mine.metre, mine.key) == ("6/8", Key(6, Mode.MINOR))


def test_a_blues_is_played_over_twelve_bars_in_the_key_that_is_asked_for():
    chart = make_settings("blues-shuffle", key="E").chart
    bars = [chord.name for chord in chart.at(0, 12 * 4)[::4]]
    assert bars == ["E7", "A7", "E7", "E7", "A7", "A7", "E7", "E7", "B7", "A7", "E7", "B7"]
    assert len(chart.beats) == 12 * 4


def test_own_chords_or_none_come_before_those_of_the_preset(preset, tmp_path):
    preset('chords = "1 | 5"\n' + GOOD)
    mine = str(tmp_path / "mine.toml")
    assert [chord.name for chord in make_settings(mine).chart.at(0, 8)[::4]] == ["Bb", "F"]
    assert make_settings(mine, chords="Gm").chart.at(0, 1)[0].name == "Gm"
    assert make_settings(mine, chords="none").chart is None
    assert make_settings(mine, key="Gm").chart is None  # a chart in major over tunes in minor


def test_a_chart_that_cannot_be_read_is_told_with_its_preset(preset, tmp_path):
    preset('chords = "1 | H9"\n' + GOOD)
    with pytest.raises(SettingsError) as caught:
        make_settings(str(tmp_path / "mine.toml"))
    assert "mine.toml: chords" in str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (GOOD.replace("tempo", "tmpo"), "unknown key 'tmpo'. Did you mean 'tempo'"),
        (GOOD.replace("channel = 2", "chanel = 2"), "part 2: unknown key 'chanel'"),
        (GOOD.replace("song_cap", "songcap"), r"\[continuation\]: unknown key 'songcap'. Did"),
        (GOOD.replace("96", "0"), "tempo = 0: must be from 20 to 400 BPM"),
        (GOOD.replace('"Bb"', '"H"'), "key = 'H': not a key"),
        ('metre = "5/4"\n' + GOOD, "metre = '5/4': must be one of 4/4, 3/4, 6/8, 9/8"),
        ("metre = 4\n" + GOOD, "metre = 4: must be a text in quotes"),
        ("metre = []\n" + GOOD, "metre = .*: must be a text in quotes"),
        (GOOD.replace('"Bb"', '"Hm"'), "key = 'Hm': not a key"),
        (GOOD.replace("violin", "violine"), "no General MIDI instrument.*did you mean violin"),
        (GOOD.replace("channel = 11", "channel = 17"), "whole number from 1 to 16"),
        (GOOD.replace("highest = 50", "highest = 40"), "12 semitones above lowest"),
        (GOOD.replace('key = "Bb"', 'form = "ABBA"'), "must be one of any, none, AABB, AABA, ABAC"),
        (GOOD.replace('role = "bass"', 'role = "drum"'), "must be one of melody, chords, bass"),
        (GOOD.replace('name = "Low"\n', ""), "'name' is missing"),
        (GOOD.replace("channel = 2", "channel = 11"), "part 2: channel 11 is taken by 'Tune'"),
        (GOOD.replace("channel = 2", "channel = 10"), "part 2: channel 10 is for drums"),
        (GOOD.replace('"melody"', '"drums"'), "part 1: channel 10 is for drums"),
        (
            GOOD.replace("root-fifth", "waltz"),
            "'waltz' is not for the role bass. Choose sustain",
        ),
        (GOOD.replace("root-fifth", "polka"), "'polka' is not for the role bass. Choose sustain"),
        (GOOD.replace("lowest = 30", "density = 2"), "density = 2: must be from 0 to 1"),
        (GOOD.replace("lowest = 30", "ornament = 1"), "unknown key 'ornament'. Did you mean 'orn"),
        (GOOD.replace("lowest = 30", "pan = 128"), "pan = 128: must be a whole number from 0 to"),
        (GOOD.replace("song_cap", 'dances = ["rel"]\nsong_cap'), "must be one of reel, hornpipe"),
        (GOOD.replace("song_cap", "dances = 1\nsong_cap"), "must be a list of dances in quotes"),
        (GOOD.replace("song_cap", "notes_a_bar = [9, 4]\nsong_cap"), "least must be less than"),
        (GOOD.replace("song_cap", "notes_a_bar = [4]\nsong_cap"), "must be two numbers"),
        (GOOD.replace("song_cap", "notes_a_bar = [4, 99]\nsong_cap"), "must be from 0 to 24"),
        (GOOD + "[grove]", "unknown key 'grove'. Did you mean 'groove'"),
        (GOOD + "[groove]\nswng = 1", r"\[groove\]: unknown key 'swng'. Did you mean 'swing'"),
        (GOOD + "[groove]\ntiming = 30", "timing = 30: must be a whole number from 0 to 20"),
        ("groove = 3\n" + GOOD, r"\[groove\]: must be a table"),
        ("tempo = 100", r"at least one \[\[parts\]\]"),
        ("tempo = ", "cannot be read as TOML"),
    ],
)
def test_what_is_wrong_is_told_with_the_place_and_the_remedy(preset, wrong, told):
    with pytest.raises(PresetError, match=f"mine.toml.*{told}"):
        preset(wrong)


def test_an_unknown_name_lists_the_presets():
    with pytest.raises(PresetError, match=r"there is no preset 'sesion'. Did you mean 'session'"):
        load_preset("sesion")


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_that_ships_can_be_played(name):
    preset = load_preset(name)
    assert preset.description
    assert any(part.role is Role.MELODY for part in preset.parts)


def test_no_two_presets_share_metre_tempo_and_sound():
    presets = [load_preset(name) for name in preset_names()]
    melodies = {preset.parts[0].program for preset in presets}
    sounds = {tuple((part.program, part.pattern) for part in preset.parts) for preset in presets}
    assert len(melodies) == len(sounds) == len(presets)
    assert {preset.metre for preset in presets} >= {None, "3/4", "6/8"}


def test_the_preset_that_new_ones_are_copied_from_explains_every_key():
    text = (shipped("presets") / "session.toml").read_text()
    keys = [
        *("description", "tempo", "key", "metre", "form", "chords"),
        *(field.name for kind in (Part, Groove, ContinuationRules) for field in fields(kind)),
    ]
    keys.remove("terms")  # no key of a preset: it is for measuring
    keys.remove("own")  # a table of its own, [patterns]
    for key in keys:
        assert re.search(rf"^(# )?{key} = .*", text, re.MULTILINE), key
    for role in Role:
        known = ", ".join(patterns_of(role))
        told = re.search(
            rf"^#   {role.value}: ([^:]*)$", text.replace("\n#     ", " "), re.MULTILINE
        )
        assert re.sub(r" \([^)]*\)", "", told[1].split("\n")[0]) == known


def test_a_new_preset_plays_as_it_is_and_takes_no_files_place(tmp_path):
    path = tmp_path / "mine.toml"
    write_preset(path)
    mine, session = load_preset(str(path)), load_preset("session")
    assert (mine.parts, mine.groove, mine.rules) == (session.parts, session.groove, session.rules)
    path.write_text("mine")
    with pytest.raises(PresetError, match=r"already exists\. Choose another name"):
        write_preset(path)
    assert path.read_text() == "mine"
    with pytest.raises(PresetError, match="cannot be written"):
        write_preset(tmp_path / "nowhere" / "mine.toml")
