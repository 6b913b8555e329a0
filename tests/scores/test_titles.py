"""Titles may hold anything: every drawing is drawn, and MusicXML stays well formed."""

from dataclasses import replace
from importlib.util import find_spec
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.pieces import MELODIES, D, piece
from support.strategies import VOCABULARY, thorough
from support.surroundings import need

from livedshl.music import COMMON_TIME
from livedshl.outputs.missing import EXTRA_SCORES
from livedshl.scores.marks import join_marks, section_marks, tunes_to_write
from livedshl.scores.musicxml import musicxml

SVG = "{http://www.w3.org/2000/svg}"
TUNE = piece(COMMON_TIME, bars=4)


@pytest.fixture(scope="module", autouse=True)
def scores():
    need(all(map(find_spec, EXTRA_SCORES)), "the extra scores")


def called(title):
    """The piece, with every tune and source of this name."""
    named = [replace(found, song=title, source=title) for found in TUNE.provenances]
    return replace(TUNE, provenances=named)


def score_of(tune, title):
    return musicxml(
        tune.steps, VOCABULARY.classes, tune.grid, D, 96, title, title,
        marks=[*section_marks(tune.sections), *join_marks(tune.spans)],
    )  # fmt: skip


def draw(title, folder):
    """Draws the score and the piano roll in every format."""
    from livedshl.scores.engraving import write_score
    from livedshl.scores.roll import write_roll

    tune = called(title)
    for ending in ("svg", "png", "pdf"):
        titles = tunes_to_write(tune.spans, tune.grid.bar_steps)
        write_score(folder / f"score.{ending}", score_of(tune, title), titles)
        write_roll(
            folder / f"roll.{ending}", tune.events, tune.steps, VOCABULARY.classes, tune.grid, D,
            MELODIES, tune.spans, tune.sections, title,
        )  # fmt: skip


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=30))
@example("A\nB\r\n\tC")
@example("\x1b]0;title\x07\x00\x7f\x9b31m\ufffe\ud800")
def test_musicxml_is_well_formed_and_keeps_what_is_text(title):
    written = ET.fromstring(score_of(called(title), title)).findtext("work/work-title")
    assert len(written or "") == len(title)
    assert all(new == old for new, old in zip(written or "", title, strict=True) if old.isalnum())


@pytest.mark.parametrize(
    "title",
    [
        "", " ", "A\nB", "\x1b]0;title\x07\x00\x9b31m\ufffe\ud800", "x" * 3000, "_$x^{ &<]]>",
        "\u202e\u05e9\u05dc\u05d5\u05dd", "\U0001f600\u200d日本",
    ],
    ids=["empty", "space", "lines", "controls", "long", "marks", "right to left", "no letters"],
)  # fmt: skip
def test_a_drawing_has_any_title(tmp_path, title):
    draw(title, tmp_path)
    assert all(file.stat().st_size > 1000 for file in tmp_path.iterdir())
    assert len(list(tmp_path.iterdir())) == 6


@thorough(10)
@given(title=st.text(st.characters(codec=None, exclude_categories=()), min_size=1, max_size=12))
def test_a_score_is_drawn_with_any_title(tmp_path_factory, title):
    from livedshl.scores.engraving import write_score

    tune, path = called(title), tmp_path_factory.mktemp("score") / "score.svg"
    write_score(path, score_of(tune, title), tunes_to_write(tune.spans, tune.grid.bar_steps))
    drawn = [text.text or "" for text in ET.parse(path).iter(f"{SVG}text")]
    assert not any(letter < " " for words in drawn for letter in words)
