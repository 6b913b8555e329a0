"""The forward network in NumPy: the code of a segment that is in no library, without torch.

The networks are those of `livedshl.learning.networks` and `livedshl.learning.window`, where what
they do is told; only the forward codes are computed here.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livedshl.errors import BundleError
from livedshl.music.features import features
from livedshl.music.grid import Grid
from livedshl.music.segments import CHORD
from livedshl.networks.contexts import Contexts
from livedshl.networks.shape import NetworkShape, Reader

Floats = NDArray[np.float32]

PHRASE_BARS = 8
LATE = 32  # hops from the start of a tune after which it counts as well under way
_EPSILON = 1e-5  # of a layer norm


@lru_cache(maxsize=2)
def forward_encoder(path: Path) -> "ForwardEncoder":
    """The encoder of a bundle's networks, read once. Raises BundleError."""
    return ForwardEncoder.of_file(path)


class ForwardEncoder:
    """Gives contexts the codes that the forward network of a bundle gives them."""

    def __init__(self, weights: Mapping[str, Floats], shape: NetworkShape) -> None:
        self._weights = weights
        self._shape = shape

    @classmethod
    def of_file(cls, path: Path) -> "ForwardEncoder":
        """The one of a bundle's networks. Raises BundleError."""
        from safetensors import SafetensorError, safe_open  # not before the first note

        try:
            with safe_open(str(path), framework="np") as file:
                metadata = file.metadata() or {}
                weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            return cls(weights, NetworkShape.from_dict(json.loads(metadata["shape"])))
        except FileNotFoundError:
            raise BundleError(f"{path}: no networks here; train the bundle again") from None
        except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
            raise BundleError(
                f"{path}: damaged networks ({error}); train the bundle again"
            ) from error

    def codes(self, contexts: Contexts) -> NDArray[np.uint8]:
        """The forward codes of the segments, uint8[B, L]."""
        if self._shape.reader is Reader.LSTM:
            soft = self._by_lstm(contexts.segments)
        else:
            soft = self._by_window(contexts)
        return np.asarray(soft.argmax(-1), np.uint8)

    def _by_lstm(self, segments: NDArray[np.int8]) -> Floats:
        """Scores of the symbols, (B, L, K), as `HashNetwork` gives them."""
        name = "forward_network"
        read = features(segments).astype(np.float32)
        from_input, from_hidden = (
            self._weights[f"{name}.lstm.weight_{kind}_l0"] for kind in ("ih", "hh")
        )
        bias = self._weights[f"{name}.lstm.bias_ih_l0"] + self._weights[f"{name}.lstm.bias_hh_l0"]
        output = cell = np.zeros((len(segments), self._shape.hidden), np.float32)
        for step in range(read.shape[1]):
            gates = read[:, step] @ from_input.T + output @ from_hidden.T + bias
            enters, stays, candidate, leaves = np.split(gates, 4, axis=1)
            cell = _logistic(stays) * cell + _logistic(enters) * np.tanh(candidate)
            output = _logistic(leaves) * np.tanh(cell)
        subspace = _relu(self._linear(f"{name}.to_subspace", _relu(output)))
        scores = self._linear(f"{name}.to_symbols", subspace)
        return self._groups(_relu(scores) if self._shape.final_relu else scores)

    def _by_window(self, contexts: Contexts) -> Floats:
        """The same as `WindowNetworks.soft_forward`, (B, L, K)."""
        shape, grid = self._shape, contexts.grid
        context_steps = shape.context_beats * grid.beat_steps
        read = contexts.window(context_steps, context_steps + grid.segment_steps)
        about = self._about(contexts)
        soft = self._window("forward_network", np.concatenate([_flat(read), about], 1))
        if shape.recall:
            soft = self._with_recall(soft, about, contexts)
        if shape.overlap:
            place = one_hot(contexts.places + 1, grid.places)
            ending = _flat(contexts.segments[:, grid.hop_steps :])
            shared = self._window("overlap_network", np.concatenate([ending, place], 1))
            soft = np.concatenate([shared, soft], 1)
        return soft

    def _about(self, contexts: Contexts) -> Floats:
        grid = contexts.grid
        late = np.minimum(contexts.hops, LATE)[:, None] / LATE
        numbers: list[NDArray[np.floating]] = [
            one_hot(contexts.places, grid.places),
            one_hot(contexts.hops, phrase_hops(grid)),
            late,
            *alikeness(contexts, self._shape.recall),
        ]
        return np.concatenate(numbers, 1).astype(np.float32)

    def _with_recall(self, soft: Floats, about: Floats, contexts: Contexts) -> Floats:
        """The mean of the codes and of those of earlier segments, weighted by the gate."""
        whole = whole_segments(contexts, self._shape.recall)
        hidden = _relu(self._linear("gate.0", about))
        scores = self._linear("gate.2", hidden)
        scores[:, 1:][~whole] = -np.inf
        weight = _softmax(scores)
        mean = weight[:, 0, None, None] * soft
        for back in range(self._shape.recall):
            place = one_hot(contexts.places - 2 * back, contexts.grid.places)
            numbers = np.concatenate([_flat(contexts.earlier(back)), place], 1)
            recalled = self._window("backward_network", numbers)
            mean = mean + weight[:, 1 + back, None, None] * recalled
        return mean

    def _window(self, name: str, numbers: NDArray[np.floating]) -> Floats:
        """As `WindowNetwork` without dropout: (B, n) to (B, symbols, K)."""
        first = self._linear(f"{name}.first", numbers.astype(np.float32))
        hidden = _relu(self._normed(f"{name}.first_norm", first))
        second = self._linear(f"{name}.second", hidden)
        hidden = hidden + _relu(self._normed(f"{name}.second_norm", second))
        return _softmax(self._groups(self._linear(f"{name}.to_symbols", hidden)))

    def _groups(self, scores: Floats) -> Floats:
        return scores.reshape(len(scores), -1, self._shape.symbols)

    def _linear(self, name: str, x: Floats) -> Floats:
        y: Floats = x @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]
        return y

    def _normed(self, name: str, x: Floats) -> Floats:
        centred = x - x.mean(1, keepdims=True)
        deviation = np.sqrt((centred**2).mean(1, keepdims=True) + _EPSILON)
        scaled: Floats = (centred / deviation).astype(np.float32) * self._weights[f"{name}.weight"]
        return scaled + self._weights[f"{name}.bias"]


def one_hot(values: NDArray[np.integer], size: int) -> Floats:
    """Each value as one of `size`, counted round, (B, size)."""
    return np.asarray(np.arange(size) == (values % size)[:, None], np.float32)


def phrase_hops(grid: Grid) -> int:
    """The hops of a phrase of 8 bars."""
    return PHRASE_BARS * grid.bar_steps // grid.hop_steps


def whole_segments(contexts: Contexts, n_back: int) -> NDArray[np.bool_]:
    """Whether the segments 0, 1, 2 ... segments back lie within the tune, bool[B, n_back]."""
    back = contexts.grid.segment_steps * np.arange(n_back)
    whole: NDArray[np.bool_] = contexts.known[:, None] >= back
    return whole


def alikeness(contexts: Contexts, n_back: int) -> list[NDArray[np.float64]]:
    """How the segment compares with the one 1, 2 ... `n_back` before it, float64[B, 5] each.

    Share of equal steps; of equal melody; of equal steps in the segments before both; 1 if all
    steps are equal; 1 if the segment after the earlier one lies within the tune.
    """
    now, before = contexts.segments, contexts.earlier(1)
    whole = whole_segments(contexts, n_back)
    figures = []
    for back in range(1, n_back + 1):
        equal = now == contexts.earlier(back)  # (B, steps, 3)
        steps = equal.all(2)
        earlier = (before == contexts.earlier(back + 1)).all(2)
        figures.append(
            np.stack(
                [
                    steps.mean(1),
                    equal[..., :CHORD].all(2).mean(1),
                    earlier.mean(1),
                    steps.all(1),
                    whole[:, back - 1],
                ],
                axis=1,
            )
        )
    return figures


def _flat(steps: NDArray[np.int8]) -> Floats:
    """The features of steps, int8[B, T, 3], one after the other, (B, T*29)."""
    return features(steps).reshape(len(steps), -1).astype(np.float32)


def _relu(x: Floats) -> Floats:
    return np.maximum(x, np.float32(0))


def _logistic(x: Floats) -> Floats:
    tanh: Floats = np.tanh(x / 2)
    return np.asarray((1 + tanh) / 2, np.float32)


def _softmax(x: Floats) -> Floats:
    exponential: Floats = np.exp(x - x.max(-1, keepdims=True))
    return np.asarray(exponential / exponential.sum(-1, keepdims=True), np.float32)
