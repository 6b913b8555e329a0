"""The lead sheet of the page: the line that sounds and what is composed beyond it."""

from dataclasses import replace
from xml.etree import ElementTree as ET

from support.still import SONGS, StillSession

from livedshl.surfaces.web.lead_sheet import lead_sheet

BAR = 1920


def bars_of(sheet):
    return len(ET.fromstring(sheet["score"]).findall("part/measure"))


def test_it_begins_with_the_line_that_sounds_and_ends_with_what_is_composed():
    snapshot = StillSession().snapshot()  # the fifth of seven bars
    sheet = lead_sheet(snapshot)
    assert sheet["from"] == 4 * BAR and bars_of(sheet) == 3
    sheet = lead_sheet(replace(snapshot, tick=4 * BAR - 1))
    assert sheet["from"] == 0 and bars_of(sheet) == 7


def test_what_was_forgotten_is_left_out_bar_by_bar():
    snapshot = StillSession().snapshot()
    sheet = lead_sheet(replace(snapshot, tick=3 * BAR, chunks=snapshot.chunks[3:]))
    assert sheet["from"] == 2 * BAR


def test_it_shows_the_key_and_the_sections_and_no_title():
    text = lead_sheet(replace(StillSession().snapshot(), tick=0))["score"]
    score = ET.fromstring(text)
    assert score.findtext(".//fifths") == "1"
    assert score.findtext(".//rehearsal") == "A"
    assert "The Lamp on the Sill" not in text


def test_the_tune_of_each_bar_goes_with_it():
    snapshot = StillSession().snapshot()
    sheet = lead_sheet(snapshot)
    assert [tick for tick, _ in sheet["sources"]] == [4 * BAR, 5 * BAR, 6 * BAR]
    assert {title for _, title in sheet["sources"]} <= set(SONGS)


def test_there_is_none_before_the_music():
    snapshot = StillSession().snapshot()
    assert lead_sheet(replace(snapshot, chunks=())) is None
    assert lead_sheet(replace(snapshot, tick=100 * BAR)) is None
