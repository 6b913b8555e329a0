import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedshl.music import Chord
from livedshl.music.chords import QUALITIES
from livedshl.music.key_finding import key_of_chords
from livedshl.music.leadsheet import Key


def beats(progression):
    bars = [[Chord.parse(name) for name in bar.split()] for bar in progression.split("|")]
    return [bar[beat * len(bar) // 4] for bar in bars for beat in range(4)]


@pytest.mark.parametrize(
    ("progression", "key"),
    [
        ("C | G | Am | F", "C"),
        ("Bb | Eb | F | Bb", "Bb"),
        ("D | G | A7 | D", "D"),
        ("C | Am | F G7 | C", "C"),
        ("Am | D7 | G | G", "G"),
        ("Dm7 | G7 | Cmaj7 | Cmaj7", "C"),
        ("E7|A7|E7|E7|A7|A7|E7|E7|B7|A7|E7|B7", "E"),  # a blues, whose tonic has a seventh
        ("Am | F | C | G", "Am"),
        ("Am | G | F | E7", "Am"),
        ("Em | D | C | Bm", "Em"),
        ("Cm | Ab | Bb | G7", "Cm"),
        ("Bm7b5 | E7 | Am | Am", "Am"),
        ("F#", "F#"),
    ],
)
def test_a_progression_has_the_key_that_a_musician_hears(progression, key):
    assert str(key_of_chords(beats(progression))) == key


@pytest.mark.parametrize(
    ("key", "relative"), [("C", "Am"), ("Am", "C"), ("Bb", "Gm"), ("F#m", "A")]
)
def test_relative_keys_have_the_same_signature(key, relative):
    assert str(Key.parse(key).relative) == relative
    assert Key.parse(key).shift == Key.parse(relative).shift


@given(
    st.lists(
        st.builds(Chord, st.integers(0, 11), st.integers(0, len(QUALITIES) - 1)),
        min_size=1,
        max_size=8,
    )
)
def test_a_progression_that_is_moved_up_moves_its_key(progression):
    key = key_of_chords(progression)
    for semitones in range(12):
        moved = [chord.transposed(semitones) for chord in progression]
        assert key_of_chords(moved) == Key((key.tonic + semitones) % 12, key.mode)
