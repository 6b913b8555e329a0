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
        gates, heads = weights[: 4 * hidden], weights[4 * hidden :]
        self._from_input = np.ascontiguousarray(gates[:, :N_FEATURES].T)
        self._from_hidden = np.ascontiguousarray(gates[:, N_FEATURES:-1].T)
        self._bias = np.array(gates[:, -1])
        self._to_scores = np.ascontiguousarray(heads[:, N_FEATURES:-1].T)
        self._scores_bias = np.array(heads[:, -1])

    def likelihood(self, before: NDArray[np.int8], after: NDArray[np.int8]) -> Floats:
        """Log likelihood of each of `after`, int8[c, a, 3], if `before` is heard: float32[c].

        before: int8[b, 3], at least one step.
        """
        n, steps = after.shape[:2]
        hidden = len(self._from_hidden)
        heard = self._inputs(before[None])  # (1, b, 4H)
        to_come = self._inputs(after[:, :-1])  # (n, a-1, 4H)
        state = np.zeros((2, 1, hidden), np.float32)  # output and cell
        for step in range(len(before)):
            state = self._advanced(state, heard[:, step])
        state = np.repeat(state, n, axis=1)
        outputs = np.empty((steps, n, hidden), np.float32)
        for step in range(steps):
            outputs[step] = state[0]
            if step < steps - 1:
                state = self._advanced(state, to_come[:, step])
        scores = outputs @ self._to_scores + self._scores_bias  # (a, n, 32)
        likely: Floats = _log_likelihood(scores, step_classes(after.swapaxes(0, 1)))  # (a, n)
        return np.asarray(likely.sum(axis=0), np.float32)

    def _inputs(self, steps: NDArray[np.int8]) -> Floats:
        """What the features of each step add to the gates, (..., 4H)."""
        added: Floats = features(steps).astype(np.float32) @ self._from_input + self._bias
        return added

    def _advanced(self, state: Floats, inputs: Floats) -> Floats:
        """Output and cell (2, n, H) after one more step, whose inputs are (n, 4H)."""
        output, cell = state
        gates = (inputs + output @ self._from_hidden).reshape(len(inputs), 4, -1)
        enters, stays, leaves = (_sigmoid(gates[:, gate]) for gate in (0, 1, 3))
        cell = stays * cell + enters * np.tanh(gates[:, 2])
        return np.stack([leaves * np.tanh(cell), cell])


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


def _sigmoid(x: Floats) -> Floats:
    y: Floats = np.float32(0.5) + np.float32(0.5) * np.tanh(np.float32(0.5) * x)
    return y
