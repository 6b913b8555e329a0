"""What the page is told: pure functions of a moment that stands still."""

import json
from dataclasses import replace
from itertools import pairwise

from support.still import BEAT, HOP, SONGS, StillSession

from livedshl.bundle.accompaniment import BorrowedBar
from livedshl.performance.command_kinds import COMMANDS
from livedshl.performance.commands import Choose, Mute
from livedshl.surfaces.web.news import News
from livedshl.surfaces.web.wording import clock, hello, music, settings, told


def kinds(news, snapshot, now_s):
    return [each["kind"] for each in news.of(snapshot, now_s)]


def test_every_command_has_a_control():
    controls = {control["name"]: control for control in hello()["controls"]}
    assert list(controls) == list(COMMANDS)
    assert controls["tempo"]["moves"] == ["up", "down", "tap"]
    assert controls["mute"]["perPart"] and controls["mute"]["takes"] == "switch"
    assert controls["panic"]["moves"] == []


def test_the_page_hears_of_what_sounds_and_of_everything_that_comes():
    snapshot = StillSession().snapshot()
    shown = music(snapshot)
    assert shown["end"] == snapshot.chunks[-1].end_tick
    starts = [start for start, *_ in shown["notes"]]
    assert min(starts) <= snapshot.tick - 2 * BEAT and max(starts) >= shown["end"] - BEAT
    heard_long_ago = snapshot.tick - 8 * BEAT - HOP
    assert all(end > heard_long_ago for _, end, *_ in shown["notes"])
    assert {channel for _, _, channel, _ in shown["notes"]} == {
        part.channel for part in snapshot.steering.band.parts[:3]
    }


def test_chords_sections_and_tunes_say_where_they_begin():
    shown = music(StillSession().snapshot())
    ticks = [tick for tick, _ in shown["chords"]]
    assert ticks == sorted(set(ticks)) and all(name for _, name in shown["chords"])
    assert {section["plan"] for section in shown["sections"]} == {"AABB"}
    assert {title for _, title, _ in shown["songs"]} <= set(SONGS)
    assert all(before[1:] != after[1:] for before, after in pairwise(shown["songs"]))


def test_the_songs_whose_accompaniment_sounds_are_told_where_they_begin():
    snapshot = StillSession().snapshot()
    assert [bars for _, bars in music(snapshot)["accompaniment"]] == [[]]
    last = snapshot.chunks[-1]
    borrowed = (BorrowedBar("Gute Nacht", "a.mxl", 3), BorrowedBar("<b>Song</b>", "b.mxl", 7))
    last = replace(last, provenance=replace(last.provenance, accompaniment=borrowed))
    told = music(replace(snapshot, chunks=(*snapshot.chunks[:-1], last)))["accompaniment"]
    assert told[1:] == [(last.start_tick, ["Gute Nacht, bar 3", "<b>Song</b>, bar 7"])]


def test_what_may_open_the_next_section_is_told_by_title_and_what_was_chosen_is_marked():
    session = StillSession()
    openings = settings(session.snapshot())["openings"]
    assert [tune["song"] for tune in openings["tunes"]] == list(SONGS)
    assert openings["section"] == "B" and openings["chosen"] is None
    session.send(Choose(2))
    assert settings(session.snapshot())["openings"]["chosen"] == 2


def test_the_settings_tell_every_value_and_the_parts():
    session = StillSession()
    session.send(Mute("Bass", True))
    shown = settings(session.snapshot())
    assert shown["values"]["tempo"] == 110 and shown["values"]["key"] == "G"
    assert "D" in shown["choices"]["key"] and "session" in shown["choices"]["preset"]
    (bass,) = [part for part in shown["parts"] if part["name"] == "Bass"]
    assert bass["silent"] and bass["values"]["mute"] is True


def test_the_songs_of_a_set_list_are_told_by_their_titles():
    snapshot = replace(StillSession().snapshot(), songs=("Opener", "Last <b>One</b>"))
    assert settings(snapshot)["songs"] == ["Opener", "Last <b>One</b>"]
    assert settings(StillSession().snapshot())["songs"] == []


def test_the_clock_says_how_fast_it_runs_and_whether_anybody_hears_it():
    shown = clock(StillSession().snapshot())
    assert shown["ticksPerSecond"] == 110 * 480 / 60 and shown["tempo"] == 110
    assert "IAC Bus" in shown["output"] and shown["heard"]


def test_titles_and_lines_can_hold_anything_and_stay_one_line_of_text():
    session = StillSession()
    bad = "<script>alert(1)</script>\x1b[2J\n\u202e" + "x" * 5000
    session.chunks = tuple(
        replace(chunk, provenance=replace(chunk.provenance, song=bad)) for chunk in session.chunks
    )
    for text in (music(session.snapshot())["songs"][0][1], told(bad)["line"]):
        assert text.isprintable() and len(text) <= 2000
    assert len(music(session.snapshot())["songs"][0][1]) <= 120


def test_all_news_is_json_without_what_json_has_not():
    snapshot = StillSession().snapshot()
    for news in (hello(), music(snapshot), settings(snapshot), clock(snapshot), told("x")):
        assert json.loads(json.dumps(news, allow_nan=False))["kind"] == news["kind"]


def test_news_is_said_once_and_the_clock_again_and_again():
    session, news = StillSession(), News()
    snapshot = session.snapshot()
    assert kinds(news, snapshot, 0.0) == ["hello", "music", "settings", "clock"]
    assert kinds(news, snapshot, 0.01) == []
    assert kinds(news, snapshot, 1.0) == ["clock"]
    session.send(Mute("Bass", True))
    news.tell("Bass muted")
    assert kinds(news, session.snapshot(), 2.0) == ["settings", "clock", "told"]


def test_a_new_server_is_told_everything():
    snapshot, news = StillSession().snapshot(), News()
    list(news.of(snapshot, 0.0))
    news.begin()
    assert kinds(news, snapshot, 1.0) == ["hello", "music", "settings", "clock"]


def test_what_a_busy_server_did_not_take_is_due_again():
    snapshot, news = StillSession().snapshot(), News()
    for each in list(news.of(snapshot, 0.0)):
        news.lost(each)
    assert kinds(news, snapshot, 1.0) == ["hello", "music", "settings", "clock"]
