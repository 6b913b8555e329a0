"""Chords and keys read from notes: the same harmony, however it is laid out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livedshl.music import Chord, Metre, Mode
from livedshl.music.harmony import harmony_of
from livedshl.music.leadsheet import Key

BAR = 1920
# Each gives the notes of a bar of 4/4 in a chord: onset in the bar, length, pitch.
LAYOUTS = {
    "block chords": lambda tones: [(0, BAR, p) for p in tones],
    "an arpeggio": lambda tones: [(240 * i, 240, tones[i % len(tones)]) for i in range(8)],
    "oom-pah": lambda tones: [
        *((beat, 200, tones[0] - 12) for beat in (0, 960)),
        *((beat, 200, p) for beat in (480, 1440) for p in tones[1:]),
    ],
    "a strum": lambda tones: [
        (beat + 15 * i, 400, p) for beat in (0, 480, 960, 1440) for i, p in enumerate(tones)
    ],
    "an inversion": lambda tones: [(0, BAR, tones[1] - 12), *((0, BAR, p) for p in tones)],
}


def read(names, layout):
    """The chords that are read, by bar, from a chord on each bar."""
    notes = [
        (BAR * bar + onset, length, pitch)
        for bar, name in enumerate(names)
        for onset, length, pitch in layout(close_position(Chord.parse(name)))
    ]
    end = BAR * len(names)
    bars = np.arange(0, end, BAR, dtype=np.int32)
    return harmony_of(np.array(notes, np.int32), bars, ((0, Metre(4, 4)),), end)


def close_position(chord):
    return [48 + chord.root + interval for interval in chord.intervals]


def names_of(harmony):
    return [(tick // BAR, Chord(root, quality).name) for tick, root, quality in harmony.chords]


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
def test_a_chord_is_one_chord_however_it_is_laid_out(layout):
    progression = ["Eb", "Ab", "Bb7", "Eb", "Cm", "Fm", "Bb7", "Eb"]
    assert names_of(read(progression, layout)) == list(enumerate(progression))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 11), st.sampled_from(list(LAYOUTS)))
def test_a_progression_is_read_alike_in_every_key(tonic, layout):
    progression = ["C", "Am", "F", "G7", "C", "F", "G7", "C"]
    moved = [Chord.parse(name).transposed(tonic).name for name in progression]
    harmony = read(moved, LAYOUTS[layout])
    assert names_of(harmony) == list(enumerate(moved))
    assert harmony.key == Key(tonic, Mode.MAJOR)


@given(st.integers(0, 11))
@settings(max_examples=12, deadline=None)
def test_a_minor_key_is_told_from_its_relative_major(tonic):
    progression = ["Am", "Dm", "E7", "Am", "F", "Dm", "E7", "Am"]
    moved = [Chord.parse(name).transposed(tonic).name for name in progression]
    assert read(moved, LAYOUTS["block chords"]).key == Key((9 + tonic) % 12, Mode.MINOR)


def test_a_change_of_key_is_found_where_it_happens():
    home = ["C", "F", "G7", "C", "Am", "F", "G7", "C"]
    away = [Chord.parse(name).transposed(4).name for name in home]
    harmony = read([*home, *away], LAYOUTS["block chords"])
    assert [key for _, key in harmony.keys] == [Key(0, Mode.MAJOR), Key(4, Mode.MAJOR)]
    assert abs(harmony.keys[1][0] - BAR * 8) <= BAR


def test_passing_notes_make_no_chords():
    melody = [(240 * i, 240, pitch) for i, pitch in enumerate([72, 74, 76, 77, 79, 77, 76, 74])]
    chord = [(0, BAR, pitch) for pitch in (36, 48, 52, 55)]
    notes = np.array([*chord, *melody, *((t + BAR, n, p) for t, n, p in chord)], np.int32)
    harmony = harmony_of(notes, np.array([0, BAR], np.int32), ((0, Metre(4, 4)),), 2 * BAR)
    assert names_of(harmony) == [(0, "C")]


def test_a_long_silence_ends_the_chord_and_a_short_rest_does_not():
    chord = [(0, 480, pitch) for pitch in (48, 52, 55)]
    notes = [*chord, *((t + BAR, n, p) for t, n, p in chord)]
    notes += [(t + 4 * BAR, n, p + 5) for t, n, p in chord]
    bars = np.arange(0, 5 * BAR, BAR, dtype=np.int32)
    harmony = harmony_of(np.array(notes, np.int32), bars, ((0, Metre(4, 4)),), 5 * BAR)
    assert [root for _, root, _ in harmony.chords.tolist()] == [0, -1, 5]


def test_no_notes_have_no_chords():
    nothing = np.zeros((0, 3), np.int32)
    harmony = harmony_of(nothing, np.array([0], np.int32), ((0, Metre(4, 4)),), BAR)
    assert harmony.chords.tolist() == []


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(-480, 6000), st.integers(1, 3000), st.integers(0, 127)), max_size=40
    ),
    st.sampled_from([Metre(4, 4), Metre(3, 4), Metre(6, 8), Metre(2, 2), Metre(5, 16)]),
)
def test_any_notes_give_chords_in_order_within_the_tune(notes, metre):
    bars = np.arange(0, 8000, metre.bar_ticks, dtype=np.int32)
    array = np.array(notes, np.int32).reshape(-1, 3)
    harmony = harmony_of(array, bars, ((0, metre),), 9600)
    onsets = harmony.chords[:, 0]
    assert (np.diff(onsets) > 0).all()
    assert (onsets < 9600).all()
    assert harmony.keys


# Thirds, sevenths, sixths and ninths; the bass has the roots.
ROOTLESS = {
    "A7": (45, (55, 61, 64)), "D7": (38, (54, 57, 60)), "E7": (40, (56, 59, 62)),
    "G6": (43, (52, 57, 59)),
}  # fmt: skip


def rootless(names, bass_from):
    """Three voices without the root on each bar, and from a bar on the bass under them."""
    notes = []
    for bar, name in enumerate(names):
        root, voices = ROOTLESS[name]
        notes += [(BAR * bar + beat, 400, pitch) for beat in range(0, BAR, 480) for pitch in voices]
        if bar >= bass_from:
            notes += [(BAR * bar + beat, 300, root) for beat in (0, 960)]
    end = BAR * len(names)
    bars = np.arange(0, end, BAR, dtype=np.int32)
    return harmony_of(np.array(notes, np.int32), bars, ((0, Metre(4, 4)),), end)


def test_voicings_without_root_are_read_by_the_bass_that_enters_later():
    blues = ["A7", "D7", "A7", "E7"] * 4
    assert names_of(rootless(blues, bass_from=8)) == list(enumerate(blues))


def test_a_sixth_and_ninth_over_its_root_is_a_chord_on_that_root():
    tune = ["G6", "D7", "G6", "D7"] * 3
    assert [bar for bar, name in names_of(rootless(tune, bass_from=4)) if name == "G6"] == [
        0, 2, 4, 6, 8, 10
    ]  # fmt: skip


def test_a_triad_stays_a_triad_where_the_bass_turns_it_into_a_seventh():
    notes = [(BAR * bar, BAR, pitch) for bar in range(8) for pitch in (60, 64, 67)]
    notes += [(BAR * bar, BAR, 45 if bar > 2 else 36) for bar in range(1, 8)]
    bars = np.arange(0, 8 * BAR, BAR, dtype=np.int32)
    harmony = harmony_of(np.array(notes, np.int32), bars, ((0, Metre(4, 4)),), 8 * BAR)
    assert names_of(harmony)[0] == (0, "C")
