"""Charts as people type them, with repeats, endings and sections."""

import re

import pytest
from support.charts import chart_of

from livedshl.charts import read_chart
from livedshl.music import GRIDS
from livedshl.music.leadsheet import Key


def bars(text, metre="4/4", key="C"):
    """The chords of each bar that is played, as "F G7"."""
    chart = chart_of(text, GRIDS[metre], key)
    size = GRIDS[metre].bar_beats
    names = [chord.name if chord else "-" for chord in chart.beats]
    return [
        " ".join(dict.fromkeys(names[at : at + size])) for at in range(0, len(names), size)
    ]  # fmt: skip


def sections(text):
    return [(section.name, section.beats // 4) for section in chart_of(text).sections]


@pytest.mark.parametrize(
    ("text", "played"),
    [
        ("|: C | F :|", "C F C F"),
        ("||: C | F :|| G", "C F C F G"),
        ("|: C | F :| x3", "C F C F C F"),
        ("|: C | F :||: G :|", "C F C F G G"),
        ("|: C |1. F :|2. G | A || B", "C F C G A B"),
        ("|: C | [1] F :| [2] G ||", "C F C G"),
        ("|: C |1,2. F :|3. G ||", "C F C F C G"),
        ("C | % | %% | F", "C C C C F"),
        ("C | F x2", "C F C F"),
        ("C | F (x2)\nG | A 2x", "C F C F G A G A"),
        ("C | D Fine | E | F D.C. al Fine", "C D E F C D"),
        ("C | D To Coda | E | F D.C. al Coda | Coda G", "C D E F C D G"),
        ("Segno C | D Fine | E D.S. al Fine", "C D E C D"),
        ("1 4 5 1", "C F G C"),
        ("I - IV - V7 - I", "C F G7 C"),
        ("C, G, Am, F", "C G Am F"),
        ("C -> G -> Am", "C G Am"),
        ("# the bridge is missing\n| C | G |\n## Verse\nG", "C G G"),
        ("Title: Song\nTempo: 120\nC | F", "C F"),
        ("C      G\nthe words of the song\nAm   F\nand more of them", "C G Am F"),
        ("𝄆 C | F 𝄇", "C F C F"),
    ],
)
def test_repeats_endings_and_lines_are_played_out(text, played):
    assert bars(text) == played.split()


@pytest.mark.parametrize(
    ("text", "metre", "beats"),
    [
        ("F G7", "4/4", "F F F F G7 G7 G7 G7"),  # without bar lines a chord is a bar
        ("F G7 |", "4/4", "F F G7 G7"),
        ("F / / G7 |", "4/4", "F F F G7"),
        ("F/// | G7 . . C", "4/4", "F F F F G7 G7 G7 C"),
        ("F - - G7 |", "4/4", "F F F G7"),
        ("F / G7", "3/4", "F F G7"),
        ("F / / G7 / /", "6/8", "F G7"),
        ("F N.C. |", "4/4", "F F - -"),
        ("C/E / Am/G / |", "4/4", "C/E C/E Am/G Am/G"),
    ],
)
def test_chords_of_a_bar_have_the_beats_that_are_written(text, metre, beats):
    chart = chart_of(text, GRIDS[metre])
    assert [chord.name if chord else "-" for chord in chart.beats] == beats.split()


@pytest.mark.parametrize(
    ("text", "played"),
    [
        ("[A] C | F [B] G | C [A]", [("A", 2), ("B", 2), ("A", 2)]),
        ("Verse:\nC G Am F\nChorus: x2\nF | G\nVerse", [("Verse", 4), ("Chorus", 2), ("Chorus", 2),
                                                         ("Verse", 4)]),
        ("[Verse 1 x2]\nC | F\n[Solo]\nG", [("Verse 1", 2), ("Verse 1", 2), ("Solo", 1)]),
        ("Intro (x2): C | D", [("Intro", 2), ("Intro", 2)]),
        ("A: |: " + "C | " * 8 + ":|\nB: F", [("A", 8), ("A", 8), ("B", 1)]),
        ("[A] C|D|E|F [B] G|A|B|C D.C. al Fine", [("A", 4), ("B", 4), ("A", 4), ("B", 4)]),
        ("C | F", []),
    ],
)  # fmt: skip
def test_sections_are_played_in_their_order(text, played):
    assert sections(text) == played


def test_a_chart_may_say_its_key_metre_and_capo():
    chart = read_chart("Key: G\nTime: 3/4\nCapo: 2\n1 | 4 | 5/7")
    assert (chart.key, chart.sounding_key, chart.metre) == (Key.parse("G"), Key.parse("A"), "3/4")
    played, _ = chart.played(GRIDS["3/4"], chart.sounding_key)
    assert [chord.name for chord in played.beats[::3]] == ["A", "D", "E/Ab"]


def test_what_the_band_cannot_play_is_said():
    _, remarks = read_chart("C9 | F | G7alt | C9 | Am").played(GRIDS["4/4"], Key.parse("C"))
    assert remarks == ("The band plays the nearest chord it knows: C9 as C7, G7alt as G7#5.",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("C | H", "bar 2: not a chord name: 'H'; write C, Am"),
        ("C | F\n| G | Xm |", "line 2, bar 2: not a chord name: 'Xm'; write"),
        ("% | C", "bar 1 repeats the bar before, but there is none"),
        ("[A] % | C", "bar 1 repeats the bar before, but there is none"),
        ("C | C D E F G", "bar 2 has 5 chords, but only 4 beats; put a | between bars"),
        ("C / / / G / / /", "bar 1 has 8 beats, but 4/4 has 4; put a | between bars"),
        ("/ / C | D", "bar 1: a beat is held, but no chord comes before it"),
        (":| C", "bar 1 ends something, but no bar comes before it"),
        ("C | D x99", "bar 2: x99 is not from x1 to x64"),
        ("|: C :| x9", "bar 2: :| x9 is more than x8; without the repeat signs"),
        ("[Verse]\n[Chorus] C | D", "line 1, bar 1: section 'Verse' has no bars"),
        ("Key: H\nC", "line 1: not a key: 'H'; write Key: C"),
        ("Time: waltz\nC", "line 1: not a metre: 'waltz'; write Time: 3/4"),
        ("Capo: 99\nC", "line 1: not a capo: '99'; write Capo: 2"),
        ("N.C. | N.C.", "the chart has no chords"),
        ("", "the chart has no bars"),
        ("[A] " + "C | " * 40 + " x60", "the chart is longer than 2,000 bars"),
    ],
)
def test_an_error_says_where_what_and_what_to_write_instead(text, told):
    with pytest.raises(ValueError, match=re.escape(told)):
        chart_of(text)
