"""How long the nearest code takes to find with the index, and by comparing all codes.

Also a continuation with all rules and the ranking, the same with a bar of accompaniment, and the
plan of a whole section.
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
_SECTIONS = 24


def measure_queries(
    bundle: Bundle,
    progress: Progress,
    sizes: tuple[int, ...] = SIZES,
    accompaniment: AccompanimentLibrary | None = None,
) -> list[Measurement]:
    """The latency of queries among more and more segments, modelled on a bundle's.

    Queries are forward codes of the bundle's segments; continuations are those of a free run.
    accompaniment: bars of it are retrieved as well, among as many. All is in processor time, so
    other work on the machine hardly counts.
    """
    rng = np.random.default_rng(0)
    queries = np.asarray(bundle.forward)[rng.integers(len(bundle.library), size=_QUERIES)]
    found = []
    for done, size in enumerate(sizes):
        progress(f"Querying {size:,} segments", done / len(sizes))
        codes = codes_like(np.asarray(bundle.backward), bundle.shape, size, rng)
        index = CodeIndex(codes, bundle.shape)
        taken = {
            "all codes compared": _latencies(
                partial(_scan, codes=codes, shape=bundle.shape), queries
            ),
            "nearest by the index": _latencies(partial(_nearest, index=index), queries),
        }
        if size <= _MOST_FOR_RETRIEVAL:
            larger = Groundwork(bundle_like(bundle, codes))
            repertoire = Repertoire(larger, index, ContinuationRules())
            taken["continuation"] = _continuations(repertoire)
            if accompaniment is not None:
                bars = accompaniment_like(accompaniment, bundle.library.grid, size, rng)
                finder = AccompanimentFinder(bars, bundle.library.grid)
                taken["and accompaniment"] = _continuations(repertoire, finder)
            taken["section"] = _sections(repertoire)
        found += [_in_ms(f"{size:,}: {what}", latencies) for what, latencies in taken.items()]
    progress("Querying", 1.0)
    return found


def _nearest(query: Words, index: CodeIndex) -> Ring:
    return next(index.rings(query))


def _scan(query: Words, codes: Words, shape: CodeShape) -> int:
    return int(hamming(query, codes, shape).min())


def _in_ms(what: str, taken: list[float]) -> Measurement:
    figures = {
        "median ms": float(np.median(taken) * 1e3),
        "99 % ms": float(np.quantile(taken, 0.99) * 1e3),
    }
    return Measurement(what, figures)


def _continuations(
    repertoire: Repertoire, finder: AccompanimentFinder | None = None
) -> list[float]:
    """Seconds of each retrieval in a free run with the usual rules.

    finder: a bar of accompaniment is retrieved with each.
    """
    rng = np.random.default_rng(0)
    passages = Improvisation(repertoire, Form.NONE, rng)
    next(passages)  # the opening; the first retrieval after it warms up in `_latencies`
    bars = _chosen_bars(finder, rng) if finder else repeat(0)
    return _latencies(
        lambda query: (next(passages), next(bars)), np.empty((_QUERIES, 0), np.uint64)
    )


def _sections(repertoire: Repertoire) -> list[float]:
    """Seconds that it takes to plan each section, new ones and those that come back.

    A section is planned when its first passage is wanted, except the very first. The first that is
    planned is left out: what is worked out once would count.
    """
    passages = Improvisation(repertoire, Form.ANY, np.random.default_rng(0))
    section, taken = next(passages).place, list[float]()
    while len(taken) <= _SECTIONS:
        since = time.thread_time()
        place = next(passages).place
        if place and section and (place.tune, place.name) != (section.tune, section.name):
            taken.append(time.thread_time() - since)
        section = place
    return taken[1:]


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
