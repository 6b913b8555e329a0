"""Ranks at random."""

import numpy as np

from livedshl.evaluation.codes.baselines.material import Material
from livedshl.evaluation.codes.contest import Ranker


def fit(material: Material) -> Ranker:
    """A ranker with random scores."""
    rng = np.random.default_rng(material.seed)
    return lambda contexts: rng.random((len(contexts.places), len(material.contents)))
