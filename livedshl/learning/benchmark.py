"""How long training and retrieval take here: the same work done in several ways, side by side."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from livedshl.index import Bundle, CodeIndex, hamming
from livedshl.learning.evaluation.holdout import stored_tunes
from livedshl.learning.pairs import positive_pairs, split_pairs
from livedshl.learning.run import Run
from livedshl.learning.settings import Method, Progress, TrainingSettings

_EPOCHS = 2  # measured; the first is left out, it warms up
_PRETRAINING_STEPS = 50
_QUERIES = 200


@dataclass(frozen=True, slots=True)
class Timing:
    """What took how long, in seconds, and how many times as long as the first of its kind."""

    what: str
    seconds: float
    ratio: float


def benchmark(bundle: Bundle, progress: Progress) -> list[Timing]:
    """Timings of training on a bundle's tunes and of retrieving from its codes."""
    training = {
        f"{method} method, {TrainingSettings.of(method, bundle.follow_beats).epochs} epochs": (
            _training_seconds(bundle, method, progress)
        )
        for method in Method
    }
    return [*_side_by_side(training), *_side_by_side(_retrieval_seconds(bundle))]


def _side_by_side(seconds: dict[str, float]) -> list[Timing]:
    first = next(iter(seconds.values()))
    return [Timing(what, taken, taken / first) for what, taken in seconds.items()]


def _training_seconds(bundle: Bundle, method: Method, progress: Progress) -> float:
    """What a whole training would take, from a few epochs of it."""
    settings = TrainingSettings.of(method, bundle.follow_beats)
    some_steps = min(_PRETRAINING_STEPS, settings.pretraining_steps)
    library = bundle.library
    pairs = positive_pairs(stored_tunes(library), settings.follow_beats)
    rng = np.random.default_rng(settings.seed)
    split = split_pairs(library, pairs, settings.validation_pairs, rng)
    run = Run(library, split, replace(settings, pretraining_steps=some_steps), rng)
    started = time.perf_counter()
    pretrained = [started]

    def note_time(stage: str, share: float) -> None:
        pretrained[0] = time.perf_counter()

    run.start(note_time, lambda: False)
    a_step = (pretrained[0] - started) / max(1, some_steps)
    for epoch in range(_EPOCHS):
        since = time.perf_counter()
        run.learn_an_epoch(lambda: False)
        an_epoch = time.perf_counter() - since
        progress(f"Measuring the {method} method", (epoch + 1) / _EPOCHS)
    return a_step * settings.pretraining_steps + an_epoch * settings.epochs


def _retrieval_seconds(bundle: Bundle) -> dict[str, float]:
    """A query through the index, and by comparing it with the codes of all segments."""
    index = CodeIndex(bundle.backward, bundle.shape)
    rng = np.random.default_rng(0)
    queries = np.asarray(bundle.forward)[rng.integers(len(bundle.library), size=_QUERIES)]
    backward = np.asarray(bundle.backward)
    return {
        "a query, by the index": _each(lambda row: index.nearest(queries[row])),
        "a query, comparing all segments": _each(
            lambda row: hamming(queries[row], backward, bundle.shape).min()
        ),
    }


def _each(ask: Callable[[int], object]) -> float:
    ask(0)  # what is made at the first query
    started = time.perf_counter()
    for row in range(_QUERIES):
        ask(row)
    return (time.perf_counter() - started) / _QUERIES
