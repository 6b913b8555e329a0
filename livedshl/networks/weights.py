"""The networks of a bundle as a safetensors file: weights in half precision, their shape beside.

Half precision halves the file. Training rounds the weights before it codes the tunes, so codes and
networks in a bundle agree exactly.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livedshl.errors import BundleError
from livedshl.files import open_regular
from livedshl.networks.layers import Weights
from livedshl.networks.shape import NetworkShape
from livedshl.records import decode, encode

_REBUILD = "Train the model again"


def networks_bytes(weights: Weights, shape: NetworkShape) -> bytes:
    """The networks as a file, with their shape as JSON in its metadata.

    The metadata has one entry, because safetensors writes several in a random order.
    """
    return weights_bytes(weights, {"shape": encode(shape)})


def weights_bytes(weights: Weights, metadata: Mapping[str, str]) -> bytes:
    """Weights as a safetensors file in half precision; metadata of one entry keeps its bytes."""
    # Imported late: `play` reads networks only when somebody plays a phrase.
    from safetensors.numpy import save

    halves = {name: np.asarray(weight, np.float16) for name, weight in weights.items()}
    file: bytes = save(halves, dict(metadata))
    return file


def rounded(weights: Mapping[str, NDArray[Any]]) -> Weights:
    """The weights as they come back from a file: float32 with the values of float16."""
    return {name: weight.astype(np.float16).astype(np.float32) for name, weight in weights.items()}


def read_networks(path: Path) -> tuple[Weights, NetworkShape]:
    """The weights in a file, float32 by name, and their shape.

    Also reads the single precision of older bundles. Raises BundleError.
    """
    from safetensors import SafetensorError  # late, as above

    try:
        weights, metadata = read_weights(path)
        return weights, decode(metadata["shape"], NetworkShape)
    except FileNotFoundError:
        raise BundleError("the networks are missing", where=str(path), remedy=_REBUILD) from None
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise BundleError(
            f"the networks are damaged ({str(error).splitlines()[0]})",
            where=str(path),
            remedy=_REBUILD,
        ) from error


def read_weights(path: Path) -> tuple[Weights, Mapping[str, str]]:
    """The weights in a safetensors file, float32 by name, and its metadata.

    Raises SafetensorError for another file, and OSError.
    """
    from safetensors import safe_open  # late, as above

    open_regular(path).close()  # the library would wait for a pipe
    with safe_open(str(path), framework="np") as file:
        weights = {
            name: np.asarray(file.get_tensor(name), np.float32)
            for name in file.keys()  # noqa: SIM118
        }
        return weights, file.metadata() or {}
