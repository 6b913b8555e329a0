from itertools import combinations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.band import bars, events_of, notes, part, struck
from support.strategies import VOCABULARY

from livedshl.arranger import Colour, Role, patterns_of
from livedshl.arranger.voicing import voice_chord
from livedshl.bundle import open_bundle
from livedshl.bundle.catalogue import find_bundle
from livedshl.music import GRIDS, Chord

OFF_THE_BEAT = {"offbeats", "bossa", "skank", "stabs"}


def chords(pattern, **others):
    return part(Role.CHORDS, pattern, **others)


def movement(voicing, before):
    return sum(abs(a - b) for a, b in zip(voicing, before, strict=True))


def least_movement(pitch_classes, before):
    within = [pitch for pitch in range(52, 72) if pitch % 12 in pitch_classes]
    return min(
        movement(voicing, before)
        for voicing in combinations(within, 3)
        if {pitch % 12 for pitch in voicing} == pitch_classes
    )


@given(st.lists(st.sampled_from(VOCABULARY.classes), min_size=2, max_size=20))
@example([Chord(4, 1), Chord(5, 0), Chord(10, 0), Chord(4, 1), Chord(0, 0)])
def test_chords_move_little_and_sound_like_themselves(progression):
    before = None
    for chord in progression:
        voicing = voice_chord(chord, 52, 71, before)
        assert {p % 12 for p in voicing} <= chord.pitch_classes
        assert chord.root in {p % 12 for p in voicing}
        if before:
            # Less is impossible where the nearest inversion leaves the range.
            least = least_movement({p % 12 for p in voicing}, before)
            assert movement(voicing, before) <= max(9, least)
        before = voicing


@pytest.mark.parametrize(
    ("name", "pitch_classes"),
    [("Bm7b5", {2, 5, 9}), ("E7#5", {8, 0, 2}), ("Bm7", {11, 2, 9}), ("Edim7", {7, 10, 1})],
)
def test_a_seventh_chord_keeps_what_tells_it_from_others(name, pitch_classes):
    voicing = voice_chord(Chord.parse(name), 52, 71, None)
    assert {pitch % 12 for pitch in voicing} == pitch_classes


def test_in_the_tunes_that_ship_the_voices_move_by_seven_semitones_at_most_at_the_median_change():
    bundle = open_bundle(find_bundle("session"))
    steps = bundle.library.steps[: 16 * 2000 : bundle.library.grid.beat_steps, 2]
    moved, before = [], None
    for chord in steps[np.flatnonzero(np.diff(steps))].tolist():
        voicing = voice_chord(bundle.vocabulary.classes[chord], 50, 71, before)
        moved.append(movement(voicing, before) if before else 0)
        before = voicing
    assert len(moved) > 1000
    assert np.median(moved) <= 7


@pytest.mark.parametrize(
    ("pattern", "metre", "steps_and_voices"),
    [
        ("waltz", "3/4", [(0, 1), (4, 2), (8, 2)]),
        ("boom-chick", "4/4", [(0, 1), (4, 2), (8, 1), (12, 2)]),
        ("boom-chick", "6/8", [(0, 1), (4, 2), (6, 1), (10, 2)]),
        ("offbeats", "4/4", [(4, 3), (12, 3)]),
        ("beats", "9/8", [(0, 3), (6, 3), (12, 3)]),
        ("strum", "4/4", [(0, 3), (4, 3), (6, 2), (10, 2), (12, 3), (14, 2)]),
        ("arpeggio", "6/8", [(step, 1) for step in range(0, 12, 2)]),
        ("sustain", "3/4", [(0, 3)]),
    ],
)
def test_patterns_fall_where_the_metre_says(pattern, metre, steps_and_voices):
    grid = GRIDS[metre]
    events = struck(events_of(bars(2, grid), [chords(pattern)], grid=grid))
    steps, voices = np.unique(events[:, 0] // 120, return_counts=True)
    second_bar = [(step + grid.bar_steps, n) for step, n in steps_and_voices]
    found = list(zip(steps.tolist(), voices.tolist(), strict=True))
    assert found == steps_and_voices + second_bar


@pytest.mark.parametrize("pattern", sorted(set(patterns_of(Role.CHORDS)) - OFF_THE_BEAT))
def test_a_chord_that_changes_on_the_half_bar_is_heard_there(pattern):
    first, second = bars(1)
    second[:, 2] = VOCABULARY.names.index("F")
    played = notes([first, second], chords(pattern))
    assert {p % 12 for _, end, p in played if end <= 960} <= {0, 4, 7}
    later = [(onset, p % 12) for onset, end, p in played if end > 960]
    assert {p for _, p in later} <= {5, 9, 0}
    assert 960 in {onset for onset, _ in later}


def test_a_pad_ties_the_voices_that_stay():
    first, second = bars(1)
    second[:, 2] = VOCABULARY.names.index("Am")
    played = notes([first, second], chords("pad"))
    assert sorted((onset, end, p % 12) for onset, end, p in played) == [
        (0, 960, 7),
        (0, 1920, 0),
        (0, 1920, 4),
        (960, 1920, 9),
    ]


def test_an_arpeggio_rings_to_the_bar_line():
    played = notes(bars(2), chords("arpeggio"))
    assert {1920, 3840} <= {end for _, end, _ in played}
    assert max(end - onset for onset, end, _ in played) > 900
    assert all(onset // 1920 == (end - 1) // 1920 for onset, end, _ in played)


def test_a_strum_runs_from_string_to_string():
    first = notes(bars(1), chords("strum"))[:3]
    assert [onset for onset, *_ in first] == [0, 8, 16]
    pitches = [pitch for *_, pitch in first]
    assert pitches == sorted(pitches)


def test_a_low_density_leaves_out_strokes_between_the_beats():
    sparse = notes(bars(4), chords("strum", density=0))
    assert {onset % 480 for onset, *_ in sparse} == {0, 8, 16}


@pytest.mark.parametrize("colour", Colour)
def test_a_colour_adds_no_ninth_that_leaves_the_key(colour):
    white = {0, 2, 4, 5, 7, 9, 11}
    for name in ("C", "Dm", "Em", "F", "G7", "Am"):
        chord = Chord.parse(name)
        voicing = voice_chord(chord, 52, 71, None, colour, 0, lambda pitch: pitch % 12 in white)
        if colour is not Colour.BLUES:
            assert {pitch % 12 for pitch in voicing} <= white, name
