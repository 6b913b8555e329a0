import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from support.hand_made import steps_of
from support.strategies import grids, step_arrays

from livedshl.improviser.variation import varied
from livedshl.music import COMMON_TIME
from livedshl.music.motifs import beat_rhythms, is_onset

EVENS = np.eye(16)[0b0101]
SIMPLE = EVENS + np.eye(16)[0b0001]


def vary(notes, rhythms=SIMPLE, seed=0):
    """The first bar of these notes, with a change."""
    steps = steps_of(notes)
    return varied(steps, np.array([0]), rhythms, COMMON_TIME, seed)[:, :2].tolist(), steps


def test_a_third_is_filled_by_the_note_between_in_a_rhythm_of_the_set():
    changed, _ = vary([(60, 4), (64, 4), (64, 8)], EVENS)
    assert changed[:4] == [[60, 1], [60, 0], [62, 1], [62, 0]]


def test_a_bar_stays_where_no_change_is_in_the_rhythm_of_the_set():
    changed, steps = vary([(60, 4), (64, 4), (64, 8)], np.eye(16)[0b1111])
    assert changed == steps[:, :2].tolist()


def test_a_weak_note_is_left_out_or_led_another_way():
    notes = [(64, 2), (62, 2), (64, 4), (71, 4), (79, 4)]
    changes = {str(vary(notes, seed=seed)[0][:4]) for seed in range(20)}
    assert changes == {
        str([[64, 1], [64, 0], [64, 0], [64, 0]]),
        str([[64, 1], [64, 0], [65, 1], [65, 0]]),  # from above, not from below
    }


def test_a_long_note_is_struck_again_on_one_of_its_beats():
    changes = {str(vary([(60, 16)], seed=seed)[0]) for seed in range(30)}
    once_more = [[60, 0]] * 16
    once_more[0] = [60, 1]
    assert changes == {
        str([*once_more[:beat], [60, 1], *once_more[beat + 1 :]]) for beat in (4, 8, 12)
    }


def test_a_note_that_comes_again_is_held_instead():
    changed, _ = vary([(60, 4), (60, 4), (69, 4), (77, 4)], SIMPLE + np.eye(16)[0b0000])
    assert changed[:8] == [[60, 1], *[[60, 0]] * 7]
    assert changed[8:] == [[69, 1], *[[69, 0]] * 3, [77, 1], *[[77, 0]] * 3]


@given(st.data(), grids, st.integers(0, 99))
def test_only_one_beat_of_a_bar_changes_and_never_the_pitch_on_it(data, grid, seed):
    steps = data.draw(step_arrays(4 * grid.bar_steps, grid.beat_steps))
    rhythms = np.bincount(beat_rhythms(steps, grid.beat_steps), minlength=1 << grid.beat_steps)
    new = varied(steps, np.array([1, 2]), rhythms, grid, seed)
    assert np.array_equal(new, varied(steps, np.array([1, 2]), rhythms, grid, seed))
    changed = (new != steps).any(axis=1).reshape(4, grid.bar_beats, -1)
    assert not changed[[0, 3]].any()
    assert changed.any(axis=2).sum(axis=1).max() <= 1
    assert np.array_equal(new[:: grid.beat_steps, 0], steps[:: grid.beat_steps, 0])
    assert np.array_equal(new[:, 2], steps[:, 2])


def test_rhythms_that_are_rare_do_not_come_in():
    steps = steps_of([(60, 2), (62, 2), (64, 2), (65, 2)] * 4)
    rhythms = EVENS * 10
    for seed in range(10):
        new = varied(steps, np.arange(2), rhythms, COMMON_TIME, seed)
        assert set(beat_rhythms(new, 4).tolist()) == {0b0101}
        assert is_onset(new).sum() == is_onset(steps).sum()
