"""Which bar accompanies next? Every method is asked about the same bars of held-out songs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.errors import CorpusError
from livedshl.evaluation.codes.intervals import Figure, mean_over_songs, median_over_songs
from livedshl.music.accompaniment_features import AccompanimentBars

# Scores each candidate as what follows each bar: bars, int64[q], and candidates, int64[c], to
# float[q, c]; higher is better.
BarRanker = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.floating]]

RECALLED_IN = (1, 10, 100)  # k of recall@k
_MOST_CANDIDATES = 6700  # of a metre; so figures of large and small collections compare
_MOST_QUERIES = 3000
_BLOCK = 256  # queries


@dataclass(frozen=True, slots=True, eq=False)
class BarContest:
    """Questions about held-out songs, and the answers to choose from.

    training: the bars to learn from, each followed by another, int64[m]. queries: the bars asked
    about, int64[q]. candidates: by number of the grid, one bar for each different content,
    int64[c]. held_out: number of songs.
    """

    bars: AccompanimentBars
    training: NDArray[np.int64]
    queries: NDArray[np.int64]
    candidates: dict[int, NDArray[np.int64]]
    held_out: int

    @classmethod
    def of(cls, bars: AccompanimentBars, share: float, rng: np.random.Generator) -> "BarContest":
        """Holds out a share of the songs. Candidates are all their bars, and others of the metre.

        Raises CorpusError if a side is left without a bar.
        """
        songs = np.unique(bars.songs)
        held = rng.permutation(songs)[: round(share * len(songs))]
        apart = np.isin(bars.songs, held)
        followed = bars.followed()
        training, queries = followed[~apart[followed]], followed[apart[followed]]
        if not len(training) or not len(queries):
            raise CorpusError(
                f"holding out {share:g} of {len(songs)} songs leaves one side empty",
                remedy="Give more songs with accompaniment",
            )
        queries = np.sort(rng.permutation(queries)[:_MOST_QUERIES])
        grids = np.unique(bars.grids[queries]).tolist()
        candidates = {grid: _candidates(bars, grid, apart, rng) for grid in grids}
        return cls(bars, training, queries, candidates, len(held))

    def judge(self, ranker: BarRanker, rng: np.random.Generator) -> dict[str, Figure]:
        """recall@k: chance that the true next bar is among the k best. median_rank: of it.

        A tie counts as the mean of its possible outcomes.
        """
        found = list(self._ranks(ranker))
        rows, better, tied = (np.concatenate(part) for part in zip(*found, strict=True))
        songs = self.bars.songs[rows]
        figures = {
            f"recall@{k}": mean_over_songs(np.clip((k - better) / tied, 0, 1), songs, rng)
            for k in RECALLED_IN
        }
        return figures | {"median_rank": median_over_songs(better + (tied + 1) / 2, songs, rng)}

    def _ranks(
        self, ranker: BarRanker
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
        """Some queries, how many candidates beat what truly follows, and how many tie with it."""
        contents = self.bars.contents
        for grid, candidates in self.candidates.items():
            queries = self.queries[self.bars.grids[self.queries] == grid]
            order = np.argsort(contents[candidates])
            ordered = contents[candidates][order]
            for start in range(0, len(queries), _BLOCK):
                block = queries[start : start + _BLOCK]
                truth = order[np.searchsorted(ordered, contents[block + 1])]
                scores = ranker(block, candidates)
                own = scores[np.arange(len(block)), truth][:, None]
                yield block, (scores > own).sum(1), (scores == own).sum(1)


def _candidates(
    bars: AccompanimentBars, grid: int, apart: NDArray[np.bool_], rng: np.random.Generator
) -> NDArray[np.int64]:
    """One bar for each content of the metre: all of the songs held `apart`, and some others."""
    rows = np.flatnonzero(bars.used & (bars.grids == grid))
    rows = np.concatenate([rows[apart[rows]], rng.permutation(rows[~apart[rows]])])
    _, first = np.unique(bars.contents[rows], return_index=True)
    first.sort()  # those held apart come first
    n_apart = int(np.searchsorted(first, int(apart[rows].sum())))
    return rows[first[: max(n_apart, _MOST_CANDIDATES)]]
