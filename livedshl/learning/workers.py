"""Where training runs: on which device, and in how many processes (`torchrun`)."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel

from livedshl.errors import LivedshlError

CPU = torch.device("cpu")


@dataclass(frozen=True, slots=True)
class Workers:
    """The processes that train together, as one of them sees it.

    rank: its number, from 0. size: how many there are. device: where it computes.
    """

    rank: int = 0
    size: int = 1
    device: torch.device = CPU

    @property
    def leads(self) -> bool:
        """Whether this process writes, prints and reads first."""
        return self.rank == 0

    def wait(self) -> None:
        """Until all have come here."""
        if self.size > 1:
            distributed.barrier()

    @contextmanager
    def leader_first(self) -> Iterator[None]:
        """What the first process does before the others do it too, as it fills a cache for them."""
        if not self.leads:
            self.wait()
        yield
        if self.leads:
            self.wait()

    def any(self, mine: bool) -> bool:
        """Whether it is so for any of them; all must ask together."""
        if self.size == 1:
            return mine
        flag = torch.tensor(float(mine), device=self.device)
        distributed.all_reduce(flag, distributed.ReduceOp.MAX)
        return bool(flag > 0)

    def together(self, module: nn.Module) -> nn.Module:
        """The module with gradients that are the mean over all processes."""
        return DistributedDataParallel(module) if self.size > 1 else module


ALONE = Workers()
_STARTED_BY_TORCHRUN = (("WORLD_SIZE", "1"), ("LOCAL_RANK", "0"))


@contextmanager
def workers(device: str) -> Iterator[Workers]:
    """The processes that `torchrun` started, or this one alone.

    device: cpu, cuda or mps, or auto for the best there is. Raises LivedshlError for a device that
    this machine does not have.
    """
    size, local_rank = (int(os.environ.get(*variable)) for variable in _STARTED_BY_TORCHRUN)
    chosen = _device(device, local_rank)
    if size == 1:
        yield Workers(device=chosen)
        return
    if chosen.type == "cuda":
        torch.cuda.set_device(chosen)
    distributed.init_process_group("nccl" if chosen.type == "cuda" else "gloo")
    try:
        yield Workers(distributed.get_rank(), size, chosen)
    finally:
        distributed.destroy_process_group()


def _device(name: str, local_rank: int) -> torch.device:
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if name == "auto":
        name = next(each for each, is_there in there.items() if is_there)
    if not there[name]:
        raise LivedshlError(f"--device {name}: PyTorch finds none here; give --device auto")
    return torch.device(name, local_rank) if name == "cuda" else torch.device(name)
