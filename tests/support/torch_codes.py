"""The codes that torch gives, which those of NumPy must equal."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from livedshl.bundle import SegmentLibrary
from livedshl.learning.building import build_networks
from livedshl.learning.networks import Networks, to_code
from livedshl.networks.weights import networks_bytes, read_networks


def written(networks: Networks) -> bytes:
    """The networks as the file in a bundle."""
    weights = {name: weight.numpy() for name, weight in networks.copied_weights().items()}
    return networks_bytes(weights, networks.shape)


def loaded(path: Path) -> Networks:
    """The networks in a file, in torch."""
    weights, shape = read_networks(path)
    networks = build_networks(shape)
    networks.load_state_dict({name: torch.from_numpy(weight) for name, weight in weights.items()})
    return networks


@torch.no_grad()
def torch_codes(
    networks: Networks, library: SegmentLibrary
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Forward and backward codes of all segments, two uint8[n, L]."""
    networks.eval()
    contexts = library.contexts(slice(None))
    return to_code(networks.soft_forward(contexts)), to_code(networks.soft_backward(contexts))
