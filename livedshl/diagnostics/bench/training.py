"""How long training takes here, with each method, estimated from a few epochs."""

import time
from dataclasses import replace

import numpy as np

from livedshl.bundle import Bundle
from livedshl.bundle.library import stored_tunes
from livedshl.diagnostics.bench.measurement import Measurement, side_by_side
from livedshl.learning.job import Job, Lesson
from livedshl.learning.pairs import positive_pairs, split_pairs
from livedshl.learning.run import fresh
from livedshl.learning.settings import Method, TrainingSettings
from livedshl.progress import Progress

_EPOCHS = 2  # measured, without the first, which warms up
_PRETRAINING_STEPS = 50


def measure_training(bundle: Bundle, progress: Progress) -> list[Measurement]:
    """How long it would take to train on a bundle's tunes again."""
    return side_by_side(
        {
            f"{method} method, {_settings(bundle, method).epochs} epochs": (
                _training_seconds(bundle, method, progress)
            )
            for method in Method
        }
    )


def _settings(bundle: Bundle, method: Method) -> TrainingSettings:
    return TrainingSettings.of(method, bundle.library.grid, bundle.overlaps)


def _training_seconds(bundle: Bundle, method: Method, progress: Progress) -> float:
    """Seconds of a whole training, estimated from a few epochs."""
    settings = _settings(bundle, method)
    some_steps = min(_PRETRAINING_STEPS, settings.pretraining_steps)
    library = bundle.library
    pairs = positive_pairs(stored_tunes(library), settings.follow_beats)
    rng = np.random.default_rng(settings.seed)
    split = split_pairs(library, pairs, settings.validation_pairs, rng)
    shortened = replace(settings, pretraining_steps=some_steps)
    job = Job((Lesson(library, split, len(library)),), shortened)
    started = time.perf_counter()
    pretrained = [started]

    def note_time(stage: str, share: float) -> None:
        pretrained[0] = time.perf_counter()

    run = fresh(job, rng, note_time, lambda: False)
    a_step = (pretrained[0] - started) / max(1, some_steps)
    for epoch in range(_EPOCHS):
        since = time.perf_counter()
        run.learn_an_epoch(lambda: False)
        an_epoch = time.perf_counter() - since
        progress(f"Measuring the {method} method", (epoch + 1) / _EPOCHS)
    return a_step * settings.pretraining_steps + an_epoch * settings.epochs
