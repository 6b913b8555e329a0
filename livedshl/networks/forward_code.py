"""The forward network in NumPy: codes any segment, such as a phrase just played, without torch.

`livedshl.learning.networks` and `livedshl.learning.window` define and explain the networks. Only
the forward codes are computed here.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livedshl.errors import BundleError
from livedshl.music.features import features
from livedshl.networks.contexts import Contexts, about_contexts, whole_segments
from livedshl.networks.layers import (
    Floats,
    Lstm,
    Weights,
    layer_norm,
    linear,
    one_hot,
    relu,
    softmax,
)
from livedshl.networks.shape import NetworkShape, Reader
from livedshl.records import decode


@lru_cache(maxsize=2)
def forward_encoder(path: Path) -> "ForwardEncoder":
    """The encoder for a file of networks; reads each file once. Raises BundleError."""
    return ForwardEncoder.of_file(path)


class ForwardEncoder:
    """Codes contexts as the forward network of a bundle does."""

    def __init__(self, weights: Weights, shape: NetworkShape) -> None:
        self._weights = weights
        self._shape = shape

    @classmethod
    def of_file(cls, path: Path) -> "ForwardEncoder":
        """The encoder for the networks in a file. Raises BundleError."""
        # Imported late: `play` needs it only when somebody plays a phrase.
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(str(path), framework="np") as file:
                metadata = file.metadata() or {}
                weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            return cls(weights, decode(metadata["shape"], NetworkShape))
        except FileNotFoundError:
            raise BundleError(
                "the networks are missing", where=str(path), remedy="Train the model again"
            ) from None
        except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
            raise BundleError(
                f"the networks are damaged ({error})",
                where=str(path),
                remedy="Train the model again",
            ) from error

    def codes(self, contexts: Contexts) -> NDArray[np.uint8]:
        """The forward codes of the segments, uint8[B, L]."""
        if self._shape.reader is Reader.LSTM:
            soft = self._by_lstm(contexts.segments)
        else:
            soft = self._by_window(contexts)
        return np.asarray(soft.argmax(-1), np.uint8)

    def _by_lstm(self, segments: NDArray[np.int8]) -> Floats:
        """Scores of the symbols, (B, L, K); their softmax is `LstmNetworks.soft_forward`."""
        weights, name = self._weights, "forward_network"
        lstm = Lstm(
            weights[f"{name}.lstm.weight_ih_l0"],
            weights[f"{name}.lstm.weight_hh_l0"],
            weights[f"{name}.lstm.bias_ih_l0"] + weights[f"{name}.lstm.bias_hh_l0"],
        )
        inputs = lstm.inputs(features(segments).astype(np.float32))  # (B, T, 4H)
        output = cell = np.zeros((len(segments), lstm.hidden), np.float32)
        for step in range(inputs.shape[1]):
            output, cell = lstm.step(inputs[:, step], output, cell)
        subspace = relu(linear(weights, f"{name}.to_subspace", relu(output)))  # (B, 64)
        scores = linear(weights, f"{name}.to_symbols", subspace)  # (B, L*K)
        return self._groups(relu(scores) if self._shape.final_relu else scores)

    def _by_window(self, contexts: Contexts) -> Floats:
        """Softened codes, (B, L, K), as `WindowNetworks.soft_forward` computes them."""
        shape, grid = self._shape, contexts.grid
        context_steps = shape.context_beats * grid.beat_steps
        read = contexts.window(context_steps, context_steps + grid.segment_steps)
        about = about_contexts(contexts, shape.recall)  # (B, n_about)
        soft = self._window("forward_network", np.concatenate([_flat(read), about], 1))
        if shape.recall:
            soft = self._with_recall(soft, about, contexts)
        if shape.overlap:
            place = one_hot(contexts.places + 1, grid.places)
            ending = _flat(contexts.segments[:, grid.hop_steps :])
            shared = self._window("overlap_network", np.concatenate([ending, place], 1))
            soft = np.concatenate([shared, soft], 1)
        return soft

    def _with_recall(self, soft: Floats, about: Floats, contexts: Contexts) -> Floats:
        """The mean of the codes and the codes of earlier segments, weighted by the gate."""
        whole = whole_segments(contexts, self._shape.recall)
        hidden = relu(linear(self._weights, "gate.0", about))
        scores = linear(self._weights, "gate.2", hidden)
        scores[:, 1:][~whole] = -np.inf
        weight = softmax(scores)
        mean = weight[:, 0, None, None] * soft
        for back in range(self._shape.recall):
            place = one_hot(contexts.places - 2 * back, contexts.grid.places)
            numbers = np.concatenate([_flat(contexts.earlier(back)), place], 1)
            recalled = self._window("backward_network", numbers)
            mean = mean + weight[:, 1 + back, None, None] * recalled
        return mean

    def _window(self, name: str, numbers: NDArray[np.floating]) -> Floats:
        """A `WindowNetwork` without dropout: (B, n) to (B, symbols, K)."""
        first = linear(self._weights, f"{name}.first", numbers.astype(np.float32))
        hidden = relu(layer_norm(self._weights, f"{name}.first_norm", first))
        second = linear(self._weights, f"{name}.second", hidden)
        hidden = hidden + relu(layer_norm(self._weights, f"{name}.second_norm", second))
        return softmax(self._groups(linear(self._weights, f"{name}.to_symbols", hidden)))

    def _groups(self, scores: Floats) -> Floats:
        """(B, symbols*K) to (B, symbols, K)."""
        return scores.reshape(len(scores), -1, self._shape.symbols)


def _flat(steps: NDArray[np.int8]) -> Floats:
    """The features of steps, int8[B, T, 3] to (B, T*29)."""
    return features(steps).reshape(len(steps), -1).astype(np.float32)
