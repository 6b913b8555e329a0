"""The numbers that window networks read of segments, and how many there are.

Networks of one metre read as many steps as its segments have. Networks of any metre read as many as
the longest segments have, with zeros in place of what shorter ones lack; and which metre it is.
"""

import numpy as np
from numpy.typing import NDArray

from livedshl.music.features import N_FEATURES, features
from livedshl.music.grid import Grid
from livedshl.networks.contexts import N_LIKENESS, Contexts, likeness, phrase_hops
from livedshl.networks.layers import Floats, one_hot
from livedshl.networks.shape import NetworkShape

_LATE = 32  # hops into a tune after which its opening no longer matters


class Inputs:
    """Lays out the input of the networks of a shape, float32[B, columns]."""

    def __init__(self, shape: NetworkShape) -> None:
        self._shape = shape
        self._grids = grids = shape.grids
        self._read = max(_context_steps(shape, grid) + grid.segment_steps for grid in grids)
        self._segment = max(grid.segment_steps for grid in grids)
        self._half = max(grid.hop_steps for grid in grids)
        self._places = max(grid.places for grid in grids)
        self._phrase = max(phrase_hops(grid) for grid in grids)

    @property
    def n_about(self) -> int:
        """Columns of `about`."""
        return self._n_place + self._phrase + 1 + N_LIKENESS * self._shape.recall

    @property
    def n_read(self) -> int:
        """Columns of `read`."""
        return self._read * N_FEATURES + self.n_about

    @property
    def n_segment(self) -> int:
        """Columns of `segment`."""
        return self._segment * N_FEATURES + self._n_place

    @property
    def n_half(self) -> int:
        """Columns of `half`."""
        return self._half * N_FEATURES + self._n_place

    def about(self, contexts: Contexts) -> Floats:
        """Where the segments are in their tunes, and how they compare with earlier ones.

        The place in the cycle, and the metre if it may be any; the place in an 8-bar phrase; how
        far into the tune; then `likeness` with the segments 1, 2 ... `recall` segments earlier.
        """
        late = np.minimum(contexts.hops, _LATE)[:, None] / _LATE  # (B, 1)
        phrase = one_hot(contexts.hops % phrase_hops(contexts.grid), self._phrase)
        columns: list[NDArray[np.floating]] = [
            self._place(contexts.places, contexts.grid),
            phrase,
            late,
            *likeness(contexts, self._shape.recall),
        ]
        return np.concatenate(columns, 1).astype(np.float32)

    def read(self, contexts: Contexts) -> Floats:
        """What the forward network reads: the segments, the beats before them, and `about`."""
        grid = contexts.grid
        before = _context_steps(self._shape, grid)
        steps = contexts.window(before, before + grid.segment_steps)
        missing = self._read - steps.shape[1]
        return np.concatenate([_flat(steps, missing, 0), self.about(contexts)], 1)

    def segment(self, steps: NDArray[np.int8], places: NDArray[np.int64], grid: Grid) -> Floats:
        """Whole segments, int8[B, segment steps, 3], and their places in the cycle."""
        return self._placed(steps, self._segment, places, grid)

    def half(self, steps: NDArray[np.int8], places: NDArray[np.int64], grid: Grid) -> Floats:
        """Half segments, int8[B, hop steps, 3], and their places in the cycle."""
        return self._placed(steps, self._half, places, grid)

    def _placed(
        self, steps: NDArray[np.int8], room: int, places: NDArray[np.int64], grid: Grid
    ) -> Floats:
        """Steps, with zeros up to `room` steps, and where they begin."""
        missing = room - steps.shape[1]
        return np.concatenate([_flat(steps, 0, missing), self._place(places, grid)], 1)

    @property
    def _n_place(self) -> int:
        return self._places + (len(self._grids) if self._shape.metre is None else 0)

    def _place(self, places: NDArray[np.int64], grid: Grid) -> Floats:
        """The place in the cycle, and the metre if it may be any, (B, `_n_place`)."""
        place = one_hot(places % grid.places, self._places)
        if self._shape.metre is not None:
            return place
        metre = one_hot(np.full(len(places), self._grids.index(grid)), len(self._grids))
        return np.concatenate([place, metre], 1)


def _context_steps(shape: NetworkShape, grid: Grid) -> int:
    return shape.context_beats * grid.beat_steps


def _flat(steps: NDArray[np.int8], before: int, after: int) -> Floats:
    """The features of steps, int8[B, T, 3], between so many steps of zeros: (B, n * 29)."""
    numbers = np.zeros((len(steps), before + steps.shape[1] + after, N_FEATURES), np.float32)
    numbers[:, before : before + steps.shape[1]] = features(steps)
    return numbers.reshape(len(steps), -1)
