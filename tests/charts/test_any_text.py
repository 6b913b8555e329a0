"""Any text is a chart or an error that a person can read; what is written reads back."""

from hypothesis import given, settings
from hypothesis import strategies as st
from support.charts import chart_of
from support.strategies import grids

from livedshl.charts import chart_text, read_chart
from livedshl.improviser import Chart
from livedshl.improviser.chart import ChartSection
from livedshl.music import COMMON_TIME, Chord
from livedshl.music.chords import QUALITIES
from livedshl.music.leadsheet import Key

chords = st.builds(
    Chord, st.integers(0, 11), st.integers(0, len(QUALITIES) - 1), st.integers(0, 11)
)
names = st.sampled_from(["A", "B", "Verse 1", "Chorus", "Bridge", "Coda", "Middle 8", "Außenteil"])
PIECES = (
    *("C", "|", "%", "|:", ":|", "||", "[", "]", "[A]", "[Verse]", "Verse:", "1.", "2.", "x2"),
    *("(x3)", "/", ".", "-", "N.C.", "F#m7/A", "4", "b7", "V7/ii", "D.C.", "D.S.", "Coda"),
    *("Segno", "Fine", "{soc}", "{key:G}", "[C]la", "irealb://", "irealbook://a=b=c=d=n="),
    *("T44", "{C^7", "Z}", "Key:D", "#", "%%"),
)


@st.composite
def charts(draw, grid):
    """A chart in some sections, or in none."""
    beats, sections = [], []
    known = st.sampled_from([*draw(st.lists(chords, min_size=1, max_size=4)), None])
    lengths = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    for n_bars in lengths:
        size = n_bars * grid.bar_beats
        beats += draw(st.lists(known, min_size=size, max_size=size))
        sections.append(ChartSection(draw(names), size))
    beats[0] = beats[0] or Chord(0, 0)
    return Chart(tuple(beats), tuple(sections) if draw(st.booleans()) else ())


@settings(max_examples=40)
@given(st.data(), grids)
def test_a_chart_that_is_written_out_reads_back_the_same(data, grid):
    chart = data.draw(charts(grid))
    assert chart_of(chart_text(chart, grid.bar_beats), grid) == chart


@settings(max_examples=60)
@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from([*PIECES, "\n", " "]), max_size=60).map(" ".join)
    | st.lists(st.sampled_from([*PIECES, "\n", " "]), max_size=60).map("".join),
    grids,
    st.sampled_from([Key.parse("F"), Key.parse("F#m")]),
)
def test_any_text_is_a_chart_or_an_error(text, grid, key):
    try:
        chart, remarks = read_chart(text).played(grid, key)
    except ValueError as error:
        assert 5 < len(str(error)) < 300
        return
    assert len(chart.beats) % grid.bar_beats == 0
    assert all(remark.endswith(".") for remark in remarks)
    lengths = chart.layout(grid.bar_beats).lengths
    assert sum(lengths) % len(chart.beats) == 0


def test_a_text_of_any_length_is_read_or_refused():
    for piece in ("C|", "[", "A ", "<", "C*", "[A]", "{"):
        for head in ("", "irealbook://a=b=c=d=n=", "{soc}\n"):
            for letters in (2000, 1 << 16):
                text = head + piece * (letters // len(piece))
                try:
                    read_chart(text).played(COMMON_TIME, Key.parse("C"))
                except ValueError as error:
                    assert len(str(error)) < 300
