"""Counts how the first chord and pitch of a segment follow the last ones of the segment before.

Ranks by probability, or by pointwise mutual information: how much likelier the first is after the
last than elsewhere. Reference for the latter: Church, Hanks: Word association norms, mutual
information, and lexicography (1990).
"""

import numpy as np
from numpy.typing import NDArray

from livedshl.evaluation.codes.baselines.material import Material, ranked
from livedshl.evaluation.codes.contest import Ranker
from livedshl.learning.pairs import Edges
from livedshl.music.chords import N_CHORD_CLASSES

_PRIOR = 1.0  # weight of a value's overall frequency, in pairs


def fit(material: Material) -> Ranker:
    """Ranks by the probability of the chord times the probability of the pitch."""
    return _fit(material, against_prior=False)


def fit_mutual_information(material: Material) -> Ranker:
    """Ranks by the pointwise mutual information of the chords and of the pitches."""
    return _fit(material, against_prior=True)


def _fit(material: Material, against_prior: bool) -> Ranker:
    before, after = Edges.of(material.firsts), Edges.of(material.seconds)
    candidates = Edges.of(material.additions)
    chords = _follows(before.last_chord, after.first_chord, 1 + N_CHORD_CLASSES, against_prior)
    pitches = _follows(before.last_pitch, after.first_pitch, 128, against_prior)

    def score(sounding: NDArray[np.int8]) -> NDArray[np.float64]:
        now = Edges.of(sounding)
        by_chord = chords[now.last_chord][:, candidates.first_chord]
        by_pitch = pitches[now.last_pitch][:, candidates.first_pitch]
        return by_chord + by_pitch

    return ranked(material, score)


def _follows(
    last: NDArray[np.int64], first: NDArray[np.int64], size: int, against_prior: bool
) -> NDArray[np.float64]:
    """Log probability of each value after each other, float64[size, size]."""
    prior = np.bincount(first, minlength=size) + 1 / size
    prior = prior / prior.sum()
    counts = np.tile(_PRIOR * prior, (size, 1))
    np.add.at(counts, (last, first), 1)
    likely = np.log(counts / counts.sum(1, keepdims=True))
    follows: NDArray[np.float64] = likely - np.log(prior) if against_prior else likely
    return follows
