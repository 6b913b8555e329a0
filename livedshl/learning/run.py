"""One training run, epoch by epoch; `training.train_together` leads it.

`fresh` and `resumed` make a `Run` of a `Job`, `Run.learn_an_epoch` is one pass over the pairs, and
`_judged` is the loss of one batch. Shapes: B pairs per batch, codes of L symbols with K values.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from livedshl.learning.building import seeded_networks
from livedshl.learning.checkpoint import Checkpoint, optimizer_tensors, restore_optimizer
from livedshl.learning.job import Job, Lesson
from livedshl.learning.networks import LstmNetworks, Networks, to_code
from livedshl.learning.objective import contrastive_of_parts, objective
from livedshl.learning.pretraining import PretrainingFigures, pretrain
from livedshl.learning.settings import Method
from livedshl.learning.validation import (
    BatchFigures,
    EpochFigures,
    TrainingResult,
    hamming_distances,
    measured,
)
from livedshl.progress import Progress

Stop = Callable[[], bool]


@dataclass(slots=True, eq=False)
class Run:
    """What changes during training: made by `fresh` or `resumed`, and changed epoch by epoch.

    learned: the networks, with gradients averaged over all workers. history: one row per epoch
    done, from epoch 0. best: the weights of `best_epoch`. of_lessons: its figures by lesson.
    """

    job: Job
    rng: np.random.Generator
    networks: Networks
    learned: nn.Module
    optimizer: torch.optim.Optimizer
    pretraining: PretrainingFigures | None
    history: list[EpochFigures]
    best: dict[str, Tensor]
    best_epoch: int
    of_lessons: tuple[EpochFigures, ...]

    @property
    def epoch(self) -> int:
        """Epochs of the hash stage done."""
        return len(self.history) - 1

    def learn_an_epoch(self, stop: Stop) -> bool:
        """One pass over the training pairs. False if `stop` ended it early."""
        job, workers = self.job, self.job.workers
        seen: list[tuple[Lesson, BatchFigures]] = []
        self.learned.train()
        with torch.random.fork_rng(devices=[]):
            seed = int(self.rng.integers(2**63))
            torch.manual_seed(seed + workers.rank)  # for dropout
            draws = self.rng if workers.size == 1 else np.random.default_rng([seed, workers.rank])
            batches = job.batches(self.rng, self.epoch)
            for number, (lesson, pairs) in enumerate(batches, 1):  # (B, 2)
                if workers.any(stop()):
                    return False
                for group in self.optimizer.param_groups:
                    group["lr"] = job.learning_rate(self.epoch + number / len(batches))
                mine = pairs[workers.rank :: workers.size]  # (B / workers, 2)
                loss, batch = _judged(job, lesson, self.learned, mine, draws)
                self.optimizer.zero_grad(set_to_none=True)
                torch.autograd.backward(loss)
                self.optimizer.step()
                seen.append((lesson, batch))
        of_lessons = _measured(job, self.networks, seen, self.epoch + 1)
        figures = EpochFigures.together(of_lessons)
        self.history.append(figures)
        if self.best_epoch == 0 or figures.score > self.history[self.best_epoch].score:
            self.best, self.best_epoch = self.networks.copied_weights(), figures.epoch
            self.of_lessons = of_lessons
        return True

    def result(self, resumable: bool) -> TrainingResult:
        """The networks with the weights of the best epoch, and all figures."""
        self.networks.load_state_dict(self.best)
        return TrainingResult(
            self.networks,
            tuple(self.history),
            self.of_lessons,
            self.best_epoch,
            self.pretraining,
            finished=self.epoch >= self.job.settings.epochs,
            resumable=resumable,
        )

    def checkpoint(self) -> Checkpoint:
        """Everything that `resumed` needs, as it is after an epoch."""
        parts = {
            "networks": self.networks.state_dict(),
            "best": self.best,
            "optimizer": optimizer_tensors(self.optimizer),
        }
        state = {
            "rng": self.rng.bit_generator.state,
            "history": [asdict(row) for row in self.history],
            "of_lessons": [asdict(row) for row in self.of_lessons],
            "best_epoch": self.best_epoch,
            "pretraining": asdict(self.pretraining) if self.pretraining else None,
        }
        return Checkpoint.of_parts(parts, state)


def fresh(job: Job, rng: np.random.Generator, progress: Progress, stop: Stop) -> Run:
    """A new run: seeded networks, after the prediction stage, with the figures of epoch 0."""
    settings, workers = job.settings, job.workers
    networks = seeded_networks(settings.shape, rng).to(workers.device)
    pretraining = None
    if isinstance(networks, LstmNetworks):
        pretraining = pretrain(
            networks,
            job.lessons[0].library,
            steps=settings.pretraining_steps,
            batch_size=settings.pretraining_batch,
            learning_rate=settings.learning_rate,
            rng=rng,
            progress=lambda share: progress("Pre-training", share),
            stop=stop,
            workers=workers,
        )
    learned = workers.together(networks)
    learned.eval()
    with torch.no_grad():
        seen = [
            (lesson, _judged(job, lesson, learned, pairs, rng)[1])
            for lesson, pairs in job.batches(rng, epoch=0)
        ]
    of_lessons = _measured(job, networks, seen, epoch=0)
    return Run(
        job,
        rng,
        networks,
        learned,
        job.optimizer(networks),
        pretraining,
        history=[EpochFigures.together(of_lessons)],
        best=networks.copied_weights(),
        best_epoch=0,
        of_lessons=of_lessons,
    )


def resumed(job: Job, rng: np.random.Generator, checkpoint: Checkpoint) -> Run:
    """The run that `Run.checkpoint` saved."""
    state = checkpoint.state
    networks = seeded_networks(job.settings.shape, rng).to(job.workers.device)
    networks.load_state_dict(checkpoint.part("networks"))
    optimizer = job.optimizer(networks)
    restore_optimizer(optimizer, checkpoint.part("optimizer"))
    rng.bit_generator.state = state["rng"]
    return Run(
        job,
        rng,
        networks,
        job.workers.together(networks),
        optimizer,
        PretrainingFigures(**state["pretraining"]) if state["pretraining"] else None,
        [EpochFigures(**row) for row in state["history"]],
        checkpoint.part("best"),
        state["best_epoch"],
        tuple(EpochFigures(**row) for row in state["of_lessons"]),
    )


def _measured(
    job: Job, networks: Networks, seen: Sequence[tuple[Lesson, BatchFigures]], epoch: int
) -> tuple[EpochFigures, ...]:
    """The figures of an epoch for each lesson, from the batches seen and the withheld pairs."""
    return tuple(
        measured(
            networks,
            lesson.library,
            lesson.split,
            [batch for of, batch in seen if of is lesson],
            epoch,
        )
        for lesson in job.lessons
    )


def _judged(
    job: Job,
    lesson: Lesson,
    learned: nn.Module,
    pairs: NDArray[np.int32],
    rng: np.random.Generator,
) -> tuple[Tensor, BatchFigures]:
    """The loss of a batch of positive pairs, (B, 2), by Eq. 5, and its figures.

    Every pair (i, j) brings a negative (i, j'), where j' is another second of the batch. So each
    segment passes through its network once. Each worker draws negatives from its own part.
    """
    settings, split = job.settings, lesson.split
    partner = split.negatives.draw(pairs[:, 0], pairs[:, 1], rng)  # (B,), -1 for none
    first = np.flatnonzero(partner >= 0)  # (m,)
    second = partner[first]  # (m,)
    forward, backward = learned(  # (B, L, K) each
        lesson.library.contexts(pairs[:, 0]), lesson.library.contexts(pairs[:, 1])
    )
    if settings.method is Method.CONTRASTIVE:
        known = split.negatives.are_known(pairs[:, :1], pairs[:, 1])  # (B, B)
        mask = torch.from_numpy(known).to(job.workers.device)
        lengths = [part.length for part in settings.shape.parts]
        parts = forward.split(lengths, 1), backward.split(lengths, 1)
        loss = contrastive_of_parts(*parts, mask, settings.temperature, settings.balance)
    else:
        negatives = torch.from_numpy(first), torch.from_numpy(second)
        loss = objective(forward, backward, negatives, settings.balance)
    f, b = to_code(forward), to_code(backward)  # uint8 (B, L) each
    near, far = hamming_distances(f, b), hamming_distances(f[first], b[second])  # (B,), (m,)
    return loss, BatchFigures(float(loss.detach()), near, far)
