"""The two code networks in NumPy: they code any segment without torch.

`livedshl.learning.networks` and `livedshl.learning.window` define and explain the networks.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livedshl.music.features import features
from livedshl.networks.contexts import Contexts, whole_segments
from livedshl.networks.inputs import Inputs
from livedshl.networks.layers import Floats, Lstm, Weights, linear, relu, softmax, window
from livedshl.networks.shape import NetworkShape, Reader
from livedshl.networks.weights import read_networks


@lru_cache(maxsize=2)
def encoder_of(path: Path) -> "Encoder":
    """The encoder for a file of networks; reads each file once. Raises BundleError."""
    return Encoder(*read_networks(path))


class Encoder:
    """Codes segments as the networks of a bundle do."""

    def __init__(self, weights: Weights, shape: NetworkShape) -> None:
        self.shape = shape
        self._weights = weights
        self._inputs = Inputs(shape)
        self._members = (
            [Encoder(_of_member(weights, number), part) for number, part in enumerate(shape.parts)]
            if shape.members > 1
            else []
        )

    def forward(self, contexts: Contexts) -> NDArray[np.uint8]:
        """The forward codes of the segments, uint8[B, L]."""
        if self._members:
            return np.concatenate([member.forward(contexts) for member in self._members], 1)
        if self.shape.reader is Reader.LSTM:
            return _code(self._by_lstm("forward_network", contexts.segments))
        return _code(self._forward_window(contexts))

    def backward(self, contexts: Contexts) -> NDArray[np.uint8]:
        """The backward codes of the segments, uint8[B, L]; the history has no effect."""
        if self._members:
            return np.concatenate([member.backward(contexts) for member in self._members], 1)
        if self.shape.reader is Reader.LSTM:
            return _code(self._by_lstm("backward_network", contexts.segments[:, ::-1]))
        return _code(self._backward_window(contexts))

    def _by_lstm(self, name: str, steps: NDArray[np.int8]) -> Floats:
        """Scores of the symbols, (B, L, K); their softmax is what `HashNetwork` gives."""
        weights = self._weights
        lstm = Lstm(
            weights[f"{name}.lstm.weight_ih_l0"],
            weights[f"{name}.lstm.weight_hh_l0"],
            weights[f"{name}.lstm.bias_ih_l0"] + weights[f"{name}.lstm.bias_hh_l0"],
        )
        inputs = lstm.inputs(features(steps).astype(np.float32))  # (B, T, 4H)
        output = cell = np.zeros((len(steps), lstm.hidden), np.float32)
        for step in range(inputs.shape[1]):
            output, cell = lstm.step(inputs[:, step], output, cell)
        subspace = relu(linear(weights, f"{name}.to_subspace", relu(output)))  # (B, 64)
        scores = linear(weights, f"{name}.to_symbols", subspace)  # (B, L*K)
        return self._groups(relu(scores) if self.shape.final_relu else scores)

    def _forward_window(self, contexts: Contexts) -> Floats:
        """Softened codes, (B, L, K), as `WindowNetworks.soft_forward` computes them."""
        grid, inputs = contexts.grid, self._inputs
        soft = self._window("forward_network", inputs.read(contexts))
        if self.shape.recall:
            soft = self._with_recall(soft, contexts)
        if self.shape.overlap:
            ending = inputs.half(contexts.segments[:, grid.hop_steps :], contexts.places + 1, grid)
            shared = self._window("overlap_network", ending)
            soft = np.concatenate([shared, soft], 1)
        return soft

    def _backward_window(self, contexts: Contexts) -> Floats:
        """Softened codes, (B, L, K), as `WindowNetworks.soft_backward` computes them."""
        grid, segments, places = contexts.grid, contexts.segments, contexts.places
        inputs = self._inputs
        soft = self._window("backward_network", inputs.segment(segments, places, grid))
        if self.shape.overlap:
            beginning = inputs.half(segments[:, : grid.hop_steps], places, grid)
            shared = self._window("overlap_network", beginning)
            soft = np.concatenate([shared, soft], 1)
        return soft

    def _with_recall(self, soft: Floats, contexts: Contexts) -> Floats:
        """The mean of the codes and the codes of earlier segments, weighted by the gate."""
        whole = whole_segments(contexts, self.shape.recall)
        hidden = relu(linear(self._weights, "gate.0", self._inputs.about(contexts)))
        scores = linear(self._weights, "gate.2", hidden)
        scores[:, 1:][~whole] = -np.inf
        weight = softmax(scores)
        mean = weight[:, 0, None, None] * soft
        for back in range(self.shape.recall):
            places = contexts.places - 2 * back
            earlier = self._inputs.segment(contexts.earlier(back), places, contexts.grid)
            recalled = self._window("backward_network", earlier)
            mean = mean + weight[:, 1 + back, None, None] * recalled
        return mean

    def _window(self, name: str, numbers: Floats) -> Floats:
        """A `WindowNetwork` without dropout: (B, n) to (B, symbols, K)."""
        return softmax(self._groups(window(self._weights, name, numbers)))

    def _groups(self, scores: Floats) -> Floats:
        """(B, symbols*K) to (B, symbols, K)."""
        return scores.reshape(len(scores), -1, self.shape.symbols)


def _of_member(weights: Weights, number: int) -> Weights:
    """The weights of one member, with the names that they have alone."""
    prefix = f"members.{number}."
    return {
        name.removeprefix(prefix): weight
        for name, weight in weights.items()
        if name.startswith(prefix)
    }


def _code(soft: Floats) -> NDArray[np.uint8]:
    """The code nearest to a softened code: (B, L, K) to uint8[B, L] (Eq. 1)."""
    return np.asarray(soft.argmax(-1), np.uint8)
