from math import isnan

import pytest
from support.hand_made import piece, real_tunes_of

from livedshl.evaluation.music.harmony import (
    authentic_closes,
    clashing_notes,
    foreign_notes,
    half_closes,
    longest_on_a_root,
    root_entropy,
)
from livedshl.music import Mode

EIGHT_BARS = [(60, 16)] * 8


def section(*chords):
    return piece(EIGHT_BARS, chords)


def test_a_piece_on_one_chord_never_moves():
    tonic = section("C")
    assert root_entropy(tonic, real_tunes_of()) == 0
    assert longest_on_a_root(tonic, real_tunes_of()) == 8


def test_roots_are_counted_by_beats_whatever_stands_on_them():
    assert root_entropy(section("C", "G"), real_tunes_of()) == 1
    assert longest_on_a_root(section("C", "C", "G", "G7", "G", "F", "C", "C"), real_tunes_of()) == 3


def test_a_section_closes_by_the_dominant_that_comes_before_the_tonic():
    closes = ["C", "C", "F", "C", "C", "F"]
    assert authentic_closes(section(*closes, "G7", "C"), real_tunes_of()) == 1
    assert authentic_closes(section(*closes, "F", "C"), real_tunes_of()) == 0
    assert isnan(authentic_closes(section(*closes, "C", "G"), real_tunes_of()))  # half a close


def test_a_dominant_from_long_before_closes_nothing():
    assert authentic_closes(section("C", "C", "G", "G", "C", "C", "C", "C"), real_tunes_of()) == 0


@pytest.mark.parametrize(("mode", "chord"), [(Mode.MAJOR, "G"), (Mode.MINOR, "Em")])
def test_bar_4_is_on_the_dominant_of_its_mode(mode, chord):
    tunes = real_tunes_of(mode=mode)
    chords = ["C", "C", "C", chord, "C", "C", "C", "C"]
    assert half_closes(section(*chords), tunes) == 1
    assert half_closes(section(*chords[::-1]), tunes) == 0


def test_notes_on_strong_beats_are_of_their_chord_foreign_to_it_or_clash_with_it():
    # On the strong beats of two bars of C: c, d, f and nothing new; the b between is weak.
    notes = piece([(60, 4), (59, 4), (62, 8), (65, 16)], ["C"])
    assert foreign_notes(notes, real_tunes_of()) == pytest.approx(2 / 3)
    assert clashing_notes(notes, real_tunes_of()) == pytest.approx(1 / 3)  # f against e
    assert isnan(foreign_notes(piece([(60, 32)], [""]), real_tunes_of()))
