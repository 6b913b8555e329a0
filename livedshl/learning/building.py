"""Makes the networks of a shape, in torch."""

import numpy as np
import torch

from livedshl.learning.networks import LstmNetworks, Networks
from livedshl.learning.window import WindowEnsemble, WindowNetworks
from livedshl.networks.shape import NetworkShape, Reader


def build_networks(shape: NetworkShape) -> Networks:
    """Networks of a shape, with weights from torch's own generator."""
    if shape.reader is Reader.LSTM:
        return LstmNetworks(shape)
    return WindowNetworks(shape) if shape.members == 1 else WindowEnsemble(shape)


def seeded_networks(shape: NetworkShape, rng: np.random.Generator) -> Networks:
    """Networks of a shape, with weights drawn from `rng`. Leaves torch's own generator alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(rng.integers(2**63)))
        return build_networks(shape)
