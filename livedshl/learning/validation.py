"""What training measures after every epoch, and what it returns at the end."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from livedshl.bundle import SegmentLibrary
from livedshl.learning.networks import Networks, to_code
from livedshl.learning.pairs import PairSplit
from livedshl.learning.pretraining import PretrainingFigures
from livedshl.networks.layers import Weights
from livedshl.networks.weights import rounded

RECALLED_AMONG = 100  # segments, for `EpochFigures.recall_100`
_BATCH = 1024  # segments


@dataclass(frozen=True, slots=True)
class EpochFigures:
    """Figures of one epoch. Hamming distances are means, from 0 to L.

    loss: mean over the batches. train_*: pairs as training met them (paper, Fig. 3 a).
    validation_*: withheld pairs (Fig. 3 b).
    auc_filtered: chance that a withheld positive pair is nearer than a withheld negative one.
    auc_random: chance that the true successor is nearer than a random segment.
    recall_100: chance that the true successor is among the 100 nearest segments. In these three
    figures a tie counts as the mean of its possible outcomes.
    distinct_codes: different backward codes of all segments.
    """

    epoch: int
    loss: float
    train_positive: float
    train_negative: float
    validation_positive: float
    validation_negative: float
    auc_filtered: float
    auc_random: float
    recall_100: float
    distinct_codes: int

    @classmethod
    def together(cls, rows: "Sequence[EpochFigures]") -> "EpochFigures":
        """The means of an epoch's figures of several libraries, and all their codes."""
        if len(rows) == 1:
            return rows[0]
        columns = {field.name: [getattr(row, field.name) for row in rows] for field in fields(cls)}
        means = {name: float(np.mean(values)) for name, values in columns.items()}
        codes = sum(columns["distinct_codes"])
        return cls(**means | {"epoch": rows[0].epoch, "distinct_codes": codes})

    @property
    def summary(self) -> str:
        """The figures in a line, as training shows them."""
        near, far = self.validation_positive, self.validation_negative
        return f"Epoch {self.epoch}: Hamming {near:.2f} / {far:.2f}, {self.distinct_codes} codes"

    @property
    def score(self) -> float:
        """The figure that is highest in the best epoch."""
        return self.auc_random


@dataclass(frozen=True, slots=True, eq=False)
class TrainingResult:
    """The networks of the best epoch, and how training went.

    history: figures of every epoch. Epoch 0 is before the hash stage.
    of_lessons: those of the best epoch, for each library that it learned from.
    pretraining: None if there was no prediction stage.
    finished: False if training was stopped early.
    resumable: whether there is a checkpoint. There is none before pre-training is over.
    """

    networks: Networks
    history: tuple[EpochFigures, ...]
    of_lessons: tuple[EpochFigures, ...]
    best_epoch: int
    pretraining: PretrainingFigures | None
    finished: bool
    resumable: bool

    def weights(self) -> Weights:
        """The weights of the best epoch, as they come back from a file."""
        return rounded(
            {name: weight.numpy() for name, weight in self.networks.copied_weights().items()}
        )

    def figures(self) -> dict[str, Any]:
        """The figures of the best epoch and of pre-training, for the manifest."""
        figures = asdict(self.history[self.best_epoch])
        if self.pretraining:
            figures["pretraining"] = asdict(self.pretraining)
        return figures


@dataclass(frozen=True, slots=True, eq=False)
class BatchFigures:
    """Loss of a batch, and the Hamming distances of its positive and negative pairs."""

    loss: float
    positive: NDArray[np.int64]
    negative: NDArray[np.int64]


@torch.no_grad()
def measured(
    networks: Networks,
    library: SegmentLibrary,
    split: PairSplit,
    batches: Sequence[BatchFigures],
    epoch: int,
) -> EpochFigures:
    """The figures of an epoch, from its batches and the withheld pairs."""
    networks.eval()
    ids = library.content_ids
    one_of_each = np.unique(ids, return_index=True)[1]  # (contents,)
    codes = [
        to_code(networks.soft_backward(library.contexts(rows)))
        for rows in np.array_split(one_of_each, -(-len(one_of_each) // _BATCH))
    ]
    backward = np.concatenate(codes)[ids]  # uint8 (n, L)
    positive, negative = split.validation_positive, split.validation_negative  # (m, 2) each
    of_positive, of_negative = (
        to_code(networks.soft_forward(library.contexts(pairs[:, 0])))  # uint8 (m, L)
        for pairs in (positive, negative)
    )
    near = hamming_distances(of_positive, backward[positive[:, 1]])  # (m,)
    far = hamming_distances(of_negative, backward[negative[:, 1]])  # (m,)
    auc_random, recall_100, distinct_codes = retrieval(of_positive, positive[:, 1], backward)
    return EpochFigures(
        epoch=epoch,
        loss=float(np.mean([batch.loss for batch in batches])),
        train_positive=_mean([batch.positive for batch in batches]),
        train_negative=_mean([batch.negative for batch in batches]),
        validation_positive=float(near.mean()),
        validation_negative=float(far.mean()),
        auc_filtered=auc(near, far, networks.shape.length),
        auc_random=auc_random,
        recall_100=recall_100,
        distinct_codes=distinct_codes,
    )


def hamming_distances(forward: NDArray[np.uint8], backward: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Symbols that differ between codes, uint8[..., L] twice, broadcast, to int64[...]."""
    distances: NDArray[np.int64] = (forward != backward).sum(-1)
    return distances


def auc(positive: NDArray[np.int64], negative: NDArray[np.int64], length: int) -> float:
    """Chance that a positive pair is nearer than a negative one; a tie counts half."""
    p = np.bincount(positive, minlength=length + 1) / max(1, len(positive))
    n = np.bincount(negative, minlength=length + 1) / max(1, len(negative))
    farther = 1 - np.cumsum(n)
    return float((p * (farther + n / 2)).sum())


def retrieval(
    forward: NDArray[np.uint8], true: NDArray[np.integer], backward: NDArray[np.uint8]
) -> tuple[float, float, int]:
    """`auc_random`, `recall_100` and `distinct_codes` of some queries.

    forward: uint8[m, L], codes of the queries. true: rows of their true successors, [m].
    backward: uint8[n, L], codes of all segments.
    """
    codes, bucket, sizes = np.unique(backward, axis=0, return_inverse=True, return_counts=True)
    bucket = bucket.ravel()
    above, recall = [], []
    for query, row in zip(forward, true.tolist(), strict=True):
        distances = hamming_distances(query, codes)
        own = distances[bucket[row]]
        nearer = int(sizes[distances < own].sum())
        tied = int(sizes[distances == own].sum())
        above.append(1 - (nearer + tied / 2) / len(backward))
        recall.append(min(1.0, max(0.0, (RECALLED_AMONG - nearer) / tied)))
    return float(np.mean(above)), float(np.mean(recall)), len(codes)


def _mean(distances: Sequence[NDArray[np.int64]]) -> float:
    together = np.concatenate(distances)
    return float(together.mean()) if len(together) else 0.0
