"""Ranks by the likelihood of the join under an LSTM that predicts the next step.

Reference: Bretan, Weinberg, Heck: A unit selection methodology for music generation using deep
neural networks (2016), concatenation cost. The LSTM is the paper's, of the prediction stage in
section 3.5. It reorders the best candidates of `bigram` by the first beat that they add.
"""

import math

import numpy as np
import torch
from numpy.typing import NDArray

from livedshl.evaluation.codes.baselines import bigram
from livedshl.evaluation.codes.baselines.material import OVERLAP_FIRST, Material
from livedshl.evaluation.codes.contest import Ranker
from livedshl.learning.networks import HashNetwork, as_input
from livedshl.learning.pretraining import StepPredictor, targets
from livedshl.learning.workers import CPU
from livedshl.networks.contexts import Contexts
from livedshl.networks.shape import NetworkShape

SHORTLIST = 200
_ABOVE_OTHERS = 1e4  # more than any score of the shortlist's ranker, less than a step of overlap
_BATCH, _LEARNING_RATE = 128, 2e-3
_PASSES = 100  # of a small corpus at most: it is known by heart by then


def fit(material: Material, n_batches: int = 2000) -> Ranker:
    """Trains the LSTM on `n_batches` of pairs at most, each read as one passage."""
    enough = _PASSES * math.ceil(len(material.pairs) / _BATCH)
    predictor = _trained(material, min(n_batches, enough))
    shortlist = bigram.fit_mutual_information(material)
    beat_steps = material.training.grid.beat_steps
    first_beats = material.additions[:, :beat_steps]

    @torch.no_grad()
    def rank(contexts: Contexts) -> NDArray[np.floating]:
        scores = shortlist(contexts)
        best = np.argsort(-scores, axis=1, kind="stable")[:, :SHORTLIST]
        for query, sounding in enumerate(contexts.segments):
            chosen = first_beats[best[query]]  # (SHORTLIST, beat, 3)
            before = np.broadcast_to(sounding, (len(chosen), *sounding.shape))
            played = np.concatenate([before, chosen], axis=1)
            likely, _ = predictor(as_input(played, CPU), targets(played))
            joined = likely[:, -beat_steps:].sum(1).numpy()
            overlap = np.round(scores[query, best[query]] / OVERLAP_FIRST) * OVERLAP_FIRST
            scores[query, best[query]] = overlap + _ABOVE_OTHERS + joined
        return scores

    return rank


def _trained(material: Material, n_batches: int) -> StepPredictor:
    rng = np.random.default_rng(material.seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(material.seed)
        predictor = StepPredictor(HashNetwork(NetworkShape()))
    optimizer = torch.optim.Adam(predictor.parameters(), lr=_LEARNING_RATE)
    for _ in range(n_batches):
        pairs = rng.integers(len(material.pairs), size=_BATCH)
        played = np.concatenate([material.firsts[pairs], material.seconds[pairs]], axis=1)
        likely, _ = predictor(as_input(played, CPU), targets(played))
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(-likely.mean())
        optimizer.step()
    return predictor
