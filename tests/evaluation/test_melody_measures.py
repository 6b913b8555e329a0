from dataclasses import replace
from math import isnan

import numpy as np
import pytest
from support.hand_made import piece, real_tunes_of

from livedshl.evaluation.music.form import bars_that_stay, returning_frames
from livedshl.evaluation.music.melody import (
    density_ratio,
    recurring_motifs,
    rhythm_mix,
    section_range,
    sequences,
    still_stretches,
    wide_leaps,
)
from livedshl.music import GRIDS

UP = [(60, 2), (62, 2), (64, 4)]
UP_FROM_E = [(64, 2), (65, 2), (67, 4)]
DOWN = [(64, 2), (62, 2), (60, 4)]
LONG = [(60, 8)]


def test_a_motif_recurs_in_its_phrase_by_rhythm_and_contour():
    assert recurring_motifs(piece((UP + UP_FROM_E) * 4), real_tunes_of()) == 1
    assert recurring_motifs(piece(UP + DOWN + LONG * 6), real_tunes_of()) == 0
    # The other phrase has it, this one does not.
    apart = piece(UP + LONG * 7 + UP + LONG * 7)
    assert recurring_motifs(apart, real_tunes_of()) == 0


def test_a_sequence_is_higher_or_lower_in_the_scale_not_the_same_again():
    assert sequences(piece(UP + UP_FROM_E), real_tunes_of()) == 0.5
    assert sequences(piece(UP + UP), real_tunes_of()) == 0
    assert sequences(piece(UP + DOWN), real_tunes_of()) == 0
    assert isnan(sequences(piece(LONG * 2), real_tunes_of()))


def test_a_section_of_one_rhythm_mixes_nothing():
    even, dotted = [(60, 2), (60, 2)], [(60, 3), (60, 1)]
    assert rhythm_mix(piece(even * 32), real_tunes_of()) == 0
    assert rhythm_mix(piece((even + dotted) * 16), real_tunes_of()) == 1
    jig = piece([(60, 2)] * 6 * 8, grid=GRIDS["6/8"])
    assert isnan(rhythm_mix(jig, real_tunes_of()))


def test_neighbouring_sections_are_compared_by_their_notes():
    quarters, eighths = [(60, 4)] * 32, [(60, 2)] * 64
    assert density_ratio(piece(quarters + eighths + eighths), real_tunes_of()) == 2
    assert density_ratio(piece(eighths * 2), real_tunes_of()) == 1


def test_a_leap_is_wide_from_a_sixth_on_across_rests_too():
    assert wide_leaps(piece([(60, 4), (67, 4), (0, 4), (76, 4)]), real_tunes_of()) == 0.5
    assert isnan(wide_leaps(piece([(60, 16)]), real_tunes_of()))


def test_a_range_is_of_each_section_by_itself():
    low, high = [(60, 16), (64, 16)] * 4, [(72, 16), (0, 16), (80, 16), (80, 16)] * 2
    assert section_range(piece(low + high), real_tunes_of()) == 6
    assert isnan(section_range(piece(low[:4]), real_tunes_of()))


def test_four_bars_of_three_notes_stand_still():
    three, four = [(60, 16), (62, 16), (64, 16), (0, 16)], [(60, 16), (62, 16), (64, 16), (65, 16)]
    assert still_stretches(piece(three), real_tunes_of()) == 1
    assert still_stretches(piece(four), real_tunes_of()) == 0
    assert still_stretches(piece(three + four), real_tunes_of()) == 4 / 5
    assert isnan(still_stretches(piece(three[:3]), real_tunes_of()))


@pytest.mark.parametrize(("again", "share"), [(62, 0.5), (60, 1.0)])
def test_a_bar_stays_if_it_returns_note_for_note(again, share):
    bars = piece([(60, 16), (64, 16), (again, 16), (64, 16)])
    returning = replace(bars, returns=np.array([-1, -1, 0, 1]))
    assert bars_that_stay(returning, real_tunes_of()) == share
    assert isnan(bars_that_stay(bars, real_tunes_of()))


def test_a_bar_returns_by_its_notes_on_the_beats_whatever_lies_between():
    plain, filled = [(60, 4), (64, 4), (67, 8)], [(60, 2), (62, 2), (64, 4), (67, 8)]
    other = [(72, 16)]
    assert returning_frames(piece(plain + other + filled), real_tunes_of()) == pytest.approx(2 / 3)
