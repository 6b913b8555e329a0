"""The layers of neural networks in NumPy, with weights named and shaped as torch names them.

A layer takes the weights of a whole network and its own name: `linear(weights, "gate.0", x)` reads
"gate.0.weight" and "gate.0.bias". B is the batch, T the time, H the hidden size.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Weights = Mapping[str, Floats]

_EPSILON = 1e-5  # of a layer norm, torch's default
_LOGISTIC_GATES = (0, 1, 3)  # of an LSTM: input, forget, output


def linear(weights: Weights, name: str, x: Floats) -> Floats:
    """A dense layer: (..., n) to (..., m), with a weight (m, n) and a bias (m,)."""
    y: Floats = x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]
    return y


def convolution(weights: Weights, name: str, x: Floats, dilation: int) -> Floats:
    """A convolution over time that keeps the length: (T, n) to (T, m), weight (m, n, kernel)."""
    weight = weights[f"{name}.weight"]
    kernel = weight.shape[2]
    reach = kernel // 2 * dilation
    padded = np.pad(x, ((reach, reach), (0, 0)))  # (T + 2 reach, n)
    y = np.tile(weights[f"{name}.bias"], (len(x), 1))  # (T, m)
    for position in range(kernel):
        seen = padded[position * dilation : position * dilation + len(x)]
        y += seen @ weight[:, :, position].T
    return y


def layer_norm(weights: Weights, name: str, x: Floats) -> Floats:
    """Each row with mean 0 and variance 1, then scaled and shifted: (B, n) to (B, n)."""
    centred = x - x.mean(1, keepdims=True)
    deviation = np.sqrt((centred**2).mean(1, keepdims=True) + _EPSILON)
    scaled: Floats = (centred / deviation).astype(np.float32) * weights[f"{name}.weight"]
    return scaled + weights[f"{name}.bias"]


def relu(x: Floats) -> Floats:
    """Negative values become 0."""
    return np.maximum(x, np.float32(0))


def softmax(x: Floats) -> Floats:
    """Positive values that add up to 1 along the last axis."""
    exponential: Floats = np.exp(x - x.max(-1, keepdims=True))
    return np.asarray(exponential / exponential.sum(-1, keepdims=True), np.float32)


def one_hot(values: NDArray[np.integer], size: int) -> Floats:
    """A 1 in the column of each value modulo `size`: (B,) to (B, size)."""
    return np.asarray(np.arange(size) == (values % size)[:, None], np.float32)


def window(weights: Weights, name: str, x: Floats) -> Floats:
    """A `livedshl.learning.window.WindowNetwork` before its softmax: (B, n) to (B, m)."""
    hidden = relu(layer_norm(weights, f"{name}.first_norm", linear(weights, f"{name}.first", x)))
    second = linear(weights, f"{name}.second", hidden)
    hidden = hidden + relu(layer_norm(weights, f"{name}.second_norm", second))
    return linear(weights, f"{name}.to_symbols", hidden)


class Lstm:
    """One LSTM layer (Hochreiter and Schmidhuber, 1997), one step at a time.

    The gates are stacked as in torch: input, forget, cell, output. Three of them are logistic,
    1/2 + tanh(x/2) / 2. Their weights are halved here, so that one tanh does for all four.
    """

    def __init__(self, from_input: Floats, from_hidden: Floats, bias: Floats) -> None:
        """Takes weights (4H, n) and (4H, H), and the sum of torch's two biases, (4H,)."""
        self.hidden = from_hidden.shape[1]
        half = np.ones(4, np.float32)
        half[list(_LOGISTIC_GATES)] = 0.5
        scale = np.repeat(half, self.hidden)  # (4H,)
        self._from_input = np.ascontiguousarray((from_input * scale[:, None]).T)  # (n, 4H)
        self._from_hidden = np.ascontiguousarray((from_hidden * scale[:, None]).T)  # (H, 4H)
        self._bias = bias * scale

    def inputs(self, x: Floats) -> Floats:
        """What each step adds to the gates, (..., n) to (..., 4H): `step` takes a part of it."""
        added: Floats = x @ self._from_input + self._bias
        return added

    def step(self, inputs: Floats, output: Floats, cell: Floats) -> tuple[Floats, Floats]:
        """Output and cell after one more step, (B, H) each; `inputs` are (B, 4H)."""
        gates = np.tanh(inputs + output @ self._from_hidden).reshape(len(inputs), 4, -1)
        enters, stays, candidate, leaves = (gates[:, gate] for gate in range(4))
        cell = (cell * (1 + stays) + candidate * (1 + enters)) / 2
        return np.tanh(cell) * (1 + leaves) / 2, cell
