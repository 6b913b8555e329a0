"""The state of a training run on disk, so that it can go on: one safetensors file, no pickle."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from livedshl.bundle import SegmentLibrary
from livedshl.errors import BundleError

CHECKPOINT = "checkpoint.safetensors"


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """Tensors by name, and whatever else JSON can hold."""

    tensors: Mapping[str, Tensor]
    state: Mapping[str, Any]

    def write(self, path: Path, mark: str) -> None:
        """Writes the file beside its place and renames it, so that a whole one is always there."""
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".part")
        tensors = {name: tensor.cpu().contiguous() for name, tensor in self.tensors.items()}
        save_file(tensors, beside, {"mark": mark, "state": json.dumps(self.state)})
        beside.replace(path)

    @classmethod
    def read(cls, path: Path, mark: str) -> "Checkpoint":
        """The checkpoint at `path`.

        Raises BundleError if there is none, if it is damaged, or if its `mark` is another.
        """
        if not path.is_file():
            raise BundleError(f"{path}: no checkpoint to resume from; train without --resume")
        try:
            with safe_open(str(path), framework="pt") as file:
                metadata = file.metadata()
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            found, state = metadata["mark"], json.loads(metadata["state"])
        except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
            raise BundleError(f"{path}: damaged checkpoint; train without --resume") from error
        if found != mark:
            raise BundleError(
                f"{path}: made with other settings or tunes; give the same ones, "
                "or train without --resume"
            )
        return cls(tensors, state)


def fingerprint(library: SegmentLibrary, pairs: NDArray[np.int32], settings: str) -> str:
    """A mark that changes with the segments, the pairs and the `settings`."""
    digest = hashlib.sha256(settings.encode())
    for array in (library.steps, library.starts, pairs):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The optimiser's running state by parameter number and name."""
    state = optimizer.state_dict()["state"]
    return {f"{i}.{name}": value for i, entry in state.items() for name, value in entry.items()}


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Puts back what `optimizer_tensors` gave."""
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        index, name = key.split(".")
        state.setdefault(int(index), {})[name] = value
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})
