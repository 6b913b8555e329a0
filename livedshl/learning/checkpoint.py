"""The state of a training run on disk: one safetensors file, without pickle."""

import hashlib
import json
from collections.abc import Mapping, Sequence
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
_START_OVER = "Train from the beginning"


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """Tensors named "part/name", and any other state that JSON can hold."""

    tensors: Mapping[str, Tensor]
    state: Mapping[str, Any]

    @classmethod
    def of_parts(
        cls, parts: Mapping[str, Mapping[str, Tensor]], state: Mapping[str, Any]
    ) -> "Checkpoint":
        """A checkpoint of the tensors of some parts, by name."""
        tensors = {
            f"{part}/{name}": tensor
            for part, named in parts.items()
            for name, tensor in named.items()
        }
        return cls(tensors, state)

    def part(self, part: str) -> dict[str, Tensor]:
        """The tensors of one part, by name."""
        prefix = f"{part}/"
        return {
            key.removeprefix(prefix): tensor
            for key, tensor in self.tensors.items()
            if key.startswith(prefix)
        }

    def write(self, path: Path, mark: str) -> None:
        """Writes the file beside its place, then renames it: there is always a whole one."""
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".part")
        tensors = {name: tensor.cpu().contiguous() for name, tensor in self.tensors.items()}
        save_file(tensors, beside, {"mark": mark, "state": json.dumps(self.state)})
        beside.replace(path)

    @classmethod
    def read(cls, path: Path, mark: str) -> "Checkpoint":
        """The checkpoint at `path`.

        Raises BundleError if it is missing or damaged, or if its `mark` differs.
        """
        where = str(path)
        if not path.is_file():
            raise BundleError(
                "there is no checkpoint to resume from", where=where, remedy=_START_OVER
            )
        try:
            with safe_open(where, framework="pt") as file:
                metadata = file.metadata()
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            found, state = metadata["mark"], json.loads(metadata["state"])
        except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
            raise BundleError(
                "the checkpoint is damaged", where=where, remedy=_START_OVER
            ) from error
        if found != mark:
            raise BundleError(
                "the checkpoint has other settings or tunes",
                where=where,
                remedy="Resume with the same settings and tunes, or train from the beginning",
            )
        return cls(tensors, state)


def fingerprint(
    learned_from: Sequence[tuple[SegmentLibrary, NDArray[np.int32]]], settings: str
) -> str:
    """A mark that changes with the segments and pairs of each library, and the `settings`."""
    digest = hashlib.sha256(settings.encode())
    for library, pairs in learned_from:
        for array in (library.steps, library.starts, pairs):
            digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The running state of an optimiser, by parameter number and name."""
    state = optimizer.state_dict()["state"]
    return {f"{i}.{name}": value for i, entry in state.items() for name, value in entry.items()}


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Restores the state that `optimizer_tensors` returned."""
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        index, name = key.split(".")
        state.setdefault(int(index), {})[name] = value
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})
