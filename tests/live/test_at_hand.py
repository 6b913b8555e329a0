"""What charts and models there are to choose from, and what a typed chart comes to."""

import pytest

from livedshl.errors import CommandError, LivedshlError
from livedshl.live.at_hand import AtHand, chart_folders
from livedshl.music import Chord
from livedshl.performance.options import make_settings
from livedshl.performance.set_list import make_set

SET = """
[[song]]
title = "Opener"
[[song]]
title = "Ballad"
key = "G"
chords = "G | Em | C | D7"
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "blues.txt").write_text("Title: Blues\nE7 | A7 | E7 | B7\n")
    (tmp_path / "waltz.txt").write_text("Time: 3/4\nC | F | G | C\n")
    (tmp_path / "letter.txt").write_text("Dear band, we meet at eight.\nBring chairs\n")
    (tmp_path / "song.cho").write_text("{title: Song}\n[G]Words and [C]more [D7]words [G]\n")
    (tmp_path / "large.txt").write_text("C | G\n" * 100_000)
    (tmp_path / "damaged.mxl").write_bytes(b"PK\3\4")
    (tmp_path / "C | F.txt").mkdir()
    return tmp_path


def looked(settings, *folders):
    at_hand = AtHand(settings, folders, models=None)
    at_hand.look()
    return at_hand


def test_charts_come_from_the_set_the_folder_and_the_presets_of_this_metre(folder):
    (folder / "set.toml").write_text(SET)
    at_hand = looked(make_set(folder / "set.toml", preset="session", model="session"), folder)
    assert at_hand.charts[:4] == ("none", "Ballad", "blues", "song")
    assert "reggae" in at_hand.charts and "letter" not in at_hand.charts


def test_a_chart_at_hand_is_read_when_it_is_chosen_and_brings_its_key(folder):
    settings = make_settings("session")
    at_hand = looked(settings, folder)
    (folder / "blues.txt").write_text("A7 | D7 | A7 | E7\n")
    blues = at_hand.chart("blues", settings.steering.chart)
    assert (blues.name, str(blues.key)) == ("blues", "A")
    assert blues.sounding.beats[0] == Chord.parse("A7")
    (folder / "blues.txt").unlink()
    with pytest.raises(LivedshlError, match=r"blues\.txt: no such file"):
        at_hand.chart("blues", settings.steering.chart)


def test_a_typed_chart_may_have_lines_counts_from_the_key_and_can_be_chosen_again():
    settings = make_settings("session", key="G")
    at_hand = looked(settings)
    followed = at_hand.chart(
        "[A] ⏎ 1 | 4 | 57 | 1 ⏎ [B] ⏎ 6- | 2m7 | 57 | 57", settings.steering.chart
    )
    names = [chord.name for chord in followed.sounding.beats[::4]]
    assert names == ["G", "C", "D7", "G", "Em", "Am7", "D7", "D7"]
    assert followed.name in at_hand.charts
    in_d = make_settings("session", key="D").steering.chart
    assert at_hand.chart(followed.name, in_d).sounding.beats[0] == Chord.parse("D")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("H | C", "chart: bar 1: not a chord name: 'H'. Write C, Am"),
        ("blus", "not a chord name: 'blus'. Did you mean 'blues'?"),
        ("/etc/passwd", "chart: .*not a chord name"),
        ("Time: 3/4 ⏎ C | F", "the chart is in 3/4, the music is in 4/4. Start again"),
        ("<b>C</b> | F", "not a chord name"),
        ("|", "the chart has no bars"),
    ],
)
def test_what_is_not_understood_is_told_as_on_the_command_line(folder, text, told):
    settings = make_settings("session")
    with pytest.raises(LivedshlError, match=told):
        looked(settings, folder).chart(text, settings.steering.chart)


def test_models_with_tunes_of_the_metre_and_mode_can_be_chosen_and_no_path():
    at_hand = looked(make_settings("jig"))
    assert (
        at_hand.model_names[:2] == ("session", "lieder") and "songbook" not in at_hand.model_names
    )
    assert at_hand.model("lieder").folder.name == "6-8"
    assert at_hand.model("session").manifest == ""
    with pytest.raises(CommandError, match=r"no model 'leader'\. Did you mean 'lieder'\?"):
        at_hand.model("leader")
    with pytest.raises(CommandError, match="there is no model"):
        at_hand.model(str(at_hand.model("lieder").folder))
    with pytest.raises(LivedshlError, match=r"no tunes in 6/8 major.*It has 4/4 major, 3/4"):
        at_hand.model("songbook")


def test_charts_are_looked_for_where_it_was_started_and_beside_the_files_it_was_given(
    folder, monkeypatch, tmp_path_factory
):
    started = tmp_path_factory.mktemp("started")
    monkeypatch.chdir(started)
    assert chart_folders(folder / "blues.txt", "C | F" * 200, None) == [started, folder]
