"""Trains the networks that code accompaniment: each true pair of bars against all of its batch.

A batch has runs of bars from many songs in one metre. So a bar must be told from those around it,
which are the likest.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from livedshl.errors import CorpusError
from livedshl.learning.accompaniment.networks import AccompanimentNetworks
from livedshl.learning.job import share_of_rate
from livedshl.learning.objective import contrastive
from livedshl.music.accompaniment_features import AccompanimentBars
from livedshl.networks.shape import NetworkShape, Reader
from livedshl.progress import Progress, unseen

_RUN = 16  # bars of a song in a row
_FEWEST = 16  # pairs in a batch


@dataclass(frozen=True, slots=True)
class AccompanimentSettings:
    """How codes of accompaniment are learned; by default as those that ship were.

    shape: of the networks. batch_size: pairs of bars. learning_rate, weight_decay: of AdamW; the
    rate warms up, then decays to 0. balance, temperature: as in `TrainingSettings`.
    """

    shape: NetworkShape = field(
        default_factory=lambda: NetworkShape(Reader.WINDOW, 32, 16, 256, dropout=0.3)
    )
    epochs: int = 6
    batch_size: int = 512
    learning_rate: float = 2e-3
    weight_decay: float = 0.1
    balance: float = 1.0
    temperature: float = 0.04
    seed: int = 0


def train_accompaniment(
    bars: AccompanimentBars,
    firsts: NDArray[np.int64],
    settings: AccompanimentSettings,
    progress: Progress = unseen,
) -> AccompanimentNetworks:
    """Networks that learned from the bars `firsts` and those that follow them.

    The same settings on the same processor give the same networks. Raises CorpusError for too few.
    """
    rng = np.random.default_rng(settings.seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(rng.integers(2**63)))
        networks = AccompanimentNetworks(settings.shape)
        optimizer = torch.optim.AdamW(
            networks.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
        )
        for epoch in range(settings.epochs):
            batches = list(_batches(bars, firsts, settings.batch_size, rng))
            if not batches:
                raise CorpusError(
                    f"too little accompaniment to learn from: only {len(firsts)} pairs of bars",
                    remedy="Give more songs",
                )
            for number, batch in enumerate(batches, 1):
                share = (epoch + number / len(batches)) / settings.epochs
                for group in optimizer.param_groups:
                    group["lr"] = settings.learning_rate * share_of_rate(share)
                _learn(networks, optimizer, bars, batch, settings)
                progress("Learning codes of accompaniment", share)
    return networks.eval()


def _learn(
    networks: AccompanimentNetworks,
    optimizer: torch.optim.Optimizer,
    bars: AccompanimentBars,
    batch: NDArray[np.int64],
    settings: AccompanimentSettings,
) -> None:
    """One step, on the pairs that begin with the bars of `batch`."""
    following = bars.contents[batch + 1]
    known = torch.from_numpy(following[:, None] == following)
    loss = contrastive(
        networks.soft_forward(bars, batch),
        networks.soft_backward(bars, batch + 1),
        known,
        settings.temperature,
        settings.balance,
    )
    optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()


def _batches(
    bars: AccompanimentBars, firsts: NDArray[np.int64], size: int, rng: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """All pairs once, in batches of one metre, in random order."""
    batches = []
    for grid in np.unique(bars.grids[firsts]):
        of_grid = firsts[bars.grids[firsts] == grid]
        runs = list(_runs(of_grid, bars.stretches[of_grid], rng))
        order = rng.permutation(len(runs))
        shuffled = np.concatenate([runs[number] for number in order])
        batches += [shuffled[start : start + size] for start in range(0, len(shuffled), size)]
    large = [batch for batch in batches if len(batch) >= _FEWEST]
    for number in rng.permutation(len(large)):
        yield large[number]


def _runs(
    rows: NDArray[np.int64], stretches: NDArray[np.int32], rng: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """The rows of each stretch, cut into runs at places that differ from epoch to epoch."""
    for of_stretch in np.split(rows, np.flatnonzero(np.diff(stretches)) + 1):
        cuts = np.arange(int(rng.integers(1, _RUN + 1)), len(of_stretch), _RUN)
        yield from np.split(of_stretch, cuts)
