"""The help and the hint of the screen, in terminals of every size."""

import pytest

from livedshl.surfaces.key_help import OWN_KEYS, hint, key_pages
from livedshl.surfaces.keys import KEYS

ALL_KEYS = [*((key.label, key.help) for key in KEYS if key.help), *OWN_KEYS]


@pytest.mark.parametrize("size", [(36, 8), (40, 12), (80, 24), (97, 30), (120, 40)])
def test_every_key_is_on_some_page_whole_and_no_page_is_too_high(size):
    width, height = size
    pages = key_pages(width, height)
    assert all(len(page) <= height for page in pages)
    assert all(len(line.plain.rstrip()) <= width for page in pages for line in page)
    text = " ".join(" ".join(line.plain for page in pages for line in page).split())
    assert [each for each in ALL_KEYS if " ".join(each) not in text] == []


def test_a_page_says_that_more_keys_follow():
    *first, last = [[line.plain for line in page] for page in key_pages(40, 12)]
    assert first and all("? more keys" in page for page in first) and "? more keys" not in last


@pytest.mark.parametrize(
    ("width", "last"), [(30, "q end"), (60, "n next"), (86, "l learn"), (200, "l learn")]
)
def test_the_hint_names_whole_keys_only(width, last):
    line = hint(width).plain
    assert len(line) <= width
    assert line.rstrip().endswith(f"  {last}")
