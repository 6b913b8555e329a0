"""Learns the hash networks: prediction first, then codes from pairs (paper, sections 3.4, 3.5)."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import SegmentLibrary
from livedshl.errors import CorpusError
from livedshl.learning.checkpoint import CHECKPOINT, Checkpoint, fingerprint
from livedshl.learning.pairs import split_pairs
from livedshl.learning.run import Run, TrainingResult
from livedshl.learning.settings import Method, TrainingSettings
from livedshl.learning.workers import ALONE, Workers
from livedshl.progress import Progress


def train(
    library: SegmentLibrary,
    positive: NDArray[np.int32],
    settings: TrainingSettings,
    folder: Path,
    *,
    resume: bool = False,
    progress: Progress = lambda stage, share: None,
    stop: Callable[[], bool] = lambda: False,
    workers: Workers = ALONE,
) -> TrainingResult:
    """Trains on the `positive` pairs of library rows, int32[m, 2]; the networks are the best.

    Best is the epoch with the highest `EpochFigures.score`, which is taken on withheld pairs.
    A checkpoint is written into `folder` before the first and after every epoch; with `resume`
    training goes on from there, and ends as it would have without the interruption. More epochs
    may be asked for then, but not of the contrastive method: its learning rate follows from them.
    When `stop` says so it ends after the current batch. Deterministic for the same settings on
    the same processor. Of several `workers` each learns from its part of every batch, all get the
    same networks, and the first one writes. Raises CorpusError for too few pairs, BundleError for
    a checkpoint that is missing, damaged or of other settings or tunes.
    """
    rng = np.random.default_rng(settings.seed)
    split = split_pairs(library, positive, settings.validation_pairs, rng)
    if len(split.validation_negative) == 0:
        raise CorpusError(f"too few tunes to learn from: {len(positive)} pairs; give more tunes")
    fixed = replace(settings, epochs=0) if settings.method is Method.PAPER else settings
    mark = fingerprint(library, positive, json.dumps(asdict(fixed)))
    path = folder / CHECKPOINT
    run = Run(library, split, settings, rng, workers)
    if resume:
        run.restore(Checkpoint.read(path, mark))
    else:
        if workers.leads:
            path.unlink(missing_ok=True)
        run.start(progress, stop)
        if not workers.any(stop()) and workers.leads:
            run.checkpoint().write(path, mark)
    while run.epoch < settings.epochs and run.learn_an_epoch(stop):
        if workers.leads:
            run.checkpoint().write(path, mark)
        progress(run.told(), run.epoch / settings.epochs)
    return run.result(resumable=path.is_file())
