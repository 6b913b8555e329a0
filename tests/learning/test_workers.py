import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from livedshl.bundle import open_bundle
from livedshl.errors import LivedshlError
from livedshl.learning.workers import workers

TESTS = Path(__file__).resolve().parents[1]
BOOK = TESTS / "tunes" / "book.abc"
# The paper's method takes minutes as a user runs it.
PROGRAMS = {
    "paper": [str(TESTS / "support" / "short_training.py")],
    "contrastive": ["-m", "livedshl"],
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def trained_by_two(method: str, folder: Path) -> Path:
    """A bundle that two processes, started by torchrun, learned together on the CPU."""
    done = subprocess.run(
        [
            sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2",
            "--master-addr", "127.0.0.1", "--master-port", str(free_port()),
            *PROGRAMS[method], "train", str(BOOK), "-o", str(folder), "--method", method,
            "--epochs", "2", "--hidden", "16", "--length", "6", "--device", "cpu",
        ],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("best of 2 epochs") == 1
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("method", ["paper", "contrastive"])
def test_two_processes_learn_one_bundle(method: str, tmp_path: Path) -> None:
    one, other = (trained_by_two(method, tmp_path / name) for name in "ab")
    assert len(open_bundle(one).library.tunes) == 5
    for file in ("networks.safetensors", "forward.npy", "history.json"):
        assert (one / file).read_bytes() == (other / file).read_bytes(), file


def test_the_best_device_there_is_is_taken() -> None:
    with workers("auto") as alone:
        assert alone.leads and alone.size == 1
        assert (alone.device.type == "cuda") == torch.cuda.is_available()


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_a_device_that_is_missing_is_one_line() -> None:
    with pytest.raises(LivedshlError, match=r"no cuda device.*auto"), workers("cuda"):
        pass
