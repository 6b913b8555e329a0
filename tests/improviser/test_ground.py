"""How long sections are and how they close, over a chart and over none."""

from livedshl.improviser import Chart
from livedshl.improviser.ground import Ground
from livedshl.music import COMMON_TIME, Mode

BLUES = "C7 | F7 | C7 | C7 | F7 | F7 | C7 | A7 | Dm7 | G7 | C7 | G7"
SONG = " | ".join(["C"] * 16 + ["F"] * 7 + ["G"] + ["C"] * 8)  # AABA


def ground(chart=None):
    return Ground.of(chart and Chart.parse(chart, COMMON_TIME), COMMON_TIME, Mode.MAJOR)


def test_without_a_chart_a_section_has_eight_bars_and_may_close_anywhere():
    free = ground()
    assert free.section_end(20) == 52
    assert free.closes_on_tonic(52)
    assert free.half_returns(0, 32)
    assert free.plan(0) is None


def test_a_blues_has_sections_of_twelve_bars():
    blues = ground(BLUES)
    assert blues.section_end(0) == 48
    assert not blues.half_returns(0, 48)
    assert not blues.closes_on_tonic(48)  # it turns around on G7


def test_a_section_that_begins_late_ends_where_the_chart_does():
    blues = ground(BLUES)
    assert blues.section_end(12) == 48
    assert blues.section_end(40) == 96  # two bars would be too short


def test_the_sections_of_a_song_return_over_their_own_chords():
    song = ground(SONG)
    assert song.plan(0) == "AABA"
    assert song.plan(64) == "BAAA"  # a tune that begins with the bridge
    assert not song.closes_on_tonic(96)
    assert song.closes_on_tonic(128)


def test_a_beginning_returns_in_the_middle_only_over_the_same_chords():
    assert ground("C | F | G7 | C").half_returns(0, 32)
    assert not ground("C | F | G7 | C | Am | F | G7 | C").half_returns(0, 32)
