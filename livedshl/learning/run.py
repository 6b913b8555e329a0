"""One training run: all that changes while networks are learned, epoch by epoch."""

import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from livedshl.bundle import SegmentLibrary
from livedshl.learning.checkpoint import Checkpoint, optimizer_tensors, restore_optimizer
from livedshl.learning.coding import seeded_networks
from livedshl.learning.networks import LstmNetworks, Networks, to_code
from livedshl.learning.objective import contrastive, objective
from livedshl.learning.pairs import PairSplit
from livedshl.learning.pretraining import PretrainingFigures, pretrain
from livedshl.learning.settings import Method, TrainingSettings
from livedshl.learning.validation import EpochFigures, auc, hamming_distances, retrieval
from livedshl.learning.workers import ALONE, Workers
from livedshl.networks.contexts import Contexts
from livedshl.progress import Progress

_ENCODE_BATCH = 1024
_LEAST_BATCHES = 20  # an epoch of a contrastive training, whose few epochs would else be few steps
_LEAST_BATCH = 32
_WARM_UP = 0.1  # share of a contrastive training in which the learning rate rises


@dataclass(frozen=True, slots=True, eq=False)
class TrainingResult:
    """What training leaves: the networks of the best epoch, and how it went.

    history: figures after every epoch; the row of epoch 0 was taken before the hash stage.
    best_epoch: the epoch of the networks. pretraining: None where there was none.
    finished: False if it was stopped early.
    resumable: whether there is a checkpoint to go on from; not before pre-training is over.
    """

    networks: Networks
    history: tuple[EpochFigures, ...]
    best_epoch: int
    pretraining: PretrainingFigures | None
    finished: bool
    resumable: bool

    def figures(self) -> dict[str, Any]:
        """The figures of the best epoch and of pre-training, for the manifest."""
        figures = asdict(self.history[self.best_epoch])
        if self.pretraining:
            figures["pretraining"] = asdict(self.pretraining)
        return figures


@dataclass(frozen=True, slots=True, eq=False)
class _Batch:
    """Loss of a batch, and the Hamming distances of its positive and negative pairs."""

    loss: float
    positive: NDArray[np.int64]
    negative: NDArray[np.int64]


class Run:
    """All that changes while training; `start` or `restore` comes first."""

    def __init__(
        self,
        library: SegmentLibrary,
        split: PairSplit,
        settings: TrainingSettings,
        rng: np.random.Generator,
        workers: Workers = ALONE,
    ) -> None:
        self._split, self._settings, self._rng = split, settings, rng
        self._workers = workers
        self._library = library
        self._content_ids = library.content_ids
        self._one_of_each = np.unique(self._content_ids, return_index=True)[1]
        self._networks = seeded_networks(settings.shape, rng).to(workers.device)
        self._optimizer = torch.optim.AdamW(
            self._networks.parameters(),
            lr=settings.learning_rate,
            weight_decay=settings.weight_decay,
        )
        self._pretraining: PretrainingFigures | None = None
        self._batch_size = _batch_size(settings, len(split.training))
        self._history: list[EpochFigures] = []
        self._best: dict[str, Tensor] = {}
        self._best_epoch = 0
        self._stopped = False

    @property
    def epoch(self) -> int:
        """Epochs of the hash stage that are done."""
        return len(self._history) - 1

    def start(self, progress: Progress, stop: Callable[[], bool]) -> None:
        """The prediction stage, and the figures of epoch 0."""
        if isinstance(self._networks, LstmNetworks):
            self._pretraining = pretrain(
                self._networks,
                self._library,
                steps=self._settings.pretraining_steps,
                batch_size=self._settings.pretraining_batch,
                learning_rate=self._settings.learning_rate,
                rng=self._rng,
                progress=lambda share: progress("Pre-training", share),
                stop=stop,
                workers=self._workers,
            )
        self._learned = self._workers.together(self._networks)
        self._learned.eval()
        with torch.no_grad():
            self._close_epoch([self._judge(pairs, self._rng)[1] for pairs in self._batches()])

    def learn_an_epoch(self, stop: Callable[[], bool]) -> bool:
        """One pass over the positive pairs; False if it was stopped in between."""
        seen = []
        self._learned.train()
        workers = self._workers
        with torch.random.fork_rng(devices=[]):
            seed = int(self._rng.integers(2**63))
            torch.manual_seed(seed + workers.rank)  # for dropout
            draws = self._rng if workers.size == 1 else np.random.default_rng([seed, workers.rank])
            for number, pairs in enumerate(self._batches()):
                if workers.any(stop()):
                    self._stopped = True
                    return False
                self._set_learning_rate(number)
                loss, batch = self._judge(pairs[workers.rank :: workers.size], draws)
                self._optimizer.zero_grad(set_to_none=True)
                torch.autograd.backward(loss)
                self._optimizer.step()
                seen.append(batch)
        self._close_epoch(seen)
        return True

    def told(self) -> str:
        """How it goes, on a line."""
        now = self._history[-1]
        return (
            f"Epoch {self.epoch}: Hamming {now.validation_positive:.2f} / "
            f"{now.validation_negative:.2f}, {now.distinct_codes} codes"
        )

    def result(self, resumable: bool) -> TrainingResult:
        """The networks of the best epoch and all figures."""
        self._networks.load_state_dict(self._best)
        return TrainingResult(
            self._networks,
            tuple(self._history),
            self._best_epoch,
            self._pretraining,
            finished=not self._stopped,
            resumable=resumable,
        )

    def checkpoint(self) -> Checkpoint:
        """All of it, as it is after an epoch."""
        tensors = {
            f"{part}/{name}": tensor
            for part, named in (
                ("networks", self._networks.state_dict()),
                ("best", self._best),
                ("optimizer", optimizer_tensors(self._optimizer)),
            )
            for name, tensor in named.items()
        }
        state = {
            "rng": self._rng.bit_generator.state,
            "history": [asdict(row) for row in self._history],
            "best_epoch": self._best_epoch,
            "pretraining": asdict(self._pretraining) if self._pretraining else None,
        }
        return Checkpoint(tensors, state)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Goes back to where `checkpoint` was made."""
        parts: dict[str, dict[str, Tensor]] = {"networks": {}, "best": {}, "optimizer": {}}
        for key, tensor in checkpoint.tensors.items():
            part, name = key.split("/", 1)
            parts[part][name] = tensor
        self._networks.load_state_dict(parts["networks"])
        self._learned = self._workers.together(self._networks)
        self._best = parts["best"]
        restore_optimizer(self._optimizer, parts["optimizer"])
        self._rng.bit_generator.state = checkpoint.state["rng"]
        self._history = [EpochFigures(**row) for row in checkpoint.state["history"]]
        self._best_epoch = checkpoint.state["best_epoch"]
        pretraining = checkpoint.state["pretraining"]
        self._pretraining = PretrainingFigures(**pretraining) if pretraining else None

    def _batches(self) -> Iterator[NDArray[np.int32]]:
        """The training pairs in a new order, by batches, int32[B, 2]."""
        order = self._rng.permutation(len(self._split.training))
        for start in range(0, len(order), self._batch_size):
            yield self._split.training[order[start : start + self._batch_size]]

    def _set_learning_rate(self, batch: int) -> None:
        """The paper's method keeps its rate; the contrastive one warms up, then decays to 0."""
        settings = self._settings
        if settings.method is Method.PAPER:
            return
        n_batches = -(-len(self._split.training) // self._batch_size)
        share = (self.epoch + (batch + 1) / n_batches) / settings.epochs
        cosine = (1 + math.cos(math.pi * max(0.0, share - _WARM_UP) / (1 - _WARM_UP))) / 2
        for group in self._optimizer.param_groups:
            group["lr"] = settings.learning_rate * min(share / _WARM_UP, cosine)

    def _judge(self, pairs: NDArray[np.int32], rng: np.random.Generator) -> tuple[Tensor, _Batch]:
        """The loss of a batch, Eq. 5, and what is to be remembered of it.

        Each positive (i, j) brings a negative (i, j') with j' among the batch's seconds: a segment
        then passes through its network once for both pairs. Of several processes each finds its
        negatives in its own part of the batch.
        """
        partner = self._split.negatives.draw(pairs[:, 0], pairs[:, 1], rng)
        first = np.flatnonzero(partner >= 0)
        second = partner[first]
        forward, backward = self._learned(  # (B, L, K) each
            self._contexts(pairs[:, 0]), self._contexts(pairs[:, 1])
        )
        settings = self._settings
        if settings.method is Method.CONTRASTIVE:
            known = self._split.negatives.are_known(pairs[:, :1], pairs[:, 1])
            mask = torch.from_numpy(known).to(self._workers.device)
            loss = contrastive(forward, backward, mask, settings.temperature, settings.balance)
        else:
            negatives = torch.from_numpy(first), torch.from_numpy(second)
            loss = objective(forward, backward, negatives, settings.balance)
        f, b = to_code(forward), to_code(backward)
        distances = hamming_distances(f, b), hamming_distances(f[first], b[second])
        return loss, _Batch(float(loss.detach()), *distances)

    @torch.no_grad()
    def _close_epoch(self, seen: list[_Batch]) -> None:
        """Measures, and keeps the networks if they are the best so far."""
        self._networks.eval()
        split = self._split
        codes = [
            to_code(self._networks.soft_backward(self._contexts(rows)))
            for rows in np.array_split(
                self._one_of_each, -(-len(self._one_of_each) // _ENCODE_BATCH)
            )
        ]
        backward = np.concatenate(codes)[self._content_ids]  # uint8 (n, L)
        positive, negative = split.validation_positive, split.validation_negative
        forward = [
            to_code(self._networks.soft_forward(self._contexts(pairs[:, 0])))
            for pairs in (positive, negative)
        ]
        near = hamming_distances(forward[0], backward[positive[:, 1]])
        far = hamming_distances(forward[1], backward[negative[:, 1]])
        auc_random, recall_100, distinct_codes = retrieval(forward[0], positive[:, 1], backward)
        self._history.append(
            EpochFigures(
                epoch=len(self._history),
                loss=float(np.mean([batch.loss for batch in seen])),
                train_positive=_mean([batch.positive for batch in seen]),
                train_negative=_mean([batch.negative for batch in seen]),
                validation_positive=float(near.mean()),
                validation_negative=float(far.mean()),
                auc_filtered=auc(near, far, self._settings.shape.length),
                auc_random=auc_random,
                recall_100=recall_100,
                distinct_codes=distinct_codes,
            )
        )
        if not self._best or self._history[-1].score > self._history[self._best_epoch].score:
            self._best_epoch = len(self._history) - 1
            self._best = {
                name: weight.cpu().clone() for name, weight in self._networks.state_dict().items()
            }

    def _contexts(self, rows: NDArray[np.integer]) -> Contexts:
        return self._library.contexts(rows)


def _batch_size(settings: TrainingSettings, n_pairs: int) -> int:
    """The batch size asked for; a smaller one where a contrastive training has few pairs."""
    if settings.method is Method.PAPER:
        return settings.batch_size
    return min(settings.batch_size, max(_LEAST_BATCH, n_pairs // _LEAST_BATCHES))


def _mean(distances: list[NDArray[np.int64]]) -> float:
    together = np.concatenate(distances)
    return float(together.mean()) if len(together) else 0.0
