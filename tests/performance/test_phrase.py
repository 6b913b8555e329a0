"""What somebody plays along: what is a phrase of it, what a chord, and how it lies on the grid."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedshl.music import COMMON_TIME, Chord
from livedshl.music.segments import MEDIAN_PITCH
from livedshl.performance.phrase import Phrase, PhraseListener

BEAT = COMMON_TIME.beat_ticks
SILENCE = BEAT // 2


def played(*notes):
    """A listener that has heard notes, given as (onset, end, pitch); end None: still held."""
    listener = PhraseListener(COMMON_TIME)
    told = [(onset, 1, pitch) for onset, _, pitch in notes]
    told += [(end, 0, pitch) for _, end, pitch in notes if end is not None]
    for tick, on, pitch in sorted(told):
        (listener.strike if on else listener.release)(tick, pitch)
    return listener


def test_a_melody_is_quantised_and_transposed_and_rests_stay_rests():
    beat = 10 * BEAT
    listener = played(
        (beat + 13, beat + 220, 62), (beat + 251, beat + 470, 64), (beat + 950, beat + 1420, 66)
    )
    assert listener.is_phrase
    assert not listener.ended(beat + 1420 + BEAT // 4, SILENCE)
    assert listener.ended(beat + 1420 + BEAT // 2, SILENCE)
    phrase = listener.take(2, [0] * 4 + [1] * 4 + [2] * 4, 40)
    assert phrase.start_step == 40
    steps = phrase.steps
    assert len(steps) == 12
    melody = [72, 72, 74, 74, 0, 0, 0, 0, 76, 76, 76, 76]  # in C, near B4
    assert (steps[:, 0] % 12).tolist() == [p % 12 for p in melody]
    assert steps[:, 1].tolist() == [1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0]
    assert steps[:, 2].tolist() == [0] * 4 + [1] * 4 + [2] * 4
    assert not listener.is_phrase


@pytest.mark.parametrize("shift", [-5, 0, 6])
def test_a_melody_moves_by_octaves_to_where_the_tunes_lie(shift):
    listener = played((0, 200, 66), (240, 440, 68), (480, 680, 70))
    melody = [pitch for pitch in listener.take(shift, [], 0).steps[:, 0].tolist() if pitch]
    assert [(pitch + shift) % 12 for pitch in melody[::2]] == [6, 8, 10]
    assert abs(np.median(melody) - MEDIAN_PITCH) <= 6


def test_notes_struck_together_are_a_chord_and_no_melody():
    listener = played((0, None, 45), (10, None, 60), (15, None, 64))
    assert listener.chord == Chord.parse("Am")
    assert not listener.is_phrase
    for pitch in (45, 60, 64):
        listener.release(4 * BEAT, pitch)
    assert listener.chord is None
    assert not listener.ended(9 * BEAT, SILENCE)
    assert listener.is_idle(9 * BEAT)


def test_a_melody_over_a_held_chord_is_a_phrase():
    listener = played(
        (0, None, 48), (0, None, 52), (5, None, 55), (480, 700, 72), (720, 950, 74), (960, 1400, 76)
    )
    assert listener.chord == Chord.parse("C")
    assert listener.ended(1400 + BEAT, SILENCE)
    steps = listener.take(0, [], 0).steps
    assert set(steps[:, 0].tolist()) == {72, 74, 76}
    assert listener.chord == Chord.parse("C")  # it is still held


def test_two_notes_are_no_phrase():
    listener = played((0, 100, 60), (240, 300, 62))
    assert not listener.is_phrase
    assert not listener.ended(10 * BEAT, SILENCE)


notes = st.lists(
    st.tuples(st.integers(0, 20_000), st.integers(1, 3000), st.integers(0, 127)), max_size=40
)


@given(notes, st.integers(-5, 6), st.lists(st.integers(-1, 11), max_size=8), st.integers(0, 40))
def test_whatever_is_played_a_phrase_fits_the_grid_and_can_be_read_back(notes, shift, chords, beat):
    listener = played(*((onset, onset + length, pitch) for onset, length, pitch in notes))
    end = 30_000
    if not listener.ended(end, SILENCE):
        return
    phrase = listener.take(shift, chords, beat)
    steps = phrase.steps
    assert 0 < len(steps) <= 144
    assert len(steps) % COMMON_TIME.beat_steps == 0
    assert steps[:, 0].min() >= 0
    assert not (steps[:, 1] & (steps[:, 0] == 0)).any()
    again = Phrase.parse(str(phrase))
    assert again.start_step == phrase.start_step
    assert (again.steps == steps).all()
    heard = phrase.until(phrase.start_step + len(steps) + 3, 16)
    assert len(heard) >= 16
    assert not heard[-3:, 0].any()


@pytest.mark.parametrize("text", ["", "3", "3: ", "3: 1.2", "x: 60.1.0", "3: 200.1.0", "3: 60.7.0"])
def test_what_is_no_phrase_is_refused(text):
    with pytest.raises(ValueError, match=r"not a phrase|'x'"):
        Phrase.parse(text)


def test_a_phrase_is_padded_with_silence_before_and_after():
    phrase = Phrase(8, np.array([(60, 1, 3)] * 4, np.int8))
    assert phrase.until(14, 16)[:, 0].tolist() == [0] * 10 + [60] * 4 + [0] * 2
    assert set(phrase.until(14, 16)[:, 2].tolist()) == {3}
    assert phrase.until(10, 2)[:, 0].tolist() == [60, 60]
