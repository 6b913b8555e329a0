"""Patterns that a preset brings with it."""

import re
from dataclasses import replace

import pytest

from livedshl.arranger.shipped_patterns import pattern_of
from livedshl.errors import PresetError
from livedshl.performance.checks import check_band
from livedshl.performance.preset import read_preset
from livedshl.performance.steering import Band
from livedshl.records import RecordError, decode, encode

PRESET = """
[[parts]]
name = "Tune"
role = "melody"
channel = 1
[[parts]]
name = "Guitar"
role = "chords"
channel = 2
pattern = "mine"
[[parts]]
name = "Beat"
role = "drums"
channel = 10
pattern = "my-beat"
[patterns.mine."4/4"]
middle = ["v--- v-^-", "a--- ----"]
[patterns.my-beat]
crash = "crash"
"4/4" = { middle = [{ snare = ".... x...", bass-drum = "x... ...." }] }
"""


@pytest.fixture
def preset_of(tmp_path):
    def read(text):
        path = tmp_path / "a.toml"
        path.write_text(text)
        return read_preset(path)

    return read


def test_a_preset_can_bring_patterns_of_its_own(preset_of):
    _, guitar, beat = preset_of(PRESET).parts
    assert [row["notes"] for row in pattern_of(guitar).metres["4/4"].middle] == [
        "v---v-^-", "a-------",
    ]  # fmt: skip
    assert pattern_of(beat).crash == "crash"


def test_a_take_keeps_the_patterns_of_its_band(preset_of):
    band = Band.of(preset_of(PRESET))
    again = decode(encode(band), Band)
    assert again == band
    check_band(again)


def test_a_take_with_a_pattern_that_no_preset_can_bring_is_refused(preset_of):
    band = Band.of(preset_of(PRESET))
    tune, guitar, beat = band.parts
    wrong = replace(guitar, own=beat.own)
    with pytest.raises(RecordError, match="pattern"):
        check_band(replace(band, parts=(tune, wrong, beat)))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (PRESET.replace("v--- v-^-", "v--- z-^-"), "part 2: pattern 'mine': 4/4 middle: 'z' means"),
        (PRESET.replace("snare = \".", "snair = \"."), "part 3: pattern 'my-beat': .*'snair'"),
        (PRESET.replace('pattern = "mine"', ""), "no part plays the pattern 'mine'"),
        (PRESET.replace('pattern = "mine"', 'pattern = "mime"'), "'mime' is not for the role"),
        ("patterns = 1\n" + PRESET.split("[patterns.mine")[0], r"\[patterns\] must be a table"),
    ],
)  # fmt: skip
def test_a_wrong_pattern_is_told_with_its_part(preset_of, wrong, told):
    with pytest.raises(PresetError) as raised:
        preset_of(wrong)
    assert re.search(told, str(raised.value))
