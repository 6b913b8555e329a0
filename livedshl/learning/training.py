"""Trains the hash networks, from pairs of segments to the best epoch's weights.

Reference: Joslyn, Zhuang, Hua: Deep Segment Hash Learning for Music Generation (2018), sections
3.4 and 3.5. Stage one, LSTMs only, predicts steps. Stage two learns the codes.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import SegmentLibrary
from livedshl.errors import CorpusError
from livedshl.learning.checkpoint import CHECKPOINT, Checkpoint, fingerprint
from livedshl.learning.job import Job, Lesson
from livedshl.learning.pairs import split_pairs
from livedshl.learning.run import Stop, fresh, resumed
from livedshl.learning.settings import Method, TrainingSettings
from livedshl.learning.validation import TrainingResult
from livedshl.learning.workers import ALONE, Workers
from livedshl.progress import Progress


def train(
    library: SegmentLibrary,
    positive: NDArray[np.int32],
    settings: TrainingSettings,
    folder: Path,
    *,
    own: int | None = None,
    resume: bool = False,
    progress: Progress = lambda stage, share: None,
    stop: Stop = lambda: False,
    workers: Workers = ALONE,
) -> TrainingResult:
    """Trains on the `positive` pairs of library rows, int32[m, 2], and keeps the best epoch.

    own: the first so many rows are the tunes to learn for, all by default; the others only help.
    The rest is as in `train_together`.
    """
    taught = Taught(library, positive, len(library) if own is None else own)
    return train_together(
        [taught], settings, folder, resume=resume, progress=progress, stop=stop, workers=workers
    )


@dataclass(frozen=True, slots=True, eq=False)
class Taught:
    """What `train_together` learns from one library; the fields are as in `train`."""

    library: SegmentLibrary
    positive: NDArray[np.int32]
    own: int


def train_together(
    taught: Sequence[Taught],
    settings: TrainingSettings,
    folder: Path,
    *,
    resume: bool = False,
    progress: Progress = lambda stage, share: None,
    stop: Stop = lambda: False,
    workers: Workers = ALONE,
) -> TrainingResult:
    """Trains one pair of networks on several libraries, and keeps the best epoch.

    The best epoch has the highest `EpochFigures.score`, measured on withheld pairs of the own
    tunes. Epoch 0, which has learned nothing, counts only if no other was completed. `folder` gets
    a checkpoint before the first epoch and after each one. With `resume`, training continues from
    there and ends as if never interrupted. The paper's method may then run for more epochs; the
    contrastive method may not, because its learning rate depends on them.

    Stops after the current batch once `stop()` is true. The same settings on the same processor
    give the same networks. Each of several `workers` learns from a part of every batch, all get
    the same networks, and the first one writes. Raises CorpusError for too few pairs, BundleError
    for a checkpoint that is missing, damaged, or of other settings or tunes.
    """
    rng = np.random.default_rng(settings.seed)
    lessons = tuple(_lesson(one, settings, rng) for one in taught)
    job = Job(lessons, settings, workers)
    fixed = replace(settings, epochs=0) if settings.method is Method.PAPER else settings
    of_settings = json.dumps(asdict(fixed) | {"own": [one.own for one in taught]})
    mark = fingerprint([(one.library, one.positive) for one in taught], of_settings)
    path = folder / CHECKPOINT
    if resume:
        run = resumed(job, rng, Checkpoint.read(path, mark))
    else:
        if workers.leads:
            path.unlink(missing_ok=True)
        run = fresh(job, rng, progress, stop)
        if not workers.any(stop()) and workers.leads:
            run.checkpoint().write(path, mark)
    while run.epoch < settings.epochs and run.learn_an_epoch(stop):
        if workers.leads:
            run.checkpoint().write(path, mark)
        progress(run.history[-1].summary, run.epoch / settings.epochs)
    return run.result(resumable=path.is_file())


def _lesson(taught: Taught, settings: TrainingSettings, rng: np.random.Generator) -> Lesson:
    split = split_pairs(taught.library, taught.positive, settings.validation_pairs, rng, taught.own)
    if len(split.validation_negative) == 0:
        raise CorpusError(
            f"too few tunes to learn from: only {len(taught.positive)} pairs of segments",
            remedy="Give more tunes",
        )
    return Lesson(taught.library, split, taught.own)
