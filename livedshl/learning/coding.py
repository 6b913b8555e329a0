"""Builds, writes and reads the networks, and codes libraries with them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from livedshl import records
from livedshl.bundle import CodedLibrary, SegmentLibrary
from livedshl.errors import BundleError
from livedshl.index import CodeShape, pack
from livedshl.learning.networks import LstmNetworks, Networks, to_code
from livedshl.learning.roles import roles_in
from livedshl.learning.window import WindowNetworks
from livedshl.music.chords import ChordVocabulary
from livedshl.music.leadsheet import Mode
from livedshl.networks.shape import NetworkShape, Reader

BATCH = 1024  # segments


def build_networks(shape: NetworkShape) -> Networks:
    """Networks of a shape, with weights from torch's own generator."""
    return WindowNetworks(shape) if shape.reader is Reader.WINDOW else LstmNetworks(shape)


def seeded_networks(shape: NetworkShape, rng: np.random.Generator) -> Networks:
    """Networks of a shape, with weights drawn from `rng`. Leaves torch's own generator alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(rng.integers(2**63)))
        return build_networks(shape)


@torch.no_grad()
def encode(
    networks: Networks,
    library: SegmentLibrary,
    progress: Callable[[float], None] = lambda share: None,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Forward and backward codes of all segments, two uint8[n, L].

    Reads the library in batches, because it may lie on disk. `progress` receives the share done.
    """
    n, length = len(library), networks.shape.length
    forward, backward = np.empty((n, length), np.uint8), np.empty((n, length), np.uint8)
    networks.eval()
    for start in range(0, n, BATCH):
        batch = slice(start, min(n, start + BATCH))
        contexts = library.contexts(batch)
        forward[batch] = to_code(networks.soft_forward(contexts))
        backward[batch] = to_code(networks.soft_backward(contexts))
        progress(batch.stop / n)
    return forward, backward


def coded_library(
    networks: Networks,
    library: SegmentLibrary,
    vocabulary: ChordVocabulary,
    mode: Mode,
    follow_beats: int,
    progress: Callable[[float], None],
) -> CodedLibrary:
    """The library with the codes that the networks give it, and the roles of its segments."""
    forward, backward = encode(networks, library, progress)
    shape = CodeShape(networks.shape.length, networks.shape.symbols)
    return CodedLibrary(
        library=library,
        vocabulary=vocabulary,
        mode=mode,
        roles=roles_in(library, vocabulary, mode),
        shape=shape,
        follow_beats=follow_beats,
        forward=pack(forward, shape),
        backward=pack(backward, shape),
    )


def networks_bytes(networks: Networks) -> bytes:
    """The networks as a safetensors file, with their shape as JSON in its metadata.

    The metadata has one entry, because safetensors writes several in a random order.
    """
    metadata = {"shape": records.encode(networks.shape)}
    weights = {name: tensor.cpu().contiguous() for name, tensor in networks.state_dict().items()}
    file: bytes = save(weights, metadata)
    return file


def load_networks(path: Path) -> Networks:
    """The networks that `networks_bytes` wrote. Raises BundleError for anything else."""
    try:
        with safe_open(str(path), framework="pt") as file:
            metadata = file.metadata() or {}
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        networks = build_networks(records.decode(metadata["shape"], NetworkShape))
        networks.load_state_dict(weights)
    except FileNotFoundError:
        raise BundleError(
            "the networks are missing", where=str(path), remedy="Train the model again"
        ) from None
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise BundleError(
            f"the networks are damaged ({reason})",
            where=str(path),
            remedy="Train the model again",
        ) from error
    return networks
