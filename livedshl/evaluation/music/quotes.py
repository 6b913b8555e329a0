"""Finds exactly how much of a piece quotes one song note for note, by a suffix array.

Only the melody counts, pitch and articulation. New chords do not make a quotation new.
"""

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import SegmentLibrary
from livedshl.music.segments import ARTICULATED, PITCH

# Steps are numbered so that several fit a word, and words sort as the steps do.
_BITS = 9
_PER_WORD = 7
_END_OF_TUNE, _END_OF_QUERY = 0, 1  # differ from every step and from each other
_LONGEST = 1024  # steps of a suffix that count for the order


class QuoteIndex:
    """All suffixes of all tunes in order, so that the longest match is a neighbour."""

    def __init__(self, library: SegmentLibrary) -> None:
        ends = library.tune_steps[1:]
        symbols = np.insert(_symbols(np.asarray(library.steps)), ends, _END_OF_TUNE)
        lengths = np.diff(library.tune_steps) + 1
        self._words = _packed(symbols, _END_OF_TUNE)
        self._order = _sorted_suffixes(self._words)
        self._tune = np.repeat(np.arange(len(lengths)), lengths)[self._order]
        # Runs of one tune in this order, to step over a tune that is left out.
        opens = np.append(True, self._tune[1:] != self._tune[:-1])
        first = np.flatnonzero(opens)
        run = np.cumsum(opens) - 1
        self._before_run = (first - 1)[run]
        self._after_run = np.append(first[1:], len(symbols))[run]

    def runs(
        self, steps: NDArray[np.int8], planned: NDArray[np.bool_], left_out: int | None = None
    ) -> NDArray[np.int64]:
        """For each step of a piece, how many steps from there quote one song, int64[n].

        planned: bool[n], steps that do not count and end a run. left_out: a tune to ignore.
        """
        words = _packed(np.where(planned, _END_OF_QUERY, _symbols(steps)), _END_OF_QUERY)
        below = self._position(words)
        above = below - 1
        if left_out is not None:
            own = (above >= 0) & (self._tune[above] == left_out)
            above[own] = self._before_run[above[own]]
            below = np.minimum(below, len(self._order) - 1)
            own = self._tune[below] == left_out
            below[own] = self._after_run[below[own]]
        longest = np.zeros(len(steps), np.int64)
        for neighbour in (above, below):
            there = np.flatnonzero((neighbour >= 0) & (neighbour < len(self._order)))
            length = self._common(words, there, self._order[neighbour[there]])[0]
            longest[there] = np.maximum(longest[there], length)
        return longest

    def _position(self, words: NDArray[np.uint64]) -> NDArray[np.int64]:
        """The number of library suffixes before each suffix of a query, by bisection."""
        rows = np.arange(len(words) - _LONGEST)
        low, high = np.zeros_like(rows), np.full_like(rows, len(self._order))
        while (low < high).any():
            middle = np.minimum((low + high) // 2, len(self._order) - 1)
            _, query_is_greater = self._common(words, rows, self._order[middle])
            open_ = low < high
            low = np.where(open_ & query_is_greater, middle + 1, low)
            high = np.where(open_ & ~query_is_greater, middle, high)
        return low

    def _common(
        self, words: NDArray[np.uint64], rows: NDArray[np.int64], places: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Steps that suffixes of query and library share, and whether the query's sorts later."""
        shared = np.zeros(len(rows), np.int64)
        going = np.arange(len(rows))
        mine, theirs = words[rows], self._words[places]
        while len(going := going[mine[going] == theirs[going]]):
            shared[going] += _PER_WORD
            mine[going] = words[rows[going] + shared[going]]
            theirs[going] = self._words[places[going] + shared[going]]
        for kept in range(1, _PER_WORD):
            shift = np.uint64((_PER_WORD - kept) * _BITS)
            shared += mine >> shift == theirs >> shift
        return shared, mine > theirs


def _symbols(steps: NDArray[np.int8]) -> NDArray[np.int64]:
    """The melody of each step as one number, 2 to 257, int8[n, 3] to int64[n]."""
    numbers: NDArray[np.int64] = 2 + steps[:, PITCH].astype(np.int64) * 2 + steps[:, ARTICULATED]
    return numbers


def _packed(symbols: NDArray[np.int64], end: int) -> NDArray[np.uint64]:
    """The symbols from each one on that fit a word, then `_LONGEST` words of `end`."""
    padded = np.append(symbols, np.full(_LONGEST + _PER_WORD, end)).astype(np.uint64)
    words = np.zeros(len(symbols) + _LONGEST, np.uint64)
    for field in range(_PER_WORD):
        words = words << np.uint64(_BITS) | padded[field : field + len(words)]
    return words


def _sorted_suffixes(words: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The starts of a text's suffixes, in order, by doubling (Manber and Myers, 1993)."""
    n = len(words) - _LONGEST
    rank = np.unique(words[:n], return_inverse=True)[1].astype(np.int64)
    width = _PER_WORD
    while width < _LONGEST and rank.max() < n - 1:
        after = np.append(rank[width:] + 1, np.zeros(min(width, n), np.int64))[:n]
        rank = np.unique(rank * (n + 1) + after, return_inverse=True)[1]
        width *= 2
    return np.argsort(rank, kind="stable")
