"""The segments that a baseline learns from and chooses from."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import SegmentLibrary
from livedshl.evaluation.codes.contest import Ranker
from livedshl.networks.contexts import Contexts

OVERLAP_FIRST = 1e6  # more than any score of a continuation


@dataclass(frozen=True, eq=False)
class Material:
    """Songs to learn from and candidates to choose from.

    training: segments to learn from. pairs: positive pairs of its rows, int32[m, 2].
    contents: the candidates, int8[c, steps, 3]. follow_beats: a hop or a segment. seed: of every
    random choice.
    """

    training: SegmentLibrary
    pairs: NDArray[np.int32]
    contents: NDArray[np.int8]
    follow_beats: int
    seed: int

    @property
    def new_steps(self) -> int:
        """Steps of a segment after the end of the one it follows."""
        return self.follow_beats * self.training.grid.beat_steps

    @cached_property
    def firsts(self) -> NDArray[np.int8]:
        """The first segment of each pair, int8[m, steps, 3]."""
        return self.training.contents(self.pairs[:, 0])

    @cached_property
    def seconds(self) -> NDArray[np.int8]:
        """The new steps of each second segment, int8[m, new_steps, 3]."""
        return self.training.contents(self.pairs[:, 1])[:, -self.new_steps :]

    @cached_property
    def additions(self) -> NDArray[np.int8]:
        """The new steps of each candidate, int8[c, new_steps, 3]."""
        return self.contents[:, -self.new_steps :]


def ranked(material: Material, score: Callable[[NDArray[np.int8]], NDArray[np.float64]]) -> Ranker:
    """A ranker from `score`, which maps the sounding segments, int8[q, steps, 3], to float64[q, c].

    Where segments overlap, the number of steps that agree with the sounding half counts first.
    """
    hop_steps = material.training.grid.hop_steps
    if material.new_steps != hop_steps:
        return lambda contexts: score(contexts.segments)
    beginnings = material.contents[:, :hop_steps]

    def by_overlap(contexts: Contexts) -> NDArray[np.float64]:
        sounding = contexts.segments
        agreement = np.array(
            [(ending == beginnings).all(2).sum(1) for ending in sounding[:, hop_steps:]]
        )
        return agreement * OVERLAP_FIRST + score(sounding)

    return by_overlap
