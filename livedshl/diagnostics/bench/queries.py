"""How long a query takes with the index, and with a scan of all codes.

Also how long retrieving a continuation takes, with all rules and the ranking.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from livedshl.bundle import Bundle, SegmentLibrary
from livedshl.diagnostics.bench.measurement import Measurement
from livedshl.improviser import ContinuationRules, Form, Groundwork, Improvisation, Repertoire
from livedshl.index import CodeIndex, Ring, hamming, pack, unpack
from livedshl.index.codes import CodeShape, Words
from livedshl.music.segments import PITCH, REST
from livedshl.progress import Progress

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)  # segments
_QUERIES = 100
_MOST_FOR_RETRIEVAL = 1_000_000  # segments; finding equal ones among more takes minutes
_SLOW_QUERIES = 5  # enough of those that take longer than `_SLOW_S`
_SLOW_S = 0.1
_CHANGED = 0.1  # share of symbols that an invented code changes
_BLOCK = 1_000_000


def measure_queries(
    bundle: Bundle, progress: Progress, sizes: tuple[int, ...] = SIZES
) -> list[Measurement]:
    """The latency of queries among more and more segments, modelled on a bundle's.

    Queries are forward codes of the bundle's segments; retrievals are those of a free run.
    """
    rng = np.random.default_rng(0)
    queries = np.asarray(bundle.forward)[rng.integers(len(bundle.library), size=_QUERIES)]
    found = []
    for done, size in enumerate(sizes):
        progress(f"Querying {size:,} segments", done / len(sizes))
        codes = _codes_like(bundle, size, rng)
        index = CodeIndex(codes, bundle.shape)
        by_index = _latencies(partial(_nearest, index=index), queries)
        by_scan = _latencies(partial(_scan, codes=codes, shape=bundle.shape), queries)
        median_ms = np.median(by_index) * 1e3
        figures: dict[str, float | str] = {
            "median ms": float(median_ms),
            "99 % ms": float(np.quantile(by_index, 0.99) * 1e3),
            "all codes, median ms": float(np.median(by_scan) * 1e3),
            "ratio": float(np.median(by_scan) * 1e3 / median_ms),
        }
        if size <= _MOST_FOR_RETRIEVAL:
            retrievals = _retrievals(_bundle_like(bundle, codes), index)
            figures["retrieval, median ms"] = float(np.median(retrievals) * 1e3)
            figures["retrieval, 99 % ms"] = float(np.quantile(retrievals, 0.99) * 1e3)
        found.append(Measurement(f"{size:,} segments", figures))
    progress("Querying", 1.0)
    return found


def _nearest(query: Words, index: CodeIndex) -> Ring:
    return next(index.rings(query))


def _scan(query: Words, codes: Words, shape: CodeShape) -> int:
    return int(hamming(query, codes, shape).min())


def _codes_like(bundle: Bundle, size: int, rng: np.random.Generator) -> Words:
    """The bundle's backward codes, repeated, each with some symbols drawn at random.

    uint64[size, words].
    """
    backward, shape = np.asarray(bundle.backward), bundle.shape
    blocks = []
    for start in range(0, size, _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, size)) % len(backward)
        codes = unpack(backward[rows], shape)
        changed = rng.random(codes.shape, np.float32) < _CHANGED
        codes[changed] = rng.integers(shape.symbols, size=int(changed.sum()), dtype=np.uint8)
        blocks.append(pack(codes, shape))
    return np.asfortranarray(np.concatenate(blocks))


def _bundle_like(bundle: Bundle, backward: Words) -> Bundle:
    """The bundle's tunes, repeated at other pitches each time, with these backward codes."""
    library, size = bundle.library, len(backward)
    copies = -(-size // len(library))
    copy = np.arange(copies)
    steps = np.tile(library.steps, (copies, 1))
    shift = np.repeat(copy % 25 - 12, len(library.steps))
    sounding = steps[:, PITCH] != REST
    steps[sounding, PITCH] += shift[sounding].astype(np.int8)
    offsets = copy[:, None] * len(library.steps)
    starts = (offsets + library.starts).ravel()[:size]
    tune_starts = (offsets + library.tune_steps[:-1]).ravel()
    n_tunes = int(np.searchsorted(tune_starts, starts[-1], "right"))
    ends = np.append(tune_starts, len(steps))[: n_tunes + 1]
    return replace(
        bundle,
        library=SegmentLibrary(
            (library.tunes * copies)[:n_tunes],
            ends.astype(np.int32),
            steps[: ends[-1]],
            starts.astype(np.int32),
            np.tile(library.phases, copies)[:size],
            library.grid,
        ),
        forward=np.tile(bundle.forward, (copies, 1))[:size],
        backward=backward,
        roles=np.tile(bundle.roles, copies)[:size],
    )


def _retrievals(bundle: Bundle, index: CodeIndex) -> list[float]:
    """Seconds of each retrieval in a free run with the usual rules."""
    rng = np.random.default_rng(0)
    passages = Improvisation(
        Repertoire(Groundwork(bundle), index, ContinuationRules()), Form.NONE, rng
    )
    next(passages)  # the opening; the first retrieval after it warms up in `_latencies`
    return _latencies(lambda query: next(passages), np.empty((_QUERIES, 0), np.uint64))


def _latencies(ask: Callable[[Words], object], queries: Words) -> list[float]:
    """Seconds of each query; stops after a few if they are slow."""
    ask(queries[0])  # warms up
    taken: list[float] = []
    for query in queries:
        since = time.perf_counter()
        ask(query)
        taken.append(time.perf_counter() - since)
        if len(taken) >= _SLOW_QUERIES and taken[-1] > _SLOW_S:
            break
    return taken
