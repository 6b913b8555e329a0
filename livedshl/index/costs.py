"""Finds the cheapest rows, exactly. Part of the cost of a row depends on its kind alone.

A row costs what its kind does, so much for each symbol in which its code differs from a query, and
whatever else the caller adds. Kinds are few, so what they cost takes no time. The first plane of
the codes shows in how many symbols each row differs at least. The two bound the cost of every row
from below, and only rows with a low enough bound are weighed in full: of 1,000,000 bars of
accompaniment 2,300 at the median, and 57,000 at most in 100 searches.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.index.codes import WORD_BITS, CodeShape, Planes, Words, differences, planes

_FIRST_PASS = 1 << 11  # rows, roughly, to weigh before it is known how low a bound must be
_SAMPLE = 1 << 12  # rows, roughly, from which their bound is guessed
_ROUNDING = 1e-6  # a bound may lie so much above the cost, both being rounded
_EVERY_CODE = 255.0  # symbols, more than codes can differ in

Costs = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Costing:
    """What rows cost.

    by_kind: float64[kinds]. query: uint64[words], a packed code; None if codes do not count.
    weight: of each symbol in which codes differ, more than 0. add: adds to the costs of some rows,
    in place, what else they cost: at least 0, except for the row `favoured`, if there is one.
    """

    by_kind: Costs
    query: Words | None
    weight: float
    add: Callable[[NDArray[np.int32], Costs], None]
    favoured: int | None = None


class CostIndex:
    """Finds the rows that cost least.

    kinds: int[n], the kind of each row, from 0. codes: uint64[n, words], packed. n >= 1.
    """

    def __init__(self, kinds: NDArray[np.integer], codes: Words, shape: CodeShape) -> None:
        self._shape = shape
        self._rows = np.argsort(kinds, kind="stable").astype(np.int32)  # kind by kind
        self._places = np.empty_like(self._rows)  # of each row in that order
        self._places[self._rows] = np.arange(len(kinds), dtype=np.int32)
        self._sizes = np.bincount(kinds)
        sliced = planes(codes[self._rows], shape)
        self._first_plane = _narrowed(sliced[:1], shape)
        self._planes = np.ascontiguousarray(np.moveaxis(sliced, -1, 0))  # of a row together
        self._every = max(1, len(kinds) // _SAMPLE)
        self._sampled_kinds = kinds[self._rows[:: self._every]]

    def cheapest(
        self, costing: Costing, n_wanted: int, near: float = 0.0
    ) -> tuple[NDArray[np.int32], Costs]:
        """All rows that cost at most `near` more than the last of the `n_wanted` cheapest.

        Ascending, and what each costs: int32[m], float64[m].
        """
        wanted = None if costing.query is None else planes(costing.query, self._shape)
        least = self._least_distances(wanted)
        bounds = costing.by_kind[self._sampled_kinds] + costing.weight * least[:: self._every]
        nth = min(_FIRST_PASS // self._every, len(bounds) - 1)
        most = float(np.partition(bounds, nth)[nth])
        places, costs = self._weighed(costing, wanted, least, most)
        within = _reach(costs, n_wanted, near)
        if within > most:
            places, costs = self._weighed(costing, wanted, least, within)
            within = _reach(costs, n_wanted, near)
        found = np.flatnonzero(costs <= within)
        rows = self._rows[places[found]]
        ascending = np.argsort(rows)
        return rows[ascending], costs[found][ascending]

    def _least_distances(self, wanted: NDArray[np.uint64] | None) -> NDArray[np.uint8]:
        """In how many symbols each row differs at least, by its place, uint8[n]."""
        if wanted is None:
            return np.zeros(len(self._rows), np.uint8)
        return differences(_narrowed(wanted[:1], self._shape), self._first_plane)

    def _weighed(
        self,
        costing: Costing,
        wanted: NDArray[np.uint64] | None,
        least: NDArray[np.uint8],
        most: float,
    ) -> tuple[NDArray[np.int64], Costs]:
        """The places of all rows that may cost at most `most`, and what they cost."""
        room = (most + _ROUNDING - costing.by_kind) / costing.weight  # symbols, by kind
        limits = np.clip(np.floor(room) + 1, 0, _EVERY_CODE).astype(np.uint8)
        may = least < np.repeat(limits, self._sizes)
        if costing.favoured is not None:
            may[self._places[costing.favoured]] = True
        places = np.flatnonzero(may)
        ends = np.searchsorted(places, np.cumsum(self._sizes))
        costs = np.repeat(costing.by_kind, np.diff(ends, prepend=0))
        if wanted is not None:
            near = np.moveaxis(self._planes.take(places, axis=0), 0, -1)
            costs += costing.weight * differences(wanted, near)
        costing.add(self._rows[places], costs)
        return places, costs


def _narrowed(plane: NDArray[np.uint64], shape: CodeShape) -> Planes:
    """A plane in words of half the size, which take half the time, where its bits find room."""
    bits, half = shape.bits_per_symbol, WORD_BITS // 2
    if half % bits or 2 * shape.words > bits:
        return plane
    upper = plane >> np.uint64(half)
    return (plane | upper << np.uint64(shape.words)).astype(np.uint32)


def _reach(costs: Costs, n_wanted: int, near: float) -> float:
    """What a row may cost at most; infinite if too few are known."""
    if len(costs) < n_wanted:
        return np.inf
    return float(np.partition(costs, n_wanted - 1)[n_wanted - 1]) + near
