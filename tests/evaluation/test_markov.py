import numpy as np
import pytest
from support.bundles import random_tunes
from support.hand_made import library_of, steps_of

from livedshl.bundle import SegmentLibrary
from livedshl.evaluation.music.markov import MarkovChain
from livedshl.music import GRIDS

LIBRARY = SegmentLibrary.of_tunes(random_tunes(6, 8, seed=2))


def drawn(library, seed, n_pieces=8, n_steps=256):
    return np.stack(
        list(MarkovChain(library).pieces(n_pieces, n_steps, np.random.default_rng(seed)))
    )


def test_the_same_seed_draws_the_same_pieces_and_another_does_not():
    first, again, other = (drawn(LIBRARY, seed) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()
    assert len(np.unique(first, axis=0)) == len(first)


@pytest.mark.parametrize("grid", GRIDS.values(), ids=str)
def test_pieces_begin_as_tunes_do_and_every_step_has_come_after_the_one_before(grid):
    library = SegmentLibrary.of_tunes(random_tunes(6, 8, seed=2, grid=grid))
    steps = library.steps
    ends = library.tune_steps[1:] - 1
    inside = np.setdiff1d(np.arange(len(steps) - 1), ends)
    openings = {steps[start].tobytes() for start in library.tune_steps[:-1]}
    pairs = {steps[at : at + 2].tobytes() for at in inside.tolist()}
    known_to_end = {steps[end].tobytes() for end in ends.tolist()}
    for piece in drawn(library, seed=3):
        assert piece[0].tobytes() in openings
        for at in range(len(piece) - 1):
            pair = piece[at : at + 2].tobytes()
            assert pair in pairs or piece[at].tobytes() in known_to_end


def test_what_always_followed_follows_and_what_often_followed_does_so_more_often():
    # After 60 comes 62 once and 64 three times; nothing else is open.
    tune = steps_of([(60, 1), (62, 1), (60, 1), (64, 1), (60, 1), (64, 1), (60, 1), (64, 1)] * 8)
    melodies = drawn(library_of(tune), seed=4, n_pieces=40)[..., 0]
    after_60 = melodies[:, 1:][melodies[:, :-1] == 60]
    assert set(after_60) == {62, 64}
    assert 0.6 < (after_60 == 64).mean() < 0.9
    assert set(melodies[:, 1:][melodies[:, :-1] == 62]) == {60}


def test_contexts_do_not_reach_over_the_end_of_a_tune():
    rising, falling = steps_of([(60, 1), (62, 1)] * 16), steps_of([(80, 1), (78, 1)] * 16)
    for piece in drawn(library_of(rising, falling), seed=5, n_steps=24):
        assert len(set(piece[:, 0]) & {60, 62}) in (0, 2)
        assert len(set(piece[:, 0])) == 2
