"""Finds the bars of a library that may accompany next, by code."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle.accompaniment import AccompanimentLibrary, open_accompaniment
from livedshl.index.codes import Words, pack
from livedshl.index.costs import CostIndex
from livedshl.music import Grid
from livedshl.music.accompaniment import ONSET, Accompaniment
from livedshl.music.accompaniment_features import AccompanimentBars, unit
from livedshl.networks.accompaniment import RECALL, AccompanimentEncoder
from livedshl.networks.weights import read_networks

BARS_READ = RECALL + 1  # that sounded, by the forward network
_PHRASE = 8  # bars
_QUANTILES = (0.1, 0.9)  # of notes a bar in the library, in the thinnest and the fullest section


@dataclass(frozen=True, slots=True, eq=False)
class PlayedBar:
    """A bar as it was played, in C major or A minor; the columns are those of `Accompaniment`.

    notes: int16[n, 4]. chords: int8[beats, 2]. melody: int8[steps, 2].
    """

    notes: NDArray[np.int16]
    chords: NDArray[np.int8]
    melody: NDArray[np.int8]

    def __deepcopy__(self, memo: object) -> "PlayedBar":
        return self  # nothing changes it


class AccompanimentFinder:
    """The bars of a library in one metre, and what bars of a kind have in common.

    A kind of bar has as many notes, and as many beats whose chord is not known.

    rows: int64[n], their numbers in the library. densities: float32[n], notes in each. stretches:
    int32[n], their stretches. kind_densities: float32[kinds]. kind_unknown_chords: int64[kinds].
    costs: finds the bars that cost least.
    """

    def __init__(self, library: AccompanimentLibrary, grid: Grid) -> None:
        self.library = library
        self.grid = grid
        self.rows = library.rows_in(grid)
        n_notes = np.diff(library.arrays.offsets)[self.rows]
        self.densities = n_notes.astype(np.float32)
        self.stretches = library.stretch_of[self.rows]
        chords = library.arrays.chords[self.rows, : grid.bar_beats, 0]
        kinds = n_notes * (grid.bar_beats + 1) + (chords < 0).sum(1)
        n_kinds = int(kinds.max(initial=0)) + 1
        kind_notes, self.kind_unknown_chords = np.divmod(np.arange(n_kinds), grid.bar_beats + 1)
        self.kind_densities = kind_notes.astype(np.float32)
        self.costs = CostIndex(kinds, library.arrays.backward[self.rows], library.shape)
        self._ascending = np.sort(self.densities)
        self._encoder = AccompanimentEncoder(*read_networks(library.networks))

    def __deepcopy__(self, memo: object) -> "AccompanimentFinder":
        return self  # nothing changes it

    def code(self, played: list[PlayedBar], coming: PlayedBar, place: int) -> Words:
        """The packed code of what sounds, uint64[words]. What may come next has a similar code.

        played: the last `BARS_READ` bars; those without notes did not sound. coming: what is known
        of the next bar; it has no notes yet. place: of the last bar in its phrase, from 0.
        """
        bars = self._as_bars([*played, coming], place)
        return pack(self._encoder.forward(bars, np.array([BARS_READ - 1]))[0], self.library.shape)

    def rhythm_likeness(
        self, played: PlayedBar
    ) -> Callable[[NDArray[np.integer]], NDArray[np.float32]]:
        """The cosine of where the notes of bars start with those of a bar.

        It takes int[m], the bars, and gives float32[m].
        """
        starts = np.zeros((1, self.grid.bar_steps), np.float32)
        starts[0, played.notes[:, ONSET]] = 1
        rhythms, rhythm_of = self._rhythms
        likeness = (unit(starts) @ rhythms.T)[0]
        return lambda bars: likeness[rhythm_of[bars]]

    def density_at(self, fullness: float) -> float:
        """The notes a bar that a section as full as this asks for, 0 to 1."""
        lowest, highest = _QUANTILES
        place = (lowest + (highest - lowest) * fullness) * (len(self._ascending) - 1)
        here = int(place)
        return float(np.quantile(self._ascending[here : here + 2], place - here))

    @cached_property
    def _rhythms(self) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """The steps at which notes start in each rhythm, at length 1, and the rhythm of each bar.

        float32[rhythms, steps], int32[n]. Few bars have a rhythm of their own.
        """
        arrays = self.library.arrays
        bars = np.repeat(np.arange(len(self.library)), np.diff(arrays.offsets))
        of_rows = np.zeros(len(self.library), np.bool_)
        of_rows[self.rows] = True
        there = of_rows[bars]
        starts = np.zeros((len(self.rows), self.grid.bar_steps), np.bool_)
        starts[np.searchsorted(self.rows, bars[there]), arrays.notes[there, ONSET]] = True
        steps = np.arange(self.grid.bar_steps)
        rhythms, rhythm_of = np.unique(starts @ (1 << steps), return_inverse=True)
        started = (rhythms[:, None] >> steps & 1).astype(np.float32)
        return unit(started), rhythm_of.astype(np.int32)

    def _as_bars(self, played: list[PlayedBar], place: int) -> AccompanimentBars:
        sizes = [len(bar.notes) for bar in played]
        one = Accompaniment(
            title="",
            source="",
            grid=self.grid,
            notes=np.concatenate([bar.notes for bar in played]),
            offsets=np.cumsum([0, *sizes]).astype(np.int64),
            chords=np.stack([bar.chords for bar in played]),
            melody=np.stack([bar.melody for bar in played]),
            used=np.array(sizes) > 0,
            joined=np.ones(len(sizes), np.bool_),
        )
        return AccompanimentBars.of([one], [0], first_place=_first_place(place))


def _first_place(place: int) -> int:
    """The place of the first bar that is read, so that the last has this place in 8 bars."""
    return (place - (BARS_READ - 1)) % _PHRASE + _PHRASE


@lru_cache(maxsize=8)
def finder_of(folder: Path, grid: Grid) -> AccompanimentFinder | None:
    """The finder of a library's bars in a metre; None if it has none. Raises BundleError."""
    library = open_accompaniment(folder)
    finder = AccompanimentFinder(library, grid)
    return finder if len(finder.rows) else None
