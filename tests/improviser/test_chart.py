import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.charts import chart_of
from support.strategies import VOCABULARY, grids

from livedshl.improviser import Chart
from livedshl.improviser.chart import ChartDistance
from livedshl.music import GRIDS, Chord
from livedshl.music.chords import NO_CHORD, QUALITIES

chords = st.builds(Chord, st.integers(0, 11), st.integers(0, len(QUALITIES) - 1))


def names(chart):
    return [chord.name for chord in chart.beats]


def test_the_chords_of_a_bar_share_it():
    chart = chart_of("C | Am | F G7 | C Dm G")
    assert names(chart) == [*["C"] * 4, *["Am"] * 4, "F", "F", "G7", "G7", "C", "C", "Dm", "G"]


def test_a_percent_sign_or_an_empty_bar_is_the_bar_before():
    chart = chart_of("| F G7 | % | | C |", GRIDS["3/4"])
    assert names(chart) == ["F", "F", "G7"] * 3 + ["C"] * 3


def test_a_file_may_have_lines_and_flats():
    chart = chart_of("Db | Gbmaj7 |\n\nBbm7 | Abm\n", GRIDS["6/8"])
    assert names(chart) == [name for name in ("C#", "F#maj7", "Bbm7", "Abm") for _ in range(2)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("C | Am | Fm9x", "bar 3: not a chord name: 'Fm9x'"),
        ("C | H", "bar 2: not a chord name: 'H'"),
        ("% | C", "bar 1 repeats the bar before, but there is none"),
        ("C | C D E F G", "bar 2 has 5 chords, but only 4 beats"),
        ("", "the chart has no bars"),
    ],
)
def test_an_error_names_the_bar_and_what_is_wrong(text, told):
    with pytest.raises(ValueError, match=told):
        chart_of(text)


@given(st.lists(chords, min_size=1, max_size=12), grids, st.integers(-5, 6))
def test_a_chart_goes_round_and_keeps_its_chords_in_every_key(bars, grid, semitones):
    chart = chart_of(" | ".join(chord.name for chord in bars), grid)
    beats = len(bars) * grid.bar_beats
    assert list(chart.beats) == [chord for chord in bars for _ in range(grid.bar_beats)]
    assert chart.at(beats * 3 - 1, 2) == [bars[-1], bars[0]]
    assert chart.transposed(semitones).transposed(-semitones) == chart


@pytest.mark.parametrize(
    ("bars", "section", "letters"),
    [
        ("C | Am | F | G7", 8, "A"),
        ("C | F | G7", 9, "A"),
        ("F7 | Bb7 | F7 | F7 | Bb7 | Bb7 | F7 | D7 | Gm7 | C7 | F7 | C7", 12, "A"),
        ("C | % | % | % | F | % | C | %", 8, "A"),
        (" | ".join(["C"] * 16 + ["G"] * 8 + ["C"] * 8), 8, "AABA"),
        (" | ".join(["C"] * 8 + ["F"] * 8), 8, "AB"),
        (" | ".join(["C"] * 32), 8, "A"),
        (" | ".join(["C", "G"] * 13), 26, "A"),
    ],
)
def test_sections_are_as_long_as_the_chart_and_named_by_its_chords(bars, section, letters):
    layout = chart_of(bars).layout(bar_beats=4)
    assert set(layout.lengths) == {4 * section}
    assert letters == (layout.letters if set(layout.letters) != {"A"} else "A")


@pytest.mark.parametrize(
    ("text", "bars", "letters"),
    [
        ("[A] |: C | F | G | C | C | F | G | C :| [B] Dm | G | C | Am | Dm | G | C | G [A]",
         [8, 8, 8, 8, 8], "AABAA"),
        ("[B] C | F | G | C [A] F | G | C | C", [4, 4], "BA"),  # letters are kept
        ("Intro: Am | G\nVerse: C | F | G | C\nChorus: F | G | F | G\nVerse", [6, 4, 4], "ABC"),
        ("[A] C | F | G | C [A] C | F | G | Am", [4, 4], "AB"),  # other chords, another letter
        ("[A] " + "C | F | G | C | " * 6 + " [B] F | F | F | F", [8, 8, 8, 4], "AAAB"),
        ("[A] C | G | F | G | C | C [B] F | C", [8], "A"),  # too short to stand alone
        ("[A] C | G | F [B] F", [8], "A"),  # it goes round
    ],
)  # fmt: skip
def test_a_chart_in_sections_keeps_them(text, bars, letters):
    layout = chart_of(text).layout(bar_beats=4)
    assert ([length // 4 for length in layout.lengths], layout.letters) == (bars, letters)


def test_where_there_is_no_chord_every_note_and_chord_fits():
    chart = chart_of("N.C. | C")
    assert chart.at(0, 5) == [None] * 4 + [Chord.parse("C")]
    distance = ChartDistance(chart, VOCABULARY)
    own = np.array([[VOCABULARY.index(Chord.parse("F"))] * 4, [NO_CHORD] * 4], np.int8)
    assert distance.of(own, beat=0).tolist() == [0, 0]
    steps = np.zeros((16, 3), np.int8)
    assert (chart.written_into(steps, 0, chart.added_to(VOCABULARY), 4)[:, 2] == NO_CHORD).all()


@given(st.lists(chords, min_size=1, max_size=8))
def test_every_chord_of_a_chart_is_written_as_itself(bars):
    chart = Chart(tuple(bars))
    vocabulary = chart.added_to(VOCABULARY)
    assert vocabulary.classes[: len(VOCABULARY)] == VOCABULARY.classes
    steps = np.zeros((8 * 4, 3), np.int8)
    written = chart.written_into(steps, 3, vocabulary, 4)
    assert [vocabulary.classes[n] for n in written[::4, 2]] == chart.at(3, 8)
    assert np.array_equal(written[:, :2], steps[:, :2])


def test_the_distance_to_a_chart_is_that_of_the_chords_beat_by_beat():
    chart = chart_of("C | F")
    c, f, am = (VOCABULARY.names.index(name) for name in ("C", "F", "Am"))
    own = np.array([[c, c, f, f], [f, f, c, c], [c, c, am, am]], np.int8)
    found = ChartDistance(chart, VOCABULARY).of(own, beat=2)
    to_f, to_am = (Chord.parse(name).distance(Chord.parse("C")) for name in ("F", "Am"))
    from_am = Chord.parse("Am").distance(Chord.parse("F"))
    assert found.tolist() == [0, to_f, from_am / 2]
    assert to_am < to_f


def test_no_chord_is_as_far_from_every_chord_as_a_tritone():
    distance = ChartDistance(Chart((Chord.parse("C"),)), VOCABULARY)
    no_chord = np.full((1, 1), NO_CHORD, np.int8)
    assert distance.of(no_chord, 0)[0] == Chord.parse("C").distance(Chord.parse("F#"))
