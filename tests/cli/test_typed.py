"""What is typed while the music plays, as it arrives."""

from hypothesis import given
from hypothesis import strategies as st
from support.steered import Steered

from livedshl.cli.typed import obey_line, split_lines


@given(st.lists(st.binary(min_size=1, max_size=300)))
def test_any_bytes_are_short_lines(received):
    lines = list(split_lines(received))
    assert len(lines) == b"".join(received).count(b"\n") + 1
    assert all(len(line) <= 200 for line in lines)


def test_a_line_is_there_as_soon_as_it_is_complete():
    assert list(split_lines([b"tem", b"po 120\nho", b"ld"])) == ["tempo 120", "hold"]


@given(st.sampled_from(["", "tempo ", "level Bass ", "mute ", "key "]), st.text(max_size=200))
def test_any_line_is_answered(word, text):
    if (line := (word + text).strip()) and not line.startswith(("save", "learn")):
        assert isinstance(obey_line(line, Steered(), lambda gesture: ""), str)
