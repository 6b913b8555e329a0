"""What stays the same during a training run: the pairs of each epoch, and the learning rate."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from livedshl.bundle import SegmentLibrary
from livedshl.learning.networks import Networks
from livedshl.learning.pairs import PairSplit
from livedshl.learning.settings import Method, TrainingSettings
from livedshl.learning.workers import ALONE, Workers

_WARM_UP = 0.1  # share of a training during which the learning rate rises


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """Tunes of one metre and mode to learn from, and their pairs.

    own: the first so many rows are the tunes to learn for; the others only help.
    """

    library: SegmentLibrary
    split: PairSplit
    own: int

    def pairs(self, own_alone: bool) -> NDArray[np.int32]:
        """The pairs to learn from, int32[m, 2]: all, or those of the own tunes."""
        training = self.split.training
        return training[(training < self.own).all(1)] if own_alone else training


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """What stays the same during a training run."""

    lessons: tuple[Lesson, ...]
    settings: TrainingSettings
    workers: Workers = ALONE

    @property
    def batch_size(self) -> int:
        """Pairs per batch."""
        n_pairs = sum(len(lesson.split.training) for lesson in self.lessons)
        return self.settings.batch_size_for(n_pairs)

    def batches(
        self, rng: np.random.Generator, epoch: int
    ) -> list[tuple[Lesson, NDArray[np.int32]]]:
        """The pairs of an epoch in random order, in batches of one lesson each, int32[B, 2].

        The last epochs learn from the own tunes alone, as the settings say.
        """
        settings, size = self.settings, self.batch_size
        own_alone = epoch >= settings.epochs - settings.own_epochs
        batches = []
        for lesson in self.lessons:
            pairs = rng.permutation(lesson.pairs(own_alone))
            starts = range(0, len(pairs), size)
            batches += [(lesson, pairs[start : start + size]) for start in starts]
        if len(self.lessons) > 1:
            rng.shuffle(batches)
        return batches

    def optimizer(self, networks: Networks) -> torch.optim.Optimizer:
        """A new optimiser for the networks' weights."""
        return torch.optim.AdamW(
            networks.parameters(),
            lr=self.settings.learning_rate,
            weight_decay=self.settings.weight_decay,
        )

    def learning_rate(self, epochs: float) -> float:
        """The rate after so many epochs. The paper's method keeps its own; others change theirs."""
        settings = self.settings
        if settings.method is Method.PAPER:
            return settings.learning_rate
        return settings.learning_rate * share_of_rate(epochs / settings.epochs)


def share_of_rate(share: float) -> float:
    """The share of the learning rate after a share of the training: it rises, then falls to 0."""
    cosine = (1 + math.cos(math.pi * max(0.0, share - _WARM_UP) / (1 - _WARM_UP))) / 2
    return min(share / _WARM_UP, cosine)
