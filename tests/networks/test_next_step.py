"""The next-step network in NumPy computes what torch computes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.strategies import step_arrays, thorough

from livedshl.networks.next_step import NextStep
from livedshl.networks.shape import NetworkShape

torch = pytest.importorskip("torch")

from livedshl.learning.networks import HashNetwork, as_input  # noqa: E402
from livedshl.learning.pretraining import StepPredictor, next_step_weights, targets  # noqa: E402
from livedshl.learning.workers import CPU  # noqa: E402


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
