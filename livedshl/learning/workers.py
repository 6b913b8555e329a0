"""Where training runs: the device, the processes that `torchrun` starts, and Ctrl-C."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel

from livedshl.errors import LivedshlError

CPU = torch.device("cpu")


@dataclass(frozen=True, slots=True)
class Workers:
    """The processes that train together, as seen by one of them.

    rank: the number of this process, from 0. size: the number of processes. device: of this one.
    """

    rank: int = 0
    size: int = 1
    device: torch.device = CPU

    @property
    def leads(self) -> bool:
        """Whether this process writes, prints, and reads the tunes first."""
        return self.rank == 0

    def wait(self) -> None:
        """Waits until every process has called this."""
        if self.size > 1:
            distributed.barrier()

    @contextmanager
    def leader_first(self) -> Iterator[None]:
        """Runs the block in the first process, then in the others, which find its cache full."""
        if not self.leads:
            self.wait()
        yield
        if self.leads:
            self.wait()

    def any(self, mine: bool) -> bool:
        """Whether `mine` is true in any process. Every process must call this together."""
        if self.size == 1:
            return mine
        flag = torch.tensor(float(mine), device=self.device)
        distributed.all_reduce(flag, distributed.ReduceOp.MAX)
        return bool(flag > 0)

    def together(self, module: nn.Module) -> nn.Module:
        """The module, with gradients averaged over all processes."""
        return DistributedDataParallel(module) if self.size > 1 else module


ALONE = Workers()
_STARTED_BY_TORCHRUN = (("WORLD_SIZE", "1"), ("LOCAL_RANK", "0"))


@contextmanager
def workers(device: str) -> Iterator[Workers]:
    """The processes that `torchrun` started, or this one alone.

    device: cpu, cuda or mps, or auto for the best one here. Raises LivedshlError if this machine
    does not have it.
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
        raise LivedshlError(
            f"PyTorch finds no {name} device on this machine",
            remedy="Choose the device `auto`",
        )
    return torch.device(name, local_rank) if name == "cuda" else torch.device(name)


@contextmanager
def first_interrupt() -> Iterator[Callable[[], bool]]:
    """Makes the first Ctrl-C only set a flag, which the function returned reads.

    A second Ctrl-C interrupts as usual. Outside the main thread Python delivers no signals, so
    there the function stays false.
    """
    interrupted = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield interrupted.is_set
        return
    before = signal.getsignal(signal.SIGINT)

    def take(number: int, frame: FrameType | None) -> None:
        interrupted.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, take)
    try:
        yield interrupted.is_set
    finally:
        signal.signal(signal.SIGINT, before)
