"""The forward and the backward hash network: the pair that learns, and the paper's own.

References:
1) Joslyn, Zhuang, Hua: Deep Segment Hash Learning for Music Generation (2018), section 3, Fig. 2
2) Hochreiter, Schmidhuber: Long short-term memory (1997)

In the paper both networks have the same layers and share no weights (Fig. 2). The forward network
reads a segment in time order, the backward network in reverse. `LstmNetworks` is the paper's pair.
`WindowNetworks` (see `window`) reads more music and learns faster.
"""

from abc import ABC, abstractmethod

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from livedshl.music.features import N_FEATURES, features
from livedshl.networks.contexts import Contexts
from livedshl.networks.shape import NetworkShape

SUBSPACE = 64  # size of the layer m1, as in the paper


class Networks(nn.Module, ABC):
    """The two networks of a bundle: from contexts to softened codes (Eq. 2)."""

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__()
        self.shape = shape

    @property
    def device(self) -> torch.device:
        """The device that holds the weights and returns the codes."""
        return next(self.parameters()).device

    def copied_weights(self) -> dict[str, Tensor]:
        """A copy of all weights by name, on the CPU."""
        return {name: weight.cpu().clone() for name, weight in self.state_dict().items()}

    def forward(self, firsts: Contexts, seconds: Contexts) -> tuple[Tensor, Tensor]:
        """Softened forward codes of `firsts` and backward codes of `seconds`, (B, L, K) each."""
        return self.soft_forward(firsts), self.soft_backward(seconds)

    @abstractmethod
    def soft_forward(self, contexts: Contexts) -> Tensor:
        """Softened forward codes of the segments, (B, L, K)."""

    @abstractmethod
    def soft_backward(self, contexts: Contexts) -> Tensor:
        """Softened backward codes of the segments, (B, L, K); the history has no effect."""


class HashNetwork(nn.Module):
    """One of the paper's two networks: from the features of segments to softened codes."""

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__()
        self.shape = shape
        self.lstm = nn.LSTM(N_FEATURES, shape.hidden, batch_first=True)
        self.to_subspace = nn.Linear(shape.hidden, SUBSPACE)
        self.to_symbols = nn.Linear(SUBSPACE, shape.length * shape.symbols)

    def forward(self, x: Tensor) -> Tensor:
        """Features in reading order, (B, T, 29), to one softmax per symbol, (B, L, K)."""
        _, (last, _) = self.lstm(x)  # (1, B, H)
        m0 = F.relu(last[0])  # (B, H)
        m1 = F.relu(self.to_subspace(m0))  # (B, 64)
        m2 = self.to_symbols(m1)  # (B, L*K)
        if self.shape.final_relu:
            m2 = F.relu(m2)
        groups = m2.view(-1, self.shape.length, self.shape.symbols)  # (B, L, K)
        return F.softmax(groups, dim=2)


class LstmNetworks(Networks):
    """The paper's pair of networks."""

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__(shape)
        self.forward_network = HashNetwork(shape)
        self.backward_network = HashNetwork(shape)

    def soft_forward(self, contexts: Contexts) -> Tensor:
        """Softened forward codes of the segments, (B, L, K)."""
        codes: Tensor = self.forward_network(as_input(contexts.segments, self.device))
        return codes

    def soft_backward(self, contexts: Contexts) -> Tensor:
        """Softened backward codes of the segments, read in reverse, (B, L, K)."""
        retrograde = as_input(contexts.segments, self.device).flip(1)  # (B, T, 29)
        codes: Tensor = self.backward_network(retrograde)
        return codes


def to_code(soft: Tensor) -> NDArray[np.uint8]:
    """The code nearest to a softened code: (..., L, K) to uint8[..., L] (Eq. 1).

    The first of equal values wins; the final ReLU makes such ties.
    """
    code: NDArray[np.uint8] = soft.detach().cpu().numpy().argmax(-1).astype(np.uint8)
    return code


def as_input(segments: NDArray[np.int8], device: torch.device) -> Tensor:
    """The features of steps, int8[..., 3] to float32 (..., 29)."""
    return torch.from_numpy(features(segments)).to(device).float()
