from dataclasses import replace
from math import isnan, log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.hand_made import piece, real_tunes_of, steps_of
from support.strategies import grids, step_arrays

from livedshl.evaluation.music.measures import (
    MEASURES,
    cadences,
    chord_tones_on_strong_beats,
    distance_of_new_joins,
    distinct_songs,
    known_transitions_at_joins,
    leap_at_joins,
    longest_quote,
    onset_pattern_entropy,
    pitch_class_entropy,
    returning_bars,
    returning_patterns,
    tunes_alike,
)
from livedshl.evaluation.music.pieces import BARS, Piece
from livedshl.music import GRIDS, Mode

QUARTERS = [(60, 4), (64, 4), (67, 4), (72, 4)]


def test_a_leap_is_from_the_last_note_before_a_join_to_the_first_at_it_or_after():
    notes = [(60, 4), (0, 4), (67, 4), (65, 4)]
    assert leap_at_joins(piece(notes, joins=[8]), real_tunes_of()) == 7
    assert leap_at_joins(piece(notes, joins=[9]), real_tunes_of()) == 2  # the note at 8 goes on
    assert leap_at_joins(piece(notes, joins=[8, 12]), real_tunes_of()) == 4.5


def test_without_a_note_on_both_sides_of_a_join_there_is_no_leap():
    assert isnan(leap_at_joins(piece(QUARTERS), real_tunes_of()))
    assert isnan(leap_at_joins(piece(QUARTERS, joins=[0, 13]), real_tunes_of()))


def test_a_transition_is_known_from_another_song_by_the_chords_of_four_beats():
    song = steps_of([(60, 32)], ["C", "F", "G", "C", "C", "C", "C", "C"])
    same = piece([(60, 32)], ["C", "F", "G", "C", "Am", "C", "C", "C"], joins=[5, 13])
    assert known_transitions_at_joins(same, real_tunes_of(song)) == 0.5
    assert known_transitions_at_joins(replace(same, tune=0), real_tunes_of(song)) == 0
    assert known_transitions_at_joins(replace(same, tune=0), real_tunes_of(song, song)) == 0.5


def test_joins_too_near_the_ends_have_no_transition():
    at_the_ends = piece(QUARTERS, joins=[3, 4, 13])
    assert isnan(known_transitions_at_joins(at_the_ends, real_tunes_of()))


def test_pitch_classes_are_counted_by_notes_whatever_their_octave_and_length():
    assert pitch_class_entropy(piece([(60, 12), (72, 4)]), real_tunes_of()) == 0
    assert pitch_class_entropy(piece([(60, 2), (62, 6), (64, 4), (65, 4)]), real_tunes_of()) == 2


def test_onset_patterns_are_counted_by_bars():
    waltz = GRIDS["3/4"]
    one, other = [(60, 4), (0, 8)], [(0, 4), (60, 8)]
    assert onset_pattern_entropy(piece(one * 4, grid=waltz), real_tunes_of()) == 0
    assert onset_pattern_entropy(piece(one * 2 + other * 2, grid=waltz), real_tunes_of()) == 1


def test_a_pattern_returns_higher_up_and_a_bar_only_note_for_note():
    higher = [(pitch + 2, length) for pitch, length in QUARTERS]
    falling = QUARTERS[::-1]
    tune = piece(QUARTERS + higher + falling + QUARTERS)
    assert returning_patterns(tune, real_tunes_of()) == 0.75
    assert returning_bars(tune, real_tunes_of()) == 0.5


def test_a_bar_with_other_chords_returns_all_the_same():
    assert returning_bars(piece(QUARTERS * 2, ["C", "F"]), real_tunes_of()) == 1


@pytest.mark.parametrize(
    ("metre", "notes", "share"),
    [
        ("4/4", [(60, 4), (61, 4), (62, 4), (61, 4)], 0.5),  # beats 1 and 3
        ("3/4", [(60, 4), (61, 4), (61, 4)], 1.0),  # beat 1
        ("6/8", [(60, 6), (61, 6)], 0.5),  # both
        ("9/8", [(60, 6), (61, 6), (61, 6)], 1.0),  # beat 1
    ],
)
def test_strong_beats_are_the_first_and_the_middle_of_the_bar(metre, notes, share):
    assert chord_tones_on_strong_beats(piece(notes, grid=GRIDS[metre]), real_tunes_of()) == share


def test_strong_beats_without_note_or_chord_do_not_count():
    assert chord_tones_on_strong_beats(piece([(0, 8), (60, 8)]), real_tunes_of()) == 1
    assert isnan(chord_tones_on_strong_beats(piece(QUARTERS, [""]), real_tunes_of()))


@pytest.mark.parametrize(
    ("mode", "chord", "last", "found"),
    [
        (Mode.MAJOR, "C", [(64, 16)], 1),
        (Mode.MAJOR, "G7", [(65, 16)], 1),
        (Mode.MAJOR, "G7", [(60, 16)], 0),  # no tone of the chord
        (Mode.MAJOR, "F", [(65, 16)], 0),  # neither tonic nor dominant
        (Mode.MINOR, "Am", [(60, 16)], 1),
        (Mode.MINOR, "Em", [(64, 16)], 1),
        (Mode.MINOR, "C", [(60, 16)], 0),
        (Mode.MAJOR, "C", [(64, 4), (0, 12)], 1),  # it is over early
        (Mode.MAJOR, "C", [(64, 12), (62, 2), (62, 2)], 1),  # an upbeat to what comes
        (Mode.MAJOR, "C", [(64, 8), (62, 8)], 0),
        (Mode.MAJOR, "C", [(0, 16)], 0),
    ],
)
def test_a_phrase_ends_on_tonic_or_dominant_with_a_note_of_it(mode, chord, last, found):
    phrase = piece([(60, 16)] * 7 + last, ["D"] * 7 + [chord])
    assert cadences(phrase, real_tunes_of(mode=mode)) == found


def test_the_longest_quote_is_of_one_song_and_leaves_plans_and_the_tune_itself_out():
    one = steps_of([(60 + n % 7, 2) for n in range(16)])
    other = steps_of([(80 + n % 5, 2) for n in range(16)])
    corpus = real_tunes_of(one, other)
    half_and_half = piece([(60 + n % 7, 2) for n in range(9)] + [(80 + n % 5, 2) for n in range(7)])
    assert longest_quote(half_and_half, corpus) == 4.5
    assert longest_quote(replace(half_and_half, tune=0), corpus) == 3.5
    plan = np.arange(32) < 12
    assert longest_quote(replace(half_and_half, planned=plan), corpus) == 3.5


def test_songs_are_counted_where_they_are_known():
    songs = frozenset(("a", "b"))
    assert distinct_songs(replace(piece(QUARTERS), songs=songs), real_tunes_of()) == 2
    assert isnan(distinct_songs(piece(QUARTERS), real_tunes_of()))


def test_tunes_are_alike_if_they_are_of_the_dance_of_the_first():
    reel, air = steps_of([(60, 2)] * 32), steps_of([(60, 8)] * 8)
    corpus = real_tunes_of(reel, air, reel)
    starts = corpus.library.tune_steps[:-1]
    first_of_each = np.searchsorted(corpus.library.starts, starts)
    found = replace(piece(QUARTERS), segments=first_of_each)
    assert tunes_alike(found, corpus) == pytest.approx(2 / 3)
    assert isnan(tunes_alike(piece(QUARTERS), corpus))


def test_the_distance_is_the_mean_of_those_that_were_searched_for():
    assert distance_of_new_joins(replace(piece(QUARTERS), distances=np.array([3, 8])), None) == 5.5
    assert isnan(distance_of_new_joins(piece(QUARTERS), None))


@given(st.data(), grids)
def test_every_measure_of_any_piece_is_nothing_or_within_its_bounds(data, grid):
    bounds = {"bits": log2(BARS), "semitones": 127, "beats": BARS * grid.bar_beats, "a piece": 1}
    bounds |= {"bars": 8, "at its widest": grid.bar_steps}
    n_steps = 8 * grid.bar_steps
    steps = data.draw(step_arrays(n_steps, grid.beat_steps))
    joins = np.array(sorted(data.draw(st.sets(st.integers(0, n_steps)))), np.int64)
    drawn = Piece(grid, steps, joins, np.zeros(n_steps, np.bool_), frozenset(("a",)))
    corpus = real_tunes_of(data.draw(step_arrays(n_steps, grid.beat_steps)), grid=grid)
    for measure in MEASURES:
        value = measure.of(drawn, corpus)
        assert isnan(value) or 0 <= value <= bounds.get(measure.unit, 1), measure.name
