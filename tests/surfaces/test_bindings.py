import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedshl.errors import ControllerError
from livedshl.surfaces.bindings import Source, SourceKind, bind, read_bindings, source_of
from livedshl.surfaces.gesture import Gesture

KNOB, PAD = Source(SourceKind.CC, 1, 74), Source(SourceKind.NOTE, 10, 36)
SOURCES = st.builds(Source, st.sampled_from(SourceKind), st.integers(1, 16), st.integers(0, 127))


@given(SOURCES)
def test_a_source_is_read_as_it_is_written(source):
    assert Source.parse(str(source)) == source


@given(st.binary(max_size=4))
def test_of_any_message_there_is_a_source_or_none(message):
    found = source_of(message)
    if found:
        source, position = found
        assert position >= 0
        assert message[0] & 0x0F == source.channel - 1


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ([0xB0, 74, 100], (KNOB, 100)),
        ([0x99, 36, 5], (PAD, 127)),
        ([0xC2, 7], (Source(SourceKind.PROGRAM, 3, 7), 127)),
        ([0x99, 36, 0], None),  # let go
        ([0x89, 36, 64], None),
        ([0xB0, 0, 3], None),  # bank select, before a program change
        ([0xB0, 99, 3], None),  # which parameter the next data entry is for
        ([0xB0, 100, 3], None),
        ([0xB0, 6, 64], (Source(SourceKind.CC, 1, 6), 64)),  # that data entry
        ([0xB0, 123, 0], None),  # all notes off
        ([0xF8], None),
        ([0xE0, 0, 64], None),
    ],
)
def test_knobs_pads_and_programs_are_sources(message, found):
    assert source_of(bytes(message)) == found


def test_a_pad_suits_what_is_pressed_and_a_knob_everything():
    for text in ("hold", "next-tune", "tempo up", "tempo tap", "preset jig", "adventure 0.5"):
        assert PAD.suits(Gesture.parse(text))
        assert KNOB.suits(Gesture.parse(text))
    for text in ("adventure", "preset", "level Bass"):
        assert not PAD.suits(Gesture.parse(text))
        assert KNOB.suits(Gesture.parse(text))


def test_a_byte_order_mark_of_an_editor_does_no_harm(tmp_path):
    path = tmp_path / "controller.toml"
    path.write_text('"cc 1 74" = "adventure"\n', encoding="utf-8-sig")
    assert read_bindings(path) == {KNOB: Gesture("adventure")}


def test_what_was_learned_is_there_the_next_time(tmp_path):
    path = tmp_path / "new folder" / "controller.toml"
    assert read_bindings(path) == {}
    bind(path, KNOB, Gesture.parse("adventure"))
    preset = Gesture("preset", value='my "ö" \\ band.toml')
    bindings = bind(path, PAD, preset)
    assert read_bindings(path) == bindings == {KNOB: Gesture("adventure"), PAD: preset}
    assert [file.name for file in path.parent.iterdir()] == ["controller.toml"]


def test_a_knob_does_one_thing_and_a_thing_has_one_knob(tmp_path):
    path = tmp_path / "controller.toml"
    other = Source(SourceKind.CC, 1, 75)
    bind(path, KNOB, Gesture("adventure"))
    assert bind(path, KNOB, Gesture("tempo")) == {KNOB: Gesture("tempo")}
    assert bind(path, other, Gesture("tempo")) == {other: Gesture("tempo")}


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b'"cc 1 74" = "adventure', "TOML"),
        (b"\xff\xfe", "TOML"),
        (b'"cc 1 74" = 3', "cc 1 74"),
        (b'"cc 17 1" = "hold"', "cc 17 1"),
        (b'"cc 1" = "hold"', "cc 1"),
        (b'"wheel 1 1" = "hold"', "wheel"),
        (b'"cc 1 1" = "louder"', "louder"),
        (b'"cc 1 1" = "mute"', "no part given"),
        (b"[cc]\n1 = 1", "cc"),
        (b"x = " + b"[" * 100_000, "TOML"),
        (b"#" * (1 << 20) + b"\n", "larger than 1 MiB"),
    ],
)
def test_a_bad_file_is_told_with_the_place_and_never_overwritten(tmp_path, content, named):
    path = tmp_path / "controller.toml"
    path.write_bytes(content)
    with pytest.raises(ControllerError, match=named) as caught:
        read_bindings(path)
    assert str(path) in str(caught.value)
    assert len(str(caught.value)) < 500
    with pytest.raises(ControllerError):
        bind(path, KNOB, Gesture("hold"))
    assert path.read_bytes() == content
