import numpy as np
import pytest
from hypothesis import given
from support.band import bars, events_of, hops, notes, notes_of, part
from support.strategies import VOCABULARY

from livedshl.arranger import Role
from livedshl.music import GRIDS

PARALLEL = part(Role.COUNTER, "parallel")
DRONE = part(Role.DRONE)


@given(hops)
def test_the_counter_melody_begins_its_notes_a_third_or_sixth_below_from_the_chord(grid_and_hops):
    grid, passages = grid_and_hops
    steps = np.concatenate(passages)
    for onset, _, pitch in notes(passages, PARALLEL, grid=grid):
        melody, _, chord = steps[onset // 120].tolist()
        assert pitch < melody
        assert (melody - pitch) % 12 in {3, 4, 8, 9}
        assert pitch % 12 in VOCABULARY.classes[chord].pitch_classes


def test_an_answer_comes_in_the_second_half_of_a_phrase():
    played = notes(bars(8), part(Role.COUNTER, "answer"))
    assert {onset // 1920 for onset, *_ in played} <= {2, 3, 6, 7}
    assert all(end <= 4 * 1920 or onset >= 6 * 1920 for onset, end, _ in played)


def test_a_counter_melody_leaves_no_note_under_a_chord_it_clashes_with():
    first, second = bars(1, pitch=76)
    second[:, 2] = VOCABULARY.names.index("Dm")
    assert all(end <= 960 for _, end, _ in notes([first, second], PARALLEL))


@given(hops)
def test_a_moving_note_that_the_next_beat_does_not_fit_is_over_by_then(grid_and_hops):
    grid, passages = grid_and_hops
    steps = np.concatenate(passages)
    for onset, end, pitch in notes(passages, part(Role.COUNTER, "line"), grid=grid):
        first = (onset // grid.beat_ticks + 1) * grid.beat_ticks
        for beat in range(first, end, grid.beat_ticks):
            assert pitch % 12 in VOCABULARY.classes[steps[beat // 120, 2]].pitch_classes


@pytest.mark.parametrize("metre", GRIDS)
def test_the_drone_holds_tonic_and_fifth_and_breathes_with_the_phrase(metre):
    grid = GRIDS[metre]
    played = notes(bars(8, grid), DRONE, grid=grid, key_shift=2)
    assert [(onset // grid.bar_ticks, p % 12) for onset, _, p in played] == [
        (0, 2), (0, 9), (4, 2), (4, 9)
    ]  # fmt: skip
    assert {(end - onset) // grid.bar_ticks for onset, end, _ in played} == {4}


def test_the_drone_ends_where_all_is_silent():
    sounding, silent = bars(1)
    silent[:, 0], silent[:, 1], silent[:, 2] = 0, 0, -1
    events = events_of([sounding, silent], [DRONE])
    assert {end for _, end, _ in notes_of(events, DRONE.channel)} == {960}
