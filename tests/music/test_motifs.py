import numpy as np
from support.hand_made import steps_of

from livedshl.music.motifs import beat_rhythms, motifs


def bar(*notes):
    return steps_of(list(notes))


def test_a_motif_one_step_higher_in_the_scale_has_the_same_intervals():
    low = bar((60, 2), (62, 2), (64, 4))  # C D E: two whole tones
    high = bar((64, 2), (65, 2), (67, 4))  # E F G: a half and a whole tone
    one, other = motifs(low, 8), motifs(high, 8)
    assert one.intervals == other.intervals
    assert other.first - one.first == 2
    assert one.notes == 3


def test_a_motif_is_told_by_rhythm_intervals_and_contour_apart():
    found = motifs(
        np.concatenate([
            bar((60, 2), (62, 2), (64, 4)),
            bar((60, 4), (62, 2), (64, 2)),  # another rhythm
            bar((60, 2), (64, 2), (67, 4)),  # another size of steps
            bar((60, 2), (62, 2), (60, 4)),  # another direction
        ]),
        8,
    )  # fmt: skip
    assert (found.rhythm == found.rhythm[0]).tolist() == [True, False, True, True]
    assert (found.intervals == found.intervals[0]).tolist() == [True, True, False, False]
    assert (found.contour == found.contour[0]).tolist() == [True, True, True, False]


def test_rests_and_held_notes_begin_no_note():
    held = bar((60, 2), (0, 2), (64, 12))
    assert motifs(held, 8).notes.tolist() == [2, 0]
    assert beat_rhythms(held, 4).tolist() == [0b0001, 0b0001, 0, 0]


def test_many_stretches_are_read_at_once():
    several = np.stack([bar((60, 4), (62, 4)), bar((0, 4), (62, 2), (64, 2))])
    assert motifs(several, 4).notes.tolist() == [[1, 1], [0, 2]]
    assert beat_rhythms(several, 4).tolist() == [[1, 1], [0, 0b0101]]
