"""Charts out of other programs: ChordPro, iReal Pro, MusicXML."""

from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from support.charts import chart_of

from livedshl.charts import chart_text, read_chart, read_chart_file
from livedshl.charts.ireal import unshuffled
from livedshl.errors import SettingsError
from livedshl.improviser import Chart
from livedshl.music import COMMON_TIME, GRIDS, Chord
from livedshl.music.leadsheet import Key
from livedshl.performance.options import make_settings
from livedshl.scores.elements import add_chord

SONG = """\
{title: Lantern Street}
{key: D}
{capo: 2}
# learned by ear
{start_of_verse: Verse 1}
[D]Under the [D7]lamp there's a [G]cat on the [D]stair
{end_of_verse}
{soc}
[A/C#]Sing to me [*softly][N.C.]now
{eoc}
{sot}
e|--3--|--0--|
{eot}
{chorus}
{comment: Bridge x2}
| [Em] no more | [A7] no [D]less |
{start_of_grid}
Outro | G . A . | D . . . | %% |
{end_of_grid}
"""


def bars(chart: Chart, size: int = 4) -> list[str]:
    names = [chord.name if chord else "-" for chord in chart.beats]
    return [
        " ".join(dict.fromkeys(names[at : at + size])) for at in range(0, len(names), size)
    ]  # fmt: skip


def test_a_chordpro_song_gives_its_sections_and_sounds_with_its_capo():
    written = read_chart(SONG)
    chart, remarks = written.played(COMMON_TIME, Key.parse("E"))
    assert written.sounding_key == Key.parse("E")
    verse, chorus = ["E", "E7", "A", "E"], ["B/Eb", "-"]
    bridge = ["F#m", "B7 E"]
    grid = ["A B", "E", "A B", "E"]
    assert bars(chart) == [*verse, *chorus, *chorus, *bridge, *grid, *bridge, *grid]
    names = [section.name for section in chart.sections]
    assert names == ["Verse 1", "Chorus", "Chorus", "Bridge", "Bridge"]
    assert remarks == ()


def test_chords_among_words_are_a_bar_each_and_that_is_said():
    written = read_chart("[C]Here and [Am]there and [F]every[G7]where")
    chart, remarks = written.played(COMMON_TIME, Key.parse("C"))
    assert bars(chart) == ["C", "Am", "F", "G7"]
    assert remarks == ("Chords among words have no bars: each is played for one bar.",)


def test_the_ending_of_a_file_says_that_it_is_chordpro(tmp_path):
    path = tmp_path / "song.cho"
    path.write_text("[C] [F]\n[G]\n")
    chart, _ = read_chart_file(path).played(COMMON_TIME, Key.parse("C"))
    assert bars(chart) == ["C", "F", "G"]


def shuffled(music: str) -> str:
    """iReal Pro's order of characters; the mirror is its own opposite."""
    return unshuffled(music)


def link(music: str, key: str = "Bb") -> str:
    fields = ("Winter Bus", "Weaver Ada", "", "Medium Swing", key, "", "1r34LbKcu7" + music)
    return "irealb://" + quote("=".join((*fields, "", "140", "3")))


TUNE = (
    "*A{T44Bb^7   |G-7 C7 |N1F7 Bb7/D |Kcl  Z}|N2F7, E7, Eb7, D7|Bb6 n  ]"
    "*B[Eh7 A7b9|XyQD-7   LZC*7sus*   |r|    <Fine>Bb^7 Z"
)


@pytest.mark.parametrize("music", [TUNE, TUNE.replace("Kcl  Z}", "Kcl  }")])
def test_an_ireal_link_is_the_tune_that_was_shared(music):
    written = read_chart(link(shuffled(music)))
    assert (written.key, written.metre) == (Key.parse("Bb"), "4/4")
    chart, _ = written.played(COMMON_TIME, Key.parse("Bb"))
    first = ["Bbmaj7", "Gm7 C7"]
    assert bars(chart) == [
        *first, "F7 Bb7/D", "F7 Bb7/D", *first, "F7 E7 Eb7 D7", "Bb6 -",
        "Em7b5 A7", "Dm7", "C7sus4", "Dm7", "C7sus4", "Bbmaj7",
    ]  # fmt: skip
    assert [(section.name, section.beats // 4) for section in chart.sections] == [
        ("A", 8), ("B", 6),
    ]  # fmt: skip


def test_only_whole_blocks_of_fifty_characters_are_shuffled():
    text = "".join(chr(0x100 + n) for n in range(120))
    found = unshuffled(text)
    assert found[:5] == text[45:50][::-1] and found[45:50] == text[:5][::-1]
    assert found[5:10] == text[5:10] and found[24:26] == text[24:26]
    assert found[10:24] == text[26:40][::-1]
    assert found[100:] == text[100:]
    assert unshuffled(found) == text
    assert unshuffled(text[:50]) == text[:50] and unshuffled(text[:51]) == text[:51]


def test_an_open_link_a_playlist_and_an_exported_page_are_read_as_well(tmp_path):
    old = "irealbook://Winter Bus=Weaver Ada=Waltz=D-=n=T34[D-   |W/C   |G-7 A7 D-|n   Z"
    chart, _ = read_chart(old).played(GRIDS["3/4"], Key.parse("Dm"))
    assert bars(chart, 3) == ["Dm", "Dm/C", "Gm7 A7 Dm", "-"]
    two = link(shuffled(TUNE)) + quote("===") + link(shuffled(TUNE)).removeprefix("irealb://")
    (tmp_path / "page.html").write_text(f'<html><a href="{two}">Winter Bus</a></html>')
    written = read_chart_file(tmp_path / "page.html")
    assert written.remarks == ("The link has 2 songs; the first is played.",)
    with pytest.raises(ValueError, match="no song in it; share it again"):
        read_chart("irealb://nothing")


def test_an_ireal_repeat_with_a_count_a_segno_and_a_coda_is_played_out():
    music = "[T44C  |F  S] {G  |Q A  <3x>}|D  |<D.S. al Coda>E  |Q]B  Z"
    chart, _ = read_chart("irealbook://A=B=C=C=n=" + music).played(COMMON_TIME, Key.parse("C"))
    assert bars(chart) == [*"CF", *"GAGAGA", *"DE", *"FG", *"B"]


def score(measures: str, attributes: str = "<fifths>-1</fifths><mode>major</mode>") -> str:
    return (
        "<score-partwise version='4.0'><part-list><score-part id='P1'><part-name>C</part-name>"
        "</score-part></part-list><part id='P1'><measure number='0' implicit='yes'><attributes>"
        f"<divisions>2</divisions><key>{attributes}</key><time><beats>4</beats><beat-type>4"
        "</beat-type></time></attributes><note><rest/><duration>2</duration></note></measure>"
        f"{measures}</part></score-partwise>"
    )


def measure(*chords: tuple[str, int], before: str = "", after: str = "") -> str:
    """A bar with chord symbols, each with the eighth notes that it lasts."""
    element = ET.Element("measure")
    for name, eighths in chords:
        add_chord(element, Chord.parse(name) if name else None, 0)
        note = ET.SubElement(element, "note")
        ET.SubElement(note, "rest")
        ET.SubElement(note, "duration").text = str(eighths)
    inside = "".join(ET.tostring(child, encoding="unicode") for child in element)
    return f"<measure>{before}{inside}{after}</measure>"


SECTION = "<direction><direction-type><rehearsal>{}</rehearsal></direction-type></direction>"
REPEAT = "<barline location='{}'><repeat direction='{}'/></barline>"


def test_the_chord_symbols_of_a_score_are_a_chart(tmp_path):
    path = tmp_path / "chart.musicxml"
    path.write_text(
        score(
            measure(("Dm", 8), before=SECTION.format("A") + REPEAT.format("left", "forward"))
            + measure(("A7/C#", 6), ("Dm/C", 2), after=REPEAT.format("right", "backward"))
            + measure(("Gm6", 4), ("", 4), before=SECTION.format("B"))
            + "<measure><note><rest/><duration>8</duration></note></measure>"
        )
    )
    written = read_chart_file(path)
    assert (written.key, written.metre) == (Key.parse("Dm"), "4/4")  # not the F that it says
    chart, _ = written.played(COMMON_TIME, Key.parse("Dm"))
    assert bars(chart) == ["Dm", "A7/C# Dm/C", "Dm", "A7/C# Dm/C", "Gm6 -", "-"]
    assert [section.name for section in chart.sections] == ["A", "B"]


def test_a_score_without_chord_symbols_is_refused(tmp_path):
    path = tmp_path / "bare.musicxml"
    path.write_text(score("<measure/>"))
    with pytest.raises(SettingsError, match="the score has no chord symbols"):
        make_settings(chords=path)


def test_what_is_written_reads_back(tmp_path):
    chart = chart_of("[A] C | F / / G7/B | N.C. C / / | Am7b5 [B] F F G C | C")
    assert chart_of(chart_text(chart, 4)) == chart


def test_metre_and_key_come_from_the_chart_unless_they_are_given():
    chart = "Time: 3/4\nKey: G\nEm | B7 | Em | Am"
    settings = make_settings(chords=chart)
    assert (str(settings.grid), settings.key) == ("3/4", Key.parse("G"))
    settings = make_settings(chords=chart, metre="4/4", key="D")
    assert (str(settings.grid), settings.key) == ("4/4", Key.parse("D"))
    with pytest.raises(SettingsError, match="the chart is in 7/8, and there are no tunes in that"):
        make_settings(chords="Time: 7/8\nC")


def test_numbers_count_from_the_key_that_is_given_or_of_the_preset():
    assert bars(make_settings(chords="1 | 4 | 5", key="Bb").chart) == ["Bb", "Eb", "F"]
    settings = make_settings("session", chords="I | IV | V7")
    assert settings.chart.beats[0] == Chord(settings.key.tonic, 0)
