"""A variable-order Markov model of steps.

Reference: Pachet: The Continuator, musical interaction with style (2003). Its prefix tree has every
context up to an order. Here each order has one sorted table, which answers millions of queries at
once. The orders are blended (Witten and Bell, 1991).

A candidate scores how much likelier the sounding segment makes it. By plain probability, the
plainest segments would always come first.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.evaluation.codes.baselines.material import Material, ranked
from livedshl.evaluation.codes.contest import Ranker
from livedshl.music.segments import CHORD, PITCH

ORDER = 8  # most steps of context: two beats
_BASE = np.uint64(1_000_003)  # of the running hash of a context


@dataclass(frozen=True, slots=True, eq=False)
class _Counts:
    """The contexts of one length, and the steps that followed them. Keys are ascending hashes.

    total: how often each context occurred. different: how many different steps followed it.
    continued, count: each context with one following step, and how often it occurred.
    """

    contexts: NDArray[np.uint64]
    total: NDArray[np.int64]
    different: NDArray[np.int64]
    continued: NDArray[np.uint64]
    count: NDArray[np.int64]

    @classmethod
    def counted(cls, context: NDArray[np.uint64], step: NDArray[np.uint64]) -> "_Counts":
        contexts, which = np.unique(context, return_inverse=True)
        continued, first, count = np.unique(
            _extended(context, step), return_index=True, return_counts=True
        )
        return cls(
            contexts,
            np.bincount(which),
            np.bincount(which[first], minlength=len(contexts)),
            continued,
            count,
        )

    def blended(
        self,
        context: NDArray[np.uint64],
        step: NDArray[np.uint64],
        shorter: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """Probabilities of steps after contexts, blended with those after `shorter` contexts."""
        total = _look_up(self.contexts, self.total, context)
        different = _look_up(self.contexts, self.different, context)
        count = _look_up(self.continued, self.count, _extended(context, step))
        blend = (count + different * shorter) / np.maximum(total + different, 1)
        blended: NDArray[np.float64] = np.where(total > 0, blend, shorter)
        return blended


def fit(material: Material) -> Ranker:
    """Counts the steps that follow every context of up to two beats."""
    played = np.unique(
        np.concatenate([_steps(material.firsts), _steps(material.seconds)], 1), axis=0
    )
    orders = []
    for order in range(ORDER + 1):
        ends = range(order, played.shape[1])
        contexts = np.concatenate([_hash(played[:, end - order : end]) for end in ends])
        orders.append(_Counts.counted(contexts, np.concatenate([played[:, end] for end in ends])))
    n_steps = len(orders[0].continued)
    beginnings, candidate = np.unique(
        _steps(material.additions[:, :ORDER]), axis=0, return_inverse=True
    )

    def likelihood(before: NDArray[np.uint64]) -> NDArray[np.float64]:
        """Log likelihood of each beginning after some steps, uint64[t]."""
        total = np.zeros(len(beginnings))
        for position in range(beginnings.shape[1]):
            step = beginnings[:, position]
            probability = np.full(len(step), 1 / n_steps)
            heard = np.concatenate(
                [np.tile(before, (len(step), 1)), beginnings[:, :position]], axis=1
            )
            for order, counted in enumerate(orders[: heard.shape[1] + 1]):
                context = _hash(heard[:, heard.shape[1] - order :])
                probability = counted.blended(context, step, probability)
            total += np.log(probability)
        return total

    alone = likelihood(np.empty(0, np.uint64))

    def score(sounding: NDArray[np.int8]) -> NDArray[np.float64]:
        endings, query = np.unique(_steps(sounding[:, -ORDER:]), axis=0, return_inverse=True)
        found = np.stack([likelihood(ending) - alone for ending in endings])
        return found[query.ravel()][:, candidate.ravel()]

    return ranked(material, score)


def _steps(segments: NDArray[np.int8]) -> NDArray[np.uint64]:
    """Each step as one number, int8[..., 3] to uint64[...]."""
    wide = segments.astype(np.int64)
    numbers = (wide[..., PITCH] * 2 + wide[..., 1]) * 16 + wide[..., CHORD] + 2
    return numbers.astype(np.uint64)


def _hash(steps: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The context of each row, uint64[n, order], as one number."""
    context = np.zeros(len(steps), np.uint64)
    for column in steps.T:
        context = _extended(context, column)
    return context


def _extended(context: NDArray[np.uint64], step: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return context * _BASE + step  # wraps around, as a hash may


def _look_up(
    keys: NDArray[np.uint64], values: NDArray[np.int64], wanted: NDArray[np.uint64]
) -> NDArray[np.int64]:
    """The value of each wanted key, or 0."""
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    found: NDArray[np.int64] = np.where(keys[at] == wanted, values[at], 0)
    return found
