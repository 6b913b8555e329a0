"""Where phrases open and close in a section, counted in beats of 4/4: 4 a bar, 2 a hop."""

import pytest

from livedshl.improviser.form import Cadence, SectionMemory, SectionRun
from livedshl.improviser.moment import moment_of
from livedshl.music import COMMON_TIME, GRIDS

HOP = 2
STARTS_AT = 64  # beats; the section ends 32 beats later


def moment(into, returns=True, phrase=0, n_beats=32, cadence=Cadence.FULL, follow_beats=HOP):
    """The moment so many beats into a section, whose phrase began `phrase` beats into it."""
    run = SectionRun(STARTS_AT, STARTS_AT + n_beats, cadence, "A")
    run.phrase = STARTS_AT + phrase
    if returns and n_beats == 32:
        run.half = STARTS_AT + 16
    return moment_of(run, STARTS_AT + into, COMMON_TIME, follow_beats)


@pytest.mark.parametrize(
    ("into", "spot"),
    [
        (0, (None, 0)),
        (2, (None, 2)),
        (22, (None, 22)),
        (24, (Cadence.FULL, -8)),  # the last two bars change with the cadence
        (28, (Cadence.FULL, -4)),
    ],
)
def test_a_spot_is_counted_from_the_start_or_towards_the_close_from_the_end(into, spot):
    assert moment(into).spot == spot


def test_what_leads_to_the_close_is_counted_from_the_end_however_long_a_segment_is():
    grid = GRIDS["3/4"]  # 24 beats a section, 6 a segment
    run = SectionRun(0, 24, Cadence.HALF, "A")
    spots = [moment_of(run, beat, grid, 6).spot for beat in (0, 6, 12, 18)]
    assert spots == [(None, 0), (None, 6), (Cadence.HALF, -12), (Cadence.HALF, -6)]


def test_a_section_has_two_phrases_where_its_beginning_returns_and_else_one():
    assert [moment(into, phrase=0).phrase_end - STARTS_AT for into in (0, 14)] == [16, 16]
    assert moment(16).phrase_end - STARTS_AT == 32
    assert moment(0, returns=False).phrase_end - STARTS_AT == 32
    assert moment(0, n_beats=24).phrase_end - STARTS_AT == 24  # not a whole section


def test_a_phrase_opens_at_the_start_of_each_half():
    opening = [into for into in range(0, 32, HOP) if moment(into).opens_phrase]
    assert opening == [0, 16]
    assert [into for into in range(0, 32, HOP) if moment(into).opens_section] == [0]
    assert [into for into in range(0, 32, HOP) if moment(into, returns=False).opens_phrase] == [0]


def test_the_last_passage_of_a_phrase_sounds_to_its_end():
    lengths = [moment(into).n_beats for into in (0, 8, 10, 12)]
    assert lengths == [2, 2, 2, 4]
    assert [moment(into, phrase=16).n_beats for into in (16, 26, 28)] == [2, 2, 4]
    assert moment(11).n_beats == 1  # an answer may begin off the grid


def test_the_first_two_bars_return_at_the_half():
    returning = {into: moment(into).returning_spot for into in range(0, 32, HOP)}
    there = {into: spot for into, spot in returning.items() if spot}
    assert there == {16: (None, 0), 18: (None, 2), 20: (None, 4), 22: (None, 6)}
    assert all(moment(into, returns=False).returning_spot is None for into in range(0, 32, HOP))


def test_what_followed_the_first_time_is_found_by_either_count():
    section = SectionMemory(True, False)
    assert moment(4).following_in(section) is None
    section.segments[None, 6] = 17
    assert moment(4).following_in(section) == 17
    section.segments[Cadence.FULL, -26] = 18
    assert moment(4).following_in(section) == 18
    assert moment(4, cadence=Cadence.END).following_in(section) == 17


def test_a_free_run_never_returns():
    run = SectionRun(0, 10**9, Cadence.END)
    free = moment_of(run, 1000, COMMON_TIME, HOP)
    assert (free.spot, free.returning_spot, free.n_beats) == ((None, 1000), None, HOP)
