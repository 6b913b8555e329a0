"""What is typed while the music plays, as it arrives."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from support.steered import Steered

from livedshl.cli.typed import obey_line, split_lines
from livedshl.performance.choices import Choices, TuneChoice


@given(st.lists(st.binary(min_size=1, max_size=3000)))
def test_any_bytes_are_short_lines(received):
    lines = list(split_lines(received))
    assert len(lines) == b"".join(received).count(b"\n") + 1
    assert all(len(line) <= 2000 for line in lines)


def test_a_line_is_there_as_soon_as_it_is_complete():
    assert list(split_lines([b"tem", b"po 120\nho", b"ld"])) == ["tempo 120", "hold"]


@given(st.sampled_from(["", "tempo ", "level Bass ", "mute ", "key "]), st.text(max_size=200))
def test_any_line_is_answered(word, text):
    if (line := (word + text).strip()) and not line.startswith(("save", "learn")):
        assert isinstance(obey_line(line, Steered(), lambda gesture: ""), str)


def test_what_may_come_is_listed_with_its_numbers():
    music = Steered()
    assert obey_line("choose", music, str) == "Nothing to choose from yet"
    tunes = (TuneChoice(3, "The First Door", 1, 20, 0.3), TuneChoice(9, "\x1b[2J", 1, None, None))
    music.seen = replace(music.seen, choices=Choices("B", False, tunes))
    heading, first, second = obey_line("choose", music, str).splitlines()
    assert "section B" in heading and first.startswith("1") and "The First Door" in first
    assert "\x1b" not in second
