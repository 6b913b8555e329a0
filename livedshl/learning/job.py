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
class Job:
    """What stays the same during a training run; `own` as in `train`."""

    library: SegmentLibrary
    split: PairSplit
    settings: TrainingSettings
    own: int
    workers: Workers = ALONE

    @property
    def batch_size(self) -> int:
        """Pairs per batch."""
        return self.settings.batch_size_for(len(self.split.training))

    def pairs(self, epoch: int) -> NDArray[np.int32]:
        """The pairs that an epoch learns from: in the last ones those of the own tunes."""
        training = self.split.training
        if epoch < self.settings.epochs - self.settings.own_epochs:
            return training
        return training[(training < self.own).all(1)]

    def batches(self, rng: np.random.Generator, epoch: int) -> list[NDArray[np.int32]]:
        """The pairs of an epoch in random order, in batches, int32[B, 2]."""
        pairs = rng.permutation(self.pairs(epoch))
        starts = range(0, len(pairs), self.batch_size)
        return [pairs[start : start + self.batch_size] for start in starts]

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
