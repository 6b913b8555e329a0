"""How likely what would be heard is, under the LSTM that predicts the next step: NumPy only.

References:
1) Joslyn, Zhuang, Hua: Deep Segment Hash Learning for Music Generation (2018), section 3.5
2) Bretan, Weinberg, Heck: A unit selection methodology for music generation using deep neural
   networks (2016), for the likelihood of a join as its cost

`learning.pretraining` trains the network and writes its weights.
"""

import numpy as np
from numpy.typing import NDArray

from livedshl.music.features import N_FEATURES, STEP_CLASSES, features, step_classes

Floats = NDArray[np.float32]

_HEADS = (1, *STEP_CLASSES[1:])  # scores of each group of classes; articulation has one


class NextStep:
    """The network, its weights as in a bundle: float32[4 H + 32, 29 + H + 1]."""

    def __init__(self, weights: Floats) -> None:
        hidden = (len(weights) - sum(_HEADS)) // 4
        gates, heads = np.array(weights[: 4 * hidden]), weights[4 * hidden :]
        # Input, forget and output gates are logistic, 1/2 + tanh(x/2) / 2; with the half in their
        # weights one tanh does for all four.
        for gate in (0, 1, 3):
            gates[gate * hidden : (gate + 1) * hidden] /= 2
        self._from_input = np.ascontiguousarray(gates[:, :N_FEATURES].T)
        self._from_hidden = np.ascontiguousarray(gates[:, N_FEATURES:-1].T)
        self._bias = gates[:, -1]
        self._to_scores = np.ascontiguousarray(heads[:, N_FEATURES:-1].T)
        self._scores_bias = np.array(heads[:, -1])

    def likelihood(self, before: NDArray[np.int8], after: NDArray[np.int8]) -> Floats:
        """Log likelihood of each of `after`, int8[c, a, 3], if `before` is heard: float32[c].

        before: int8[b, 3], at least one step.
        """
        n, steps = after.shape[:2]
        hidden = len(self._from_hidden)
        heard = self._inputs(before)[:, None]  # (b, 1, 4H)
        to_come = self._inputs(after[:, :-1].swapaxes(0, 1))  # (a-1, n, 4H)
        output = cell = np.zeros((1, hidden), np.float32)
        for inputs in heard:
            output, cell = self._advanced(output, cell, inputs)
        outputs = np.empty((steps, n, hidden), np.float32)
        outputs[0] = output
        for step, inputs in enumerate(to_come, 1):
            output, cell = self._advanced(output, cell, inputs)
            outputs[step] = output
        scores = outputs @ self._to_scores + self._scores_bias  # (a, n, 32)
        likely: Floats = _log_likelihood(scores, step_classes(after.swapaxes(0, 1)))  # (a, n)
        return np.asarray(likely.sum(axis=0), np.float32)

    def _inputs(self, steps: NDArray[np.int8]) -> Floats:
        """What the features of each step add to the gates, (..., 4H)."""
        added: Floats = features(steps).astype(np.float32) @ self._from_input + self._bias
        return added

    def _advanced(self, output: Floats, cell: Floats, inputs: Floats) -> tuple[Floats, Floats]:
        """Output and cell, (n, H) each, after one more step, whose inputs are (n, 4H)."""
        gates = np.tanh(inputs + output @ self._from_hidden).reshape(len(inputs), 4, -1)
        enters, stays, candidate, leaves = (gates[:, gate] for gate in range(4))
        cell = (cell * (1 + stays) + candidate * (1 + enters)) / 2
        return np.tanh(cell) * (1 + leaves) / 2, cell


def _log_likelihood(scores: Floats, classes: NDArray[np.int64]) -> Floats:
    """Of the classes (..., 4) under their scores (..., 32)."""
    articulation, *groups = np.split(scores, np.cumsum(_HEADS)[:-1], axis=-1)
    sign = 2 * classes[..., 0] - 1
    likely: Floats = -np.logaddexp(0, -sign.astype(np.float32) * articulation[..., 0])
    for group, wanted in zip(groups, np.moveaxis(classes[..., 1:], -1, 0), strict=True):
        score = np.take_along_axis(group, wanted[..., None], axis=-1)[..., 0]
        highest = group.max(axis=-1)
        total = np.exp(group - highest[..., None]).sum(axis=-1)
        likely += score - highest - np.log(total)
    return likely
