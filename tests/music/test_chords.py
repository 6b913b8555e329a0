import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.strategies import VOCABULARY

from livedshl.music import Chord, ChordVocabulary
from livedshl.music.chords import QUALITIES, pitch_class

chords = st.builds(Chord, st.integers(0, 11), st.integers(0, len(QUALITIES) - 1))


@given(chords)
def test_names_read_back(chord):
    assert Chord.parse(chord.name) == chord


@given(chords)
def test_a_chord_is_recognised_by_its_notes(chord):
    assert Chord.of_pitch_classes(chord.root, chord.pitch_classes) == chord


@given(chords, st.integers(-24, 24))
def test_transposing_moves_every_note(chord, semitones):
    moved = {(p + semitones) % 12 for p in chord.pitch_classes}
    assert chord.transposed(semitones).pitch_classes == moved


@pytest.mark.parametrize(
    ("written", "nearest"),
    [("Cmaj7", "C"), ("Fmaj7", "F"), ("Bm7b5", "Dm"), ("Em7", "Em"), ("Dm7", "Dm"), ("E7", "Em")],
)
def test_chords_outside_the_vocabulary_take_the_nearest_class(written, nearest):
    assert VOCABULARY.names[VOCABULARY.index(Chord.parse(written))] == nearest


def test_the_vocabulary_is_what_sounds_longest():
    ticks = {Chord.parse("C"): 50, Chord.parse("G7"): 70, Chord.parse("F#dim"): 1}
    assert ChordVocabulary.counted(ticks, 0.99, 64).names == ("G7", "C", "F#dim")
    many = {Chord(n % 12, n // 12): 100 - n for n in range(30)} | {Chord.parse("C/E"): 1000}
    half = ChordVocabulary.counted(many, 0.95, 64)
    assert half.names[12] == "C/E" and 13 <= len(half) < 31  # the first 12 are for the networks
    assert len(ChordVocabulary.counted(many, 1.0, 20)) == 20


@pytest.mark.parametrize("name", ["H", "", "C4", "Am", "#"])
def test_what_is_no_note_name_is_refused(name):
    with pytest.raises(ValueError, match="not a note name"):
        pitch_class(name)


def test_enharmonic_names_are_one_key():
    assert pitch_class("F#") == pitch_class("Gb") == 6
    assert pitch_class("eb") == pitch_class("D#") == 3
