import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from support.strategies import grids, step_arrays

from livedshl.improviser.merge import agreeing_steps, merge

pairs = grids.flatmap(
    lambda grid: st.tuples(
        st.just(grid),
        step_arrays(grid.segment_steps, grid.beat_steps),
        step_arrays(grid.segment_steps, grid.beat_steps),
    )
)


def segment(*pitches, chord=0):
    """A segment of eight eighths."""
    steps = np.zeros((16, 3), np.int8)
    steps[:, 0] = np.repeat(pitches, 2)
    steps[::2, 1] = 1
    steps[:, 2] = chord
    return steps


def test_agreeing_halves_merge_into_themselves():
    old = segment(60, 62, 64, 65, 67, 69, 71, 72)
    new = segment(67, 69, 71, 72, 74, 72, 71, 69)
    assert agreeing_steps(old, new) == 8
    assert np.array_equal(merge(old, new, 4).steps, old[8:])


def test_the_splice_is_where_both_melodies_meet():
    old = segment(60, 60, 60, 60, 62, 64, 67, 65)
    new = segment(81, 83, 67, 69, 71, 72, 74, 76)
    merged = merge(old, new, 4)
    assert merged.splice == 4
    assert merged.steps[::2, 0].tolist() == [62, 64, 67, 69]


def test_without_a_meeting_the_leap_is_the_smallest():
    old = segment(60, 60, 60, 60, 62, 64, 65, 62)
    new = segment(81, 83, 84, 67, 71, 72, 74, 76)
    merged = merge(old, new, 4)
    assert merged.splice == 6
    assert merged.steps[::2, 0].tolist() == [62, 64, 65, 67]


def test_chords_change_on_a_beat():
    old = segment(60, 60, 60, 60, 62, 64, 65, 62, chord=3)
    new = segment(81, 63, 84, 67, 71, 72, 74, 76, chord=5)
    merged = merge(old, new, 4)
    assert merged.splice == 2
    assert merged.steps[:, 2].tolist() == [3, 3, 3, 3, 5, 5, 5, 5]


def test_a_new_melody_without_onset_starts_with_the_overlap():
    new = np.zeros((16, 3), np.int8)
    new[:, 0] = 64
    merged = merge(segment(*range(60, 68)), new, 4)
    assert merged.splice == 0
    assert merged.steps[:, 0].tolist() == [64] * 8
    assert merged.steps[0, 1] == 1


def test_in_a_jig_chords_change_on_a_dotted_quarter():
    old, new = (np.zeros((12, 3), np.int8) for _ in range(2))
    old[:, 0], new[:, 0] = 62, 65
    old[:, 2], new[:, 2] = 3, 5
    new[[0, 2, 6], 1] = 1
    old[8:, 0] = 65  # the melodies meet on the second eighth of the overlap
    merged = merge(old, new, 6)
    assert merged.splice == 2
    assert merged.steps[:, 2].tolist() == [3] * 6


@given(pairs)
def test_every_step_of_the_overlap_is_the_old_ones_or_the_new_ones(grid_and_segments):
    grid, old, new = grid_and_segments
    hop = grid.hop_steps
    merged = merge(old, new, grid.beat_steps)
    splice = merged.splice
    assert 0 <= splice <= hop == len(merged.steps)
    assert np.array_equal(merged.steps[:splice, :2], old[hop : hop + splice, :2])
    assert np.array_equal(merged.steps[splice:, 0], new[splice:hop, 0])
    if splice < hop and new[splice, 0]:
        assert merged.steps[splice, 1] == 1  # the new melody is heard from its first note on
    chords = merged.steps[:, 2].reshape(grid.hop_beats, grid.beat_steps)
    assert (chords == chords[:, :1]).all()


@given(pairs)
def test_merging_changes_neither_segment(grid_and_segments):
    grid, old, new = grid_and_segments
    before = old.copy(), new.copy()
    merge(old, new, grid.beat_steps)
    assert np.array_equal(old, before[0])
    assert np.array_equal(new, before[1])


@given(pairs)
def test_agreeing_is_counted_in_steps_of_the_overlap(grid_and_segments):
    grid, old, new = grid_and_segments
    hop = grid.hop_steps
    same = sum(old[hop + step].tolist() == new[step].tolist() for step in range(hop))
    assert agreeing_steps(old, new) == same
    assert agreeing_steps(old, np.roll(old, hop, axis=0)) == hop


def test_among_equal_joins_the_one_nearest_the_middle_is_taken():
    same = segment(60, 60, 60, 60, 60, 60, 60, 60)
    assert merge(same, same, 4).splice == 4
