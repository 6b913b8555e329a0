"""What is measured after every epoch: how near the codes of pairs are, and what they would find."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TIES_FOUND_IN = 100  # of recall: the first so many segments


@dataclass(frozen=True, slots=True)
class EpochFigures:
    """Figures after an epoch; Hamming distances are means, between 0 and L.

    loss: mean of Eq. 5 over the batches. train_*: pairs as they were met while training (paper,
    Fig. 3 a), validation_*: pairs withheld from it (Fig. 3 b).
    auc_filtered: chance that a withheld positive pair is nearer than a withheld negative one.
    auc_random: chance that the true successor is nearer than a segment drawn from all.
    recall_100: chance that the true successor is among the 100 nearest of all segments. In all
    three a tie counts as the mean of its possible outcomes.
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

    @property
    def score(self) -> float:
        """What the best epoch has most of."""
        return self.auc_random


def hamming_distances(forward: NDArray[np.uint8], backward: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Symbols in which codes differ, uint8[..., L] twice, broadcast, to int64[...]."""
    distances: NDArray[np.int64] = (forward != backward).sum(-1)
    return distances


def auc(positive: NDArray[np.int64], negative: NDArray[np.int64], length: int) -> float:
    """Chance that a positive pair's distance is less than a negative's, half of it for ties."""
    p = np.bincount(positive, minlength=length + 1) / max(1, len(positive))
    n = np.bincount(negative, minlength=length + 1) / max(1, len(negative))
    farther = 1 - np.cumsum(n)
    return float((p * (farther + n / 2)).sum())


def retrieval(
    forward: NDArray[np.uint8], true: NDArray[np.integer], backward: NDArray[np.uint8]
) -> tuple[float, float, int]:
    """`auc_random`, `recall_100` and `distinct_codes` of queries.

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
        recall.append(min(1.0, max(0.0, (TIES_FOUND_IN - nearer) / tied)))
    return float(np.mean(above)), float(np.mean(recall)), len(codes)
