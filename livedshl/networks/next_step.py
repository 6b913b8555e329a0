"""How well one passage follows another: its likelihood under an LSTM that predicts steps.

References:
1) Joslyn, Zhuang, Hua: Deep Segment Hash Learning for Music Generation (2018), section 3.5
2) Bretan, Weinberg, Heck: A unit selection methodology for music generation using deep neural
   networks (2016), for the likelihood of a join as its cost

`livedshl.learning.pretraining` trains the network and writes its weights.
"""

import numpy as np
from numpy.typing import NDArray

from livedshl.music.features import N_FEATURES, STEP_CLASSES, features, step_classes
from livedshl.music.segments import as_heard
from livedshl.networks.layers import Floats, Lstm

_HEADS = (1, *STEP_CLASSES[1:])  # scores of each group of classes; articulation needs one


class NextStep:
    """The network; its weights are float32[4 H + 32, 29 + H + 1], as in a bundle.

    heard_as: the chord class that it reads for each, as `ChordVocabulary.heard_as`.
    """

    def __init__(self, weights: Floats, heard_as: NDArray[np.int8] | None = None) -> None:
        self._heard_as = heard_as
        hidden = (len(weights) - sum(_HEADS)) // 4
        gates, heads = weights[: 4 * hidden], weights[4 * hidden :]
        self._lstm = Lstm(gates[:, :N_FEATURES], gates[:, N_FEATURES:-1], gates[:, -1])
        self._to_scores = np.ascontiguousarray(heads[:, N_FEATURES:-1].T)
        self._scores_bias = np.array(heads[:, -1])

    def likelihood(self, before: NDArray[np.int8], after: NDArray[np.int8]) -> Floats:
        """Log likelihood of each of `after`, int8[c, a, 3], once `before` was heard: float32[c].

        before: int8[b, 3], at least one step.
        """
        if self._heard_as is not None:
            before, after = as_heard(before, self._heard_as), as_heard(after, self._heard_as)
        n, steps = after.shape[:2]
        lstm = self._lstm
        heard = lstm.inputs(_numbers(before))[:, None]  # (b, 1, 4H)
        to_come = lstm.inputs(_numbers(after[:, :-1].swapaxes(0, 1)))  # (a-1, n, 4H)
        output = cell = np.zeros((1, lstm.hidden), np.float32)
        for inputs in heard:
            output, cell = lstm.step(inputs, output, cell)
        outputs = np.empty((steps, n, lstm.hidden), np.float32)
        outputs[0] = output
        for step, inputs in enumerate(to_come, 1):
            output, cell = lstm.step(inputs, output, cell)
            outputs[step] = output
        scores = outputs @ self._to_scores + self._scores_bias  # (a, n, 32)
        likely: Floats = _log_likelihood(scores, step_classes(after.swapaxes(0, 1)))  # (a, n)
        return np.asarray(likely.sum(axis=0), np.float32)


def is_next_step(weights: Floats) -> bool:
    """Whether weights have the shape that `NextStep` reads, and are numbers."""
    rows, columns = weights.shape
    hidden = columns - N_FEATURES - 1
    return hidden > 0 and rows == 4 * hidden + sum(_HEADS) and bool(np.isfinite(weights).all())


def _numbers(steps: NDArray[np.int8]) -> Floats:
    """The features of steps, int8[..., 3] to (..., 29)."""
    return features(steps).astype(np.float32)


def _log_likelihood(scores: Floats, classes: NDArray[np.int64]) -> Floats:
    """Log likelihood of the classes (..., 4) under their scores (..., 32), (...)."""
    articulation, *groups = np.split(scores, np.cumsum(_HEADS)[:-1], axis=-1)
    sign = 2 * classes[..., 0] - 1
    likely: Floats = -np.logaddexp(0, -sign.astype(np.float32) * articulation[..., 0])
    for group, wanted in zip(groups, np.moveaxis(classes[..., 1:], -1, 0), strict=True):
        score = np.take_along_axis(group, wanted[..., None], axis=-1)[..., 0]
        highest = group.max(axis=-1)
        total = np.exp(group - highest[..., None]).sum(axis=-1)
        likely += score - highest - np.log(total)
    return likely
