import io
import re
from importlib.util import find_spec
from itertools import groupby, pairwise
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from support.pieces import piece
from support.surroundings import need

from livedshl.errors import OutputError
from livedshl.music import COMMON_TIME, GRIDS
from livedshl.outputs.missing import EXTRA_SCORES

SVG = "{http://www.w3.org/2000/svg}"

every_metre = pytest.mark.parametrize("metre", GRIDS)


@pytest.fixture(autouse=True)
def scores():
    need(all(map(find_spec, EXTRA_SCORES)), "the extra scores")


def texts(picture, of_class):
    """The texts of a class, in reading order: (x, y, words, whether in italics)."""
    return [
        (float(t.get("x", 0)), float(t.get("y")), t.text, t.get("font-style") == "italic")
        for group in ET.fromstring(picture).iter(f"{SVG}g")
        if group.get("class") == of_class
        for t in group.iter(f"{SVG}text")
    ]


@every_metre
def test_the_score_has_all_bars_and_marks_every_join_with_its_distance(tmp_path, metre):
    tune = piece(GRIDS[metre], bars=18)
    picture = tune.draw(tmp_path / "t.svg")
    assert len(re.findall(rb'class="measure"', picture)) == 18
    distances = [words for _, _, words, italic in texts(picture, "dir") if not italic]
    assert distances[0] == "\u2013"
    assert distances[1:] == [str(span.distance) for span in tune.spans[1:]]


@every_metre
def test_songs_are_named_where_they_change_and_nothing_runs_into_its_neighbour(tmp_path, metre):
    from PIL import ImageFont

    from livedshl.scores.fonts import text_fonts

    tune = piece(GRIDS[metre], bars=24, seed=4)
    marks = texts(tune.draw(tmp_path / "t.svg"), "dir")
    names = [words for _, _, words, italic in marks if italic]
    lines = [(span.start // (4 * tune.grid.bar_steps), span) for span in tune.spans]
    changes = [found.tune for (_, found) in (next(run) for _, run in groupby(
        lines, lambda place: (place[0], place[1].source)))]  # fmt: skip
    assert len(names) == len(changes)
    for name, song in zip(names, changes, strict=True):
        assert song.startswith((name or "").removesuffix("…"))
    for row_italic in (False, True):
        font = ImageFont.truetype(str(text_fonts()["I" if row_italic else ""]), 230)
        row = [mark for mark in marks if mark[3] is row_italic]
        for (x, y, words, _), (next_x, next_y, _, _) in pairwise(row):
            assert y != next_y or x + font.getlength(words or "") < next_x


@every_metre
def test_sections_stand_in_boxes_over_the_bars_where_they_begin(tmp_path, metre):
    tune = piece(GRIDS[metre], bars=32)
    picture = tune.draw(tmp_path / "t.svg")
    assert [words for _, _, words, _ in texts(picture, "reh")] == ["A", "B", "A2", "B2"]
    assert [step for step, _ in tune.sections] == [
        bar * tune.grid.bar_steps for bar in (0, 8, 16, 24)
    ]


def test_four_bars_stand_on_a_line(tmp_path):
    picture = piece(COMMON_TIME, bars=32).draw(tmp_path / "t.svg")
    systems = [
        len([bar for bar in system.iter(f"{SVG}g") if bar.get("class") == "measure"])
        for system in ET.fromstring(picture).iter(f"{SVG}g")
        if system.get("class") == "system"
    ]
    assert systems == [4] * 8


def test_the_heading_tells_title_maker_and_tempo(tmp_path):
    for metre, tempo in (("4/4", "♩ = 96"), ("6/8", "♩. = 96")):
        picture = piece(GRIDS[metre], bars=4).draw(tmp_path / "t.svg").decode()
        assert all(f">{words}<" in picture for words in ("A Title", "the maker", tempo))


@every_metre
def test_a_png_shows_ink_on_every_line_of_an_a4_wide_picture(tmp_path, metre):
    from PIL import Image

    picture = Image.open(io.BytesIO(piece(GRIDS[metre]).draw(tmp_path / "t.png"))).convert("L")
    assert picture.width == 1654  # 210 mm at 200 dpi
    assert 800 < picture.height < 2339
    dark = np.asarray(picture) < 200
    assert 0.01 < dark.mean() < 0.2
    assert dark[:, :60].sum() == dark[:, -60:].sum() == 0  # the margins
    staves = dark[:, 300:1300].mean(axis=1) > 0.9  # staff lines go all the way
    assert (np.diff(staves.astype(int)) == 1).sum() == 4 * 5


def test_words_can_be_seen_in_a_png(tmp_path):
    from PIL import Image

    picture = Image.open(io.BytesIO(piece(COMMON_TIME).draw(tmp_path / "t.png"))).convert("L")
    title = np.asarray(picture)[130:180, 700:950]
    assert (title < 128).mean() > 0.02


@pytest.mark.parametrize(("bars", "n_pages"), [(16, 1), (100, 4)])
def test_a_pdf_has_as_many_pages_as_it_needs_with_words_that_can_be_searched(
    tmp_path, bars, n_pages
):
    content = piece(COMMON_TIME, bars).draw(tmp_path / "t.pdf")
    assert len(re.findall(rb"/Type /Page\b", content)) == n_pages
    assert content.count(b"/ToUnicode") >= 3  # roman, bold and italic
    assert b"/MediaBox [0 0 595.28 841.89]" in content


@pytest.mark.parametrize("ending", [".svg", ".png", ".pdf"])
def test_the_same_music_is_drawn_in_the_same_bytes(tmp_path, ending):
    first, second = (piece(COMMON_TIME).draw(tmp_path / f"t{ending}") for _ in range(2))
    assert first == second != piece(COMMON_TIME, seed=1).draw(tmp_path / f"t{ending}")


@pytest.mark.slow
def test_what_is_too_long_for_one_picture_is_told_to_be_a_pdf(tmp_path):
    with pytest.raises(OutputError, match=r"t\.png: too long for one picture. Write a \.pdf"):
        piece(COMMON_TIME, bars=1200).draw(tmp_path / "t.png")
