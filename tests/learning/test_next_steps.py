import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from support.own_tunes import own_tunes
from support.strategies import step_arrays, thorough

from livedshl.bundle import SegmentLibrary
from livedshl.learning.networks import HashNetwork, as_input
from livedshl.learning.pretraining import (
    StepPredictor,
    learn_next_steps,
    next_step_weights,
    targets,
)
from livedshl.learning.workers import CPU
from livedshl.networks.next_step import NextStep
from livedshl.networks.shape import NetworkShape


@torch.no_grad()
def likelihood_by_torch(predictor, before, after):
    """Of the steps of `after`, all of `before` heard first."""
    played = np.concatenate([before, after])[None]
    likely, _ = predictor(as_input(played, CPU), targets(played))
    return float(likely[0, len(before) - 1 :].sum())


@thorough(max_examples=30)
@given(step_arrays(), st.lists(step_arrays(12), min_size=1, max_size=5), st.integers(0, 99))
def test_numpy_finds_as_likely_what_torch_does(before, after, seed):
    torch.manual_seed(seed)
    predictor = StepPredictor(HashNetwork(NetworkShape(hidden=16)))
    for weights in predictor.parameters():
        weights.data *= 3  # as far from 0 as trained ones
    found = NextStep(next_step_weights(predictor)).likelihood(before, np.array(after))
    expected = [likelihood_by_torch(predictor, before, candidate) for candidate in after]
    assert np.allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_what_a_tune_goes_on_with_is_learned_to_be_likely():
    library = SegmentLibrary.of_tunes(own_tunes())
    told = []
    network = NextStep(learn_next_steps(library, 1, told.append))
    assert told[-1] == 1.0
    right, wrong = [], []
    rng = np.random.default_rng(0)
    for start in library.starts[:-2:5].tolist():
        before, own = library.steps[start : start + 16], library.steps[start + 16 : start + 24]
        if len(own) < 8:
            continue
        other = library.contents(rng.integers(len(library), size=9))[:, :8]
        likely = network.likelihood(before, np.concatenate([own[None], other]))
        right.append(likely[0])
        wrong.append(likely[1:].mean())
    assert np.mean(right) > np.mean(wrong)


def test_the_same_seed_learns_the_same():
    library = SegmentLibrary.of_tunes(own_tunes())
    first, again = (learn_next_steps(library, 7, lambda share: None) for _ in range(2))
    assert np.array_equal(first, again)
