"""Composes pieces from a variable-order Markov chain of steps, as the Continuator does.

Reference: Pachet: The Continuator, musical interaction with style (2003). Orders are blended after
Witten and Bell (1991): the more varied the steps after a context, the more often the draw falls
back on the next shorter context. The shortest has one step, so a note is held only once it has
begun. The baseline of the same name sums probabilities instead of drawing, so they share no code.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import SegmentLibrary

_BASE = np.uint64(1_000_003)  # of the running hash of a context


@dataclass(frozen=True, slots=True, eq=False)
class _Followers:
    """All contexts of one length, by hash, and the library steps that follow them.

    contexts: uint64[m], ascending. places: int64[m], rows of the library's steps, ordered by
    context, then by the step there. kinds: int64[m], changes of context or step so far.
    """

    contexts: NDArray[np.uint64]
    places: NDArray[np.int64]
    kinds: NDArray[np.int64]


class MarkovChain:
    """The steps that follow every context of up to a hop in a library."""

    def __init__(self, library: SegmentLibrary) -> None:
        self._steps = np.asarray(library.steps)
        self._numbers = np.unique(_packed(self._steps), return_inverse=True)[1].astype(np.uint64)
        self._openings = library.tune_steps[:-1]
        before = np.arange(len(self._steps)) - np.repeat(
            self._openings, np.diff(library.tune_steps)
        )
        self._orders = [
            self._counted(np.flatnonzero(before >= order), order)
            for order in range(library.grid.hop_steps + 1)
        ]

    def pieces(
        self, n_pieces: int, n_steps: int, rng: np.random.Generator
    ) -> Iterator[NDArray[np.int8]]:
        """Random pieces, int8[n_steps, 3], that begin as tunes do."""
        places = np.empty((n_pieces, n_steps), np.int64)
        places[:, 0] = rng.choice(self._openings, n_pieces)
        for step in range(1, n_steps):
            places[:, step] = self._next(self._numbers[places[:, :step]], rng)
        return iter(self._steps[places])

    def _next(self, heard: NDArray[np.uint64], rng: np.random.Generator) -> NDArray[np.int64]:
        """A random place in the library that may follow, for each row of `heard`."""
        found = np.full(len(heard), -1, np.int64)
        for order in reversed(range(min(len(self._orders), heard.shape[1] + 1))):
            table = self._orders[order]
            context = _hash(heard[:, heard.shape[1] - order :])
            low = np.searchsorted(table.contexts, context, "left")
            high = np.searchsorted(table.contexts, context, "right")
            total = high - low
            last = np.maximum(high - 1, 0)
            different = table.kinds[last] - table.kinds[np.minimum(low, last)] + 1
            left_to_shorter = rng.random(len(heard)) * (total + different) >= total
            drawn = table.places[np.minimum(rng.integers(low, np.maximum(high, low + 1)), last)]
            takes = (found < 0) & (total > 0) & ~(left_to_shorter & (order > 1))
            found[takes] = drawn[takes]
        return found

    def _counted(self, places: NDArray[np.int64], order: int) -> _Followers:
        contexts = _hash(self._numbers[places[:, None] + np.arange(-order, 0)])
        following = self._numbers[places]
        by_context = np.lexsort((following, contexts))
        contexts, following = contexts[by_context], following[by_context]
        changes = (contexts[1:] != contexts[:-1]) | (following[1:] != following[:-1])
        return _Followers(contexts, places[by_context], np.append(0, np.cumsum(changes)))


def _packed(steps: NDArray[np.int8]) -> NDArray[np.int64]:
    """Each step as one number, int8[n, 3] to int64[n]."""
    columns = steps.astype(np.int64) + 1
    packed: NDArray[np.int64] = (columns[:, 0] * 256 + columns[:, 1]) * 256 + columns[:, 2]
    return packed


def _hash(steps: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The context of each row, uint64[n, order], as one number."""
    context = np.zeros(len(steps), np.uint64)
    for column in steps.T:
        context = context * _BASE + column + np.uint64(1)  # wraps around, as a hash may
    return context
