"""A few bars, engraved for a screen, and where in the picture each moment stands."""

import io
import re
from importlib.util import find_spec
from itertools import pairwise
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image
from support.strategies import VOCABULARY
from support.surroundings import need

from livedshl.music import GRIDS
from livedshl.music.leadsheet import Key
from livedshl.scores.light_picture import light
from livedshl.scores.musicxml import musicxml
from livedshl.scores.screen_score import ScreenEngraver


def score_of(bars, metre="4/4", key="D"):
    """Quarter notes going up and down, a chord a bar."""
    grid = GRIDS[metre]
    steps = np.zeros((bars * grid.bar_steps, 3), np.int8)
    steps[:, 0] = 60 + np.arange(len(steps)) // 4 % 12
    steps[::4, 1] = 1
    steps[:, 2] = np.arange(len(steps)) // grid.bar_steps % len(VOCABULARY)
    return musicxml(steps, VOCABULARY.classes, grid, Key.parse(key), 100, "", "").decode()


@pytest.fixture(scope="module")
def engraver():
    need(find_spec("verovio"), "the extra scores")
    return ScreenEngraver()


@pytest.mark.parametrize(("bars", "lines"), [(1, 1), (4, 1), (6, 2)])
def test_moments_go_from_left_to_right_line_by_line(engraver, bars, lines):
    score = engraver.engrave(score_of(bars))
    assert len({top for _, _, top, _ in score.moments}) == lines
    ticks = [tick for tick, *_ in score.moments]
    assert ticks == sorted(ticks) and ticks[0] == 0 and ticks[-1] == bars * 1920
    for (_, x, top, bottom), (_, next_x, next_top, _) in pairwise(score.moments):
        assert x < next_x if top == next_top else top < next_top
        assert 0 < x < score.width and 0 < top < bottom < score.height


def test_another_metre_has_its_own_bars(engraver):
    assert engraver.engrave(score_of(2, "6/8")).moments[-1][0] == 2 * 1440


def test_the_picture_is_one_that_a_browser_draws_alone(engraver):
    picture = engraver.engrave(score_of(2)).svg
    assert ET.fromstring(picture).tag.endswith("svg")
    assert "<script" not in picture and "href" not in picture


def test_the_picture_is_light_and_looks_like_the_one_that_verovio_draws():
    verovio, resvg_py = pytest.importorskip("verovio"), pytest.importorskip("resvg_py")
    toolkit = verovio.toolkit()
    toolkit.setOptions({"svgViewBox": True, "smuflTextFont": "embedded", "footer": "none"})
    toolkit.loadData(score_of(5, key="Eb"))
    heavy = toolkit.renderToSVG(1)
    lighter = light(ET.fromstring(heavy))
    elements = [len(list(ET.fromstring(svg).iter())) for svg in (heavy, lighter)]
    assert elements[1] < elements[0] / 4 and len(lighter) < len(heavy) / 4
    assert "E\u266d" in "".join(ET.fromstring(lighter).itertext())  # with no font of its own
    wordless = (re.sub("<text.*?</text>", "", svg, flags=re.DOTALL) for svg in (heavy, lighter))
    drawn = [resvg_py.svg_to_bytes(svg_string=svg, width=1000) for svg in wordless]
    one, other = (np.asarray(Image.open(io.BytesIO(bytes(png))))[:, :, 3] > 128 for png in drawn)
    assert one.sum() > 5000 and (one != other).sum() < one.sum() / 100


def test_what_is_no_score_is_refused(engraver):
    with pytest.raises(ValueError, match="cannot draw"):
        engraver.engrave("<nothing/>")
