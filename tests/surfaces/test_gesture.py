import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.steered import OVERVIEW, PRESET

from livedshl.performance.commands import CONTROLS, Control, ValueKind, check
from livedshl.surfaces.gesture import Gesture, Move, choices, present_controls, present_value

PARTS = [part.name for part in PRESET.parts]
KNOBS = [kind for kind in CONTROLS.values() if kind.kind is not ValueKind.TRIGGER]
POSITIONS = st.integers(0, 127)


@st.composite
def gestures(draw):
    kind = draw(st.sampled_from(list(CONTROLS.values())))
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
    return Gesture(kind.name, part, draw(values[kind.kind]))


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
    with pytest.raises(ValueError, match=r"\w{3}"):
        Gesture.parse(text)


@given(st.sampled_from(KNOBS), POSITIONS, POSITIONS)
def test_every_position_of_a_knob_is_a_value_that_can_be_obeyed_and_more_is_more(kind, one, other):
    gesture = Gesture(kind.name, "Bass" if kind.per_part else None)
    controls = [gesture.turned(position, OVERVIEW) for position in sorted((one, other))]
    for control in controls:
        check(control, PARTS, PRESET.key.mode)
    if kind.kind is not ValueKind.NAME:
        assert controls[0].value <= controls[1].value


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("adventure", 0, 1), ("level Bass", 0, 127), ("tempo", 60, 187), ("latency", -64, 63),
        ("hold", False, True), ("mute Bass", False, True),
    ],
)  # fmt: skip
def test_a_knob_covers_the_range_of_its_control(text, low, high):
    gesture = Gesture.parse(text)
    assert gesture.turned(0, OVERVIEW).value == low
    assert gesture.turned(127, OVERVIEW).value == high


def test_a_knob_is_on_from_its_middle():
    gesture = Gesture.parse("freeze")
    assert [gesture.turned(position, OVERVIEW).value for position in (63, 64)] == [False, True]


@pytest.mark.parametrize("name", ["key", "preset"])
def test_a_knob_reaches_every_name_and_each_by_as_many_positions(name):
    names = choices(name, OVERVIEW)
    chosen = [Gesture(name).turned(position, OVERVIEW).value for position in range(128)]
    assert list(dict.fromkeys(chosen)) == list(names)
    counts = [chosen.count(name) for name in names]
    assert max(counts) - min(counts) <= 1


def test_presets_of_another_metre_and_keys_of_another_mode_are_not_offered():
    assert "jig" not in choices("preset", OVERVIEW)
    assert {"session", "solo-piano"} <= set(choices("preset", OVERVIEW))
    assert "Am" not in choices("key", OVERVIEW)


@given(st.sampled_from(["tempo", "adventure", "latency", "level Bass"]), st.data())
def test_a_step_up_and_down_stays_in_range(text, data):
    gesture = Gesture.parse(f"{text} {data.draw(st.sampled_from(['up', 'down']))}")
    kind = CONTROLS[gesture.name]
    value = data.draw(st.floats(kind.lowest, kind.highest))
    check(gesture.pressed(value, OVERVIEW), ["bass"], PRESET.key.mode)


def test_steps_of_key_and_preset_go_round():
    up, down = Gesture.parse("key up"), Gesture.parse("key down")
    assert up.pressed("B", OVERVIEW) == Control("key", "C")
    assert down.pressed("C", OVERVIEW) == Control("key", "B")
    names = choices("preset", OVERVIEW)
    assert Gesture.parse("preset up").pressed(names[-1], OVERVIEW).value == names[0]
    assert Gesture.parse("preset up").pressed("mine", OVERVIEW).value == names[0]
    assert Gesture.parse("preset down").pressed("mine", OVERVIEW).value == names[-1]


def test_how_things_stand_is_told_of_every_control_that_has_a_value():
    present = list(present_controls(OVERVIEW))
    assert {control.name for control in present} == {kind.name for kind in KNOBS}
    assert Control("level", 78, "Chords") in present  # as the preset has it
    for control in present:
        check(control, PARTS, PRESET.key.mode)
        assert control.value == present_value(control.name, control.part, OVERVIEW)
