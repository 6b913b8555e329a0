"""How long sections are and how they close, over a chart and over none."""

from support.charts import chart_of

from livedshl.improviser.ground import Ground
from livedshl.music import COMMON_TIME, Mode

BLUES = "C7 | F7 | C7 | C7 | F7 | F7 | C7 | A7 | Dm7 | G7 | C7 | G7"
SONG = " | ".join(["C"] * 16 + ["F"] * 7 + ["G"] + ["C"] * 8)  # AABA


def ground(chart=None):
    return Ground.of(chart and chart_of(chart), COMMON_TIME, Mode.MAJOR)


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


UNEQUAL = (
    "[A] C | F | G | C | C | F | G | C [B] Dm | G | Em | Am | Dm | G "
    "[A] C | F | Am | C | N.C. | F | G | N.C."
)


def test_sections_of_a_chart_may_differ_in_length():
    song = ground(UNEQUAL)
    assert song.plan(0) == "ABC"
    assert [song.section_end(beat) for beat in (0, 32, 56, 88)] == [32, 56, 88, 120]
    assert song.plan(32) == "BCA"
    assert song.section_end(44) == 88  # three bars of B are too short
    assert not song.half_returns(0, 56)


def test_no_section_closes_on_the_tonic_where_there_is_no_chord():
    assert ground(UNEQUAL).closes_on_tonic(32)
    assert not ground(UNEQUAL).closes_on_tonic(88)
