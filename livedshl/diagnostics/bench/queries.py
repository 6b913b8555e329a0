"""How long a query takes with the index, and with a scan of all codes.

Also how long retrieving a continuation takes, with all rules and the ranking, and how long that
takes with a bar of accompaniment.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle, repeat

import numpy as np

from livedshl.arranger.accompaniment_finder import AccompanimentFinder, PlayedBar
from livedshl.arranger.accompanist import Accompanist, BarWish
from livedshl.bundle import Bundle
from livedshl.bundle.accompaniment import AccompanimentLibrary
from livedshl.diagnostics.bench.measurement import Measurement
from livedshl.diagnostics.bench.scaled import accompaniment_like, bundle_like, codes_like
from livedshl.improviser import ContinuationRules, Form, Groundwork, Improvisation, Repertoire
from livedshl.index import CodeIndex, Ring, hamming
from livedshl.index.codes import CodeShape, Words
from livedshl.music.accompaniment import NO_NOTES
from livedshl.music.segments import REST
from livedshl.progress import Progress

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)  # segments
_QUERIES = 100
_MOST_FOR_RETRIEVAL = 1_000_000  # segments; finding equal ones among more takes minutes
_SLOW_QUERIES = 5  # enough of those that take longer than `_SLOW_S`
_SLOW_S = 0.1
_SECTION_BARS = 8


def measure_queries(
    bundle: Bundle,
    progress: Progress,
    sizes: tuple[int, ...] = SIZES,
    accompaniment: AccompanimentLibrary | None = None,
) -> list[Measurement]:
    """The latency of queries among more and more segments, modelled on a bundle's.

    Queries are forward codes of the bundle's segments; retrievals are those of a free run.
    accompaniment: bars of it are retrieved as well, among as many. All is in processor time,
    so other work on the machine hardly counts.
    """
    rng = np.random.default_rng(0)
    queries = np.asarray(bundle.forward)[rng.integers(len(bundle.library), size=_QUERIES)]
    found = []
    for done, size in enumerate(sizes):
        progress(f"Querying {size:,} segments", done / len(sizes))
        codes = codes_like(np.asarray(bundle.backward), bundle.shape, size, rng)
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
            larger = bundle_like(bundle, codes)
            figures |= _in_ms("retrieval", _retrievals(larger, index))
            if accompaniment is not None:
                bars = accompaniment_like(accompaniment, bundle.library.grid, size, rng)
                both = _retrievals(larger, index, AccompanimentFinder(bars, bundle.library.grid))
                figures |= _in_ms("with accompaniment", both)
        found.append(Measurement(f"{size:,} segments", figures))
    progress("Querying", 1.0)
    return found


def _nearest(query: Words, index: CodeIndex) -> Ring:
    return next(index.rings(query))


def _scan(query: Words, codes: Words, shape: CodeShape) -> int:
    return int(hamming(query, codes, shape).min())


def _in_ms(what: str, taken: list[float]) -> dict[str, float | str]:
    return {
        f"{what}, median ms": float(np.median(taken) * 1e3),
        f"{what}, 99 % ms": float(np.quantile(taken, 0.99) * 1e3),
    }


def _retrievals(
    bundle: Bundle, index: CodeIndex, finder: AccompanimentFinder | None = None
) -> list[float]:
    """Seconds of each retrieval in a free run with the usual rules.

    finder: a bar of accompaniment is retrieved with each.
    """
    rng = np.random.default_rng(0)
    passages = Improvisation(
        Repertoire(Groundwork(bundle), index, ContinuationRules()), Form.NONE, rng
    )
    next(passages)  # the opening; the first retrieval after it warms up in `_latencies`
    bars = _chosen_bars(finder, rng) if finder else repeat(0)
    return _latencies(
        lambda query: (next(passages), next(bars)), np.empty((_QUERIES, 0), np.uint64)
    )


def _chosen_bars(finder: AccompanimentFinder, rng: np.random.Generator) -> Iterator[int]:
    """Bars that accompany the chords of the library's own, without a melody, in sections."""
    accompanist, grid, library = Accompanist(finder, rng), finder.grid, finder.library
    silent = np.full((grid.bar_steps, 2), (REST, 0), np.int8)
    for number, row in enumerate(cycle(finder.rows.tolist())):
        chords = library.arrays.chords[row, : grid.bar_beats]
        section, within = divmod(number, _SECTION_BARS)
        wish = BarWish(number, None, within, section % 4 / 3, section)
        chosen = accompanist.choose(wish, PlayedBar(NO_NOTES, chords, silent))
        accompanist.remember(PlayedBar(library.notes(chosen), chords, silent))
        yield chosen


def _latencies(ask: Callable[[Words], object], queries: Words) -> list[float]:
    """Seconds of each query; stops after a few if they are slow."""
    ask(queries[0])  # warms up
    taken: list[float] = []
    for query in queries:
        since = time.thread_time()
        ask(query)
        taken.append(time.thread_time() - since)
        if len(taken) >= _SLOW_QUERIES and taken[-1] > _SLOW_S:
            break
    return taken
