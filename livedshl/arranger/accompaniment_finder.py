"""Finds the bars of a library that may accompany next, by code."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle.accompaniment import AccompanimentLibrary, open_accompaniment
from livedshl.index.codes import hamming, pack
from livedshl.music import Grid
from livedshl.music.accompaniment import ONSET, Accompaniment
from livedshl.music.accompaniment_features import AccompanimentBars, mutual_likeness
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
    """The bars of a library in one metre.

    rows: int64[n], their numbers in the library. densities: float32[n], notes in each. stretches:
    int32[n], their stretches. unknown_chords: int64[n], beats whose chord is not known.
    """

    def __init__(self, library: AccompanimentLibrary, grid: Grid) -> None:
        self.library = library
        self.grid = grid
        self.rows = library.rows_in(grid)
        self.densities = np.diff(library.arrays.offsets)[self.rows].astype(np.float32)
        self.stretches = library.stretch_of[self.rows]
        chords = library.arrays.chords[self.rows, : grid.bar_beats, 0]
        self.unknown_chords = (chords < 0).sum(1)
        self._starts = self._starts_of_rows()
        self._codes = library.arrays.backward[self.rows]
        self._encoder = AccompanimentEncoder(*read_networks(library.networks))

    def __deepcopy__(self, memo: object) -> "AccompanimentFinder":
        return self  # nothing changes it

    def distances(
        self, played: list[PlayedBar], coming: PlayedBar, place: int
    ) -> NDArray[np.int64]:
        """The Hamming distance of each bar from the code of what sounds, int64[n].

        played: the last `BARS_READ` bars; those without notes did not sound. coming: what is known
        of the next bar; it has no notes yet. place: of the last bar in its phrase, from 0.
        """
        bars = self._as_bars([*played, coming], place)
        code = self._encoder.forward(bars, np.array([BARS_READ - 1]))[0]
        query = pack(code, self.library.shape)
        return hamming(query, self._codes, self.library.shape).astype(np.int64)

    def rhythm_likeness(self, played: PlayedBar) -> NDArray[np.float32]:
        """The cosine of where the notes of each bar start with those of a bar, float32[n]."""
        starts = np.zeros((1, self.grid.bar_steps), np.float32)
        starts[0, played.notes[:, ONSET]] = 1
        likeness: NDArray[np.float32] = mutual_likeness(starts, self._starts)[0]
        return likeness

    def density_at(self, fullness: float) -> float:
        """The notes a bar that a section as full as this asks for, 0 to 1."""
        lowest, highest = _QUANTILES
        return float(np.quantile(self.densities, lowest + (highest - lowest) * fullness))

    def _starts_of_rows(self) -> NDArray[np.float32]:
        """Whether notes start at each step of each bar, float32[n, steps]."""
        arrays = self.library.arrays
        bars = np.repeat(np.arange(len(self.library)), np.diff(arrays.offsets))
        of_rows = np.zeros(len(self.library), np.bool_)
        of_rows[self.rows] = True
        there = of_rows[bars]
        starts = np.zeros((len(self.rows), self.grid.bar_steps), np.float32)
        starts[np.searchsorted(self.rows, bars[there]), arrays.notes[there, ONSET]] = 1
        return starts

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
