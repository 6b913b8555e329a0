from support.hand_made import steps_of

from livedshl.improviser.fit import fitted
from livedshl.music import COMMON_TIME, Chord


def bar(*notes, chord="C", beat=0):
    """The pitches of a bar, each for its length in steps, after it is fitted to one chord."""
    steps = steps_of(list(notes))
    fit = fitted(steps, [Chord.parse(chord)] * (len(steps) // 4), COMMON_TIME, beat)
    assert (fit[:, 1:] == steps[:, 1:]).all()  # rhythm and chords stay
    return fit[:, 0].tolist()


def test_a_clash_on_a_strong_beat_moves_to_the_chord_by_step():
    assert bar((65, 8), (67, 8)) == [64] * 8 + [67] * 8  # F over C: a semitone above E


def test_chord_tones_and_weak_beats_stay():
    notes = [(60, 4), (62, 4), (64, 4), (65, 4)]
    assert bar(*notes) == [60] * 4 + [62] * 4 + [64] * 4 + [65] * 4
    shifted = bar(*notes, beat=1)  # D and F are on strong beats now; D goes on to E by step
    assert shifted == [60] * 4 + [62] * 4 + [64] * 4 + [64] * 4


def test_an_appoggiatura_that_a_step_resolves_stays():
    assert bar((62, 4), (60, 12))[:4] == [62] * 4  # D to C, a whole tone from the chord
    assert bar((62, 8), (60, 8))[:8] != [62] * 8  # too long to pass


def test_of_two_chord_tones_the_one_towards_the_next_note_is_taken():
    assert bar((62, 8), (67, 8))[:8] == [64] * 8
    assert bar((62, 8), (55, 8))[:8] == [60] * 8


def test_rests_and_held_notes_are_left_alone():
    assert bar((0, 8), (67, 8)) == [0] * 8 + [67] * 8


def test_bars_in_which_no_note_begins_stay_as_they_are():
    assert bar((0, 16)) == [0] * 16
