"""The forward and the backward hash network, and their files.

References:
1) Joslyn, Zhuang, Hua: Deep Segment Hash Learning for Music Generation (2018), section 3, Fig. 2
2) Hochreiter, Schmidhuber: Long short-term memory (1997)

Paper, Fig. 2: both networks have the same layers and no weight in common. The forward network
reads a segment as it sounds, the backward network its retrograde. `LstmNetworks` are the paper's;
`WindowNetworks` (see `window`) read more and learn faster.
"""

import json
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn
from torch.nn import functional as F

from livedshl.bundle import SegmentLibrary
from livedshl.errors import BundleError
from livedshl.music.features import N_FEATURES, features
from livedshl.networks.contexts import Contexts
from livedshl.networks.shape import NetworkShape, Reader

SUBSPACE = 64  # size of the layer m1, as in the paper
_ENCODE_BATCH = 1024


class Networks(nn.Module):
    """The two networks of a bundle: contexts to softened codes (Eq. 2)."""

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__()
        self.shape = shape

    @property
    def device(self) -> torch.device:
        """Where the weights are, and where the codes come out."""
        return next(self.parameters()).device

    def forward(self, firsts: Contexts, seconds: Contexts) -> tuple[Tensor, Tensor]:
        """Softened forward codes of `firsts` and backward codes of `seconds`, (B, L, K) each."""
        return self.soft_forward(firsts), self.soft_backward(seconds)

    @abstractmethod
    def soft_forward(self, contexts: Contexts) -> Tensor:
        """Softened forward codes of the segments, (B, L, K)."""

    @abstractmethod
    def soft_backward(self, contexts: Contexts) -> Tensor:
        """Softened backward codes of the segments, (B, L, K), whatever came before them."""


class HashNetwork(nn.Module):
    """One of the paper's two networks: features of segments to softened codes."""

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__()
        self.shape = shape
        self.lstm = nn.LSTM(N_FEATURES, shape.hidden, batch_first=True)
        self.to_subspace = nn.Linear(shape.hidden, SUBSPACE)
        self.to_symbols = nn.Linear(SUBSPACE, shape.length * shape.symbols)

    def forward(self, x: Tensor) -> Tensor:
        """Features in reading order, (B, T, 29), to the softmax of each group, (B, L, K)."""
        _, (last, _) = self.lstm(x)  # (1, B, H)
        m0 = F.relu(last[0])  # (B, H)
        m1 = F.relu(self.to_subspace(m0))  # (B, 64)
        m2 = self.to_symbols(m1)  # (B, L*K)
        if self.shape.final_relu:
            m2 = F.relu(m2)
        groups = m2.view(-1, self.shape.length, self.shape.symbols)  # (B, L, K)
        return F.softmax(groups, dim=2)


class LstmNetworks(Networks):
    """The paper's networks."""

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__(shape)
        self.forward_network = HashNetwork(shape)
        self.backward_network = HashNetwork(shape)

    def soft_forward(self, contexts: Contexts) -> Tensor:
        """Softened forward codes of the segments, (B, L, K)."""
        codes: Tensor = self.forward_network(as_input(contexts.segments, self.device))
        return codes

    def soft_backward(self, contexts: Contexts) -> Tensor:
        """Softened backward codes; the segments are turned round here."""
        retrograde = as_input(contexts.segments, self.device).flip(1)
        codes: Tensor = self.backward_network(retrograde)
        return codes


def build_networks(shape: NetworkShape) -> Networks:
    """Networks of a shape, their weights drawn by torch."""
    from livedshl.learning.window import WindowNetworks

    return WindowNetworks(shape) if shape.reader is Reader.WINDOW else LstmNetworks(shape)


def seeded_networks(shape: NetworkShape, rng: np.random.Generator) -> Networks:
    """New networks with weights drawn from `rng`; torch's own generator is left as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(rng.integers(2**63)))
        return build_networks(shape)


def to_code(soft: Tensor) -> NDArray[np.uint8]:
    """The code a softened code stands for: (..., L, K) to uint8[..., L] (Eq. 1).

    Of equal values the first wins; a ReLU makes such ties.
    """
    code: NDArray[np.uint8] = soft.detach().cpu().numpy().argmax(-1).astype(np.uint8)
    return code


def as_input(segments: NDArray[np.int8], device: torch.device) -> Tensor:
    """Steps, int8[..., 3], as what the networks read, float32 (..., 29)."""
    return torch.from_numpy(features(segments)).to(device).float()


@torch.no_grad()
def encode(
    networks: Networks,
    library: SegmentLibrary,
    progress: Callable[[float], None] = lambda share: None,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Forward and backward codes of all segments, two uint8[n, L].

    Takes a batch at a time from the library, which may lie on disk. `progress` is told the
    share that is done.
    """
    n, length = len(library), networks.shape.length
    forward, backward = np.empty((n, length), np.uint8), np.empty((n, length), np.uint8)
    networks.eval()
    for start in range(0, n, _ENCODE_BATCH):
        batch = slice(start, min(n, start + _ENCODE_BATCH))
        contexts = Contexts.of(library, batch)
        forward[batch] = to_code(networks.soft_forward(contexts))
        backward[batch] = to_code(networks.soft_backward(contexts))
        progress(batch.stop / n)
    return forward, backward


def networks_bytes(networks: Networks) -> bytes:
    """The networks as a safetensors file; its metadata hold the shape as JSON under "shape".

    One entry only: safetensors writes several in an order that changes from run to run.
    """
    metadata = {"shape": json.dumps(asdict(networks.shape))}
    weights = {name: tensor.cpu().contiguous() for name, tensor in networks.state_dict().items()}
    file: bytes = save(weights, metadata)
    return file


def load_networks(path: Path) -> Networks:
    """The networks that `networks_bytes` wrote. Raises BundleError for anything else."""
    try:
        with safe_open(str(path), framework="pt") as file:
            metadata = file.metadata() or {}
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        networks = build_networks(NetworkShape.from_dict(json.loads(metadata["shape"])))
        networks.load_state_dict(weights)
    except FileNotFoundError:
        raise BundleError(f"{path}: no networks here; train the bundle again") from None
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise BundleError(f"{path}: damaged networks ({reason}); train the bundle again") from error
    return networks
