from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.steered import PRESET, SNAPSHOT

from livedshl.errors import CommandError
from livedshl.music.leadsheet import Key
from livedshl.performance.command_checks import checked
from livedshl.performance.command_kinds import COMMANDS, ValueKind, kind_of
from livedshl.performance.command_text import part_of, value_of
from livedshl.performance.commands import SetKey, SetLevel
from livedshl.surfaces.gesture import Gesture, Move
from livedshl.surfaces.present import choices, present_commands, present_value

PARTS = [part.name for part in PRESET.parts]
KNOBS = [kind for kind in COMMANDS.values() if kind.takes is not ValueKind.TRIGGER]
POSITIONS = st.integers(0, 127)


@st.composite
def gestures(draw):
    kind = draw(st.sampled_from(list(COMMANDS.values())))
    part = draw(st.sampled_from(["bass", "bass-drum-2"])) if kind.per_part else None
    moves = {"tempo": list(Move), "key": [Move.UP], "preset": [Move.DOWN], "level": [Move.UP]}
    if kind.name in moves and draw(st.booleans()):
        return Gesture(kind.name, part, move=draw(st.sampled_from(moves[kind.name])))
    values = {
        ValueKind.TRIGGER: st.none(),
        ValueKind.SWITCH: st.none() | st.booleans(),
        ValueKind.NUMBER: st.none() | st.integers(int(kind.lowest), int(kind.highest)).map(float),
        ValueKind.NAME: st.none() | st.sampled_from(["D", "Bb"] if kind.name == "key" else ["jig"]),
    }
    return Gesture(kind.name, part, draw(values[kind.takes]))


@given(gestures())
def test_a_gesture_is_read_as_it_is_written(gesture):
    assert Gesture.parse(str(gesture)) == gesture


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "louder", "mute", "hold Bass", "adventure 7", "tempo nan", "key H", "end now",
        "latency tap", "preset \x07",
    ],
)  # fmt: skip
def test_what_is_no_gesture_is_refused_with_a_reason(text):
    with pytest.raises(CommandError, match=r"\w{3}"):
        Gesture.parse(text)


@given(st.sampled_from(KNOBS), POSITIONS, POSITIONS)
def test_every_position_of_a_knob_is_a_value_that_can_be_obeyed_and_more_is_more(kind, one, other):
    gesture = Gesture(kind.name, "Bass" if kind.per_part else None)
    commands = [gesture.turned(position, SNAPSHOT) for position in sorted((one, other))]
    for command in commands:
        checked(command, PARTS, PRESET.key.mode)
    if kind.takes is not ValueKind.NAME:
        assert value_of(commands[0]) <= value_of(commands[1])


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("adventure", 0, 1), ("level Bass", 0, 127), ("tempo", 60, 187), ("latency", -64, 63),
        ("hold", False, True), ("mute Bass", False, True),
    ],
)  # fmt: skip
def test_a_knob_covers_the_range_of_its_control(text, low, high):
    gesture = Gesture.parse(text)
    assert value_of(gesture.turned(0, SNAPSHOT)) == low
    assert value_of(gesture.turned(127, SNAPSHOT)) == high


def test_a_knob_is_on_from_its_middle():
    gesture = Gesture.parse("freeze")
    assert [value_of(gesture.turned(position, SNAPSHOT)) for position in (63, 64)] == [False, True]


@pytest.mark.parametrize("name", ["key", "preset"])
def test_a_knob_reaches_every_name_and_each_by_as_many_positions(name):
    names = choices(name, SNAPSHOT)
    chosen = [value_of(Gesture(name).turned(position, SNAPSHOT)) for position in range(128)]
    assert list(dict.fromkeys(chosen)) == list(names)
    counts = [chosen.count(name) for name in names]
    assert max(counts) - min(counts) <= 1


def test_presets_of_another_metre_and_keys_of_another_mode_are_not_offered():
    assert "jig" not in choices("preset", SNAPSHOT)
    assert {"session", "solo-piano"} <= set(choices("preset", SNAPSHOT))
    assert "Am" not in choices("key", SNAPSHOT)


@given(st.sampled_from(["tempo", "adventure", "latency", "level Bass"]), st.data())
def test_a_step_up_and_down_stays_in_range(text, data):
    gesture = Gesture.parse(f"{text} {data.draw(st.sampled_from(['up', 'down']))}")
    kind = COMMANDS[gesture.name]
    value = data.draw(st.floats(kind.lowest, kind.highest))
    checked(gesture.pressed(value, SNAPSHOT), ["bass"], PRESET.key.mode)


def test_steps_of_key_and_preset_go_round():
    up, down = Gesture.parse("key up"), Gesture.parse("key down")
    assert up.pressed("B", SNAPSHOT) == SetKey(Key.parse("C"))
    assert down.pressed("C", SNAPSHOT) == SetKey(Key.parse("B"))
    names = choices("preset", SNAPSHOT)
    assert value_of(Gesture.parse("preset up").pressed(names[-1], SNAPSHOT)) == names[0]
    assert value_of(Gesture.parse("preset up").pressed("mine", SNAPSHOT)) == names[0]
    assert value_of(Gesture.parse("preset down").pressed("mine", SNAPSHOT)) == names[-1]


def test_how_things_stand_is_told_of_every_control_that_has_a_value():
    assert COMMANDS["song"] not in map(kind_of, present_commands(SNAPSHOT))  # without a set list
    songs = replace(SNAPSHOT, songs=("One",), steering=replace(SNAPSHOT.steering, song=1))
    present = list(present_commands(songs))
    assert {kind_of(command) for command in present} == set(KNOBS) - {COMMANDS["choose"]}
    assert SetLevel("Chords", 94) in present  # as the preset has it
    for command in present:
        checked(command, PARTS, PRESET.key.mode)
        name = kind_of(command).name
        assert value_of(command) == present_value(name, part_of(command), songs)
