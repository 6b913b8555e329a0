"""What is retrieved, laid on the chords and below the melody of the song: does it accompany it?"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from livedshl.arranger.figures import ending_pitches, laid
from livedshl.evaluation.accompaniment.contest import BarContest, BarRanker
from livedshl.evaluation.accompaniment.figures import (
    BarFigures,
    SoundingBar,
    figures_of,
    ground_of_bar,
)
from livedshl.music.accompaniment import Accompaniment

_MOST_LAID = 500  # bars
_LEAST = 1e-6  # less than any difference of scores that matters


def laid_figures(
    contest: BarContest,
    accompaniments: Sequence[Accompaniment],
    rankers: Mapping[str, BarRanker],
    rng: np.random.Generator,
) -> dict[str, BarFigures]:
    """The figures of what the songs have, and of what each ranker finds first in other songs."""
    rows = np.sort(rng.permutation(contest.queries)[:_MOST_LAID])
    own = [_bar(contest, accompaniments, row + 1) for row in rows.tolist()]
    figures = {"the songs": _figures(contest, accompaniments, rows, own)}
    for name, ranker in rankers.items():
        found = _first_of_others(contest, ranker, rows, rng)
        bars = [
            _laid(contest, accompaniments, row, other)
            for row, other in zip(rows.tolist(), found.tolist(), strict=True)
        ]
        figures[name] = _figures(contest, accompaniments, rows, bars)
    return figures


def _first_of_others(
    contest: BarContest, ranker: BarRanker, rows: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.int64]:
    """The best candidate of another song for each bar; ties are drawn."""
    bars, found = contest.bars, np.empty(len(rows), np.int64)
    for grid, candidates in contest.candidates.items():
        of_grid = np.flatnonzero(bars.grids[rows] == grid)
        scores = ranker(rows[of_grid], candidates).astype(np.float64)
        scores += _LEAST * rng.random(scores.shape)
        scores[bars.songs[rows[of_grid]][:, None] == bars.songs[candidates]] = -np.inf
        found[of_grid] = candidates[scores.argmax(1)]
    return found


def _laid(
    contest: BarContest, accompaniments: Sequence[Accompaniment], row: int, other: int
) -> NDArray[np.int16]:
    """The notes of the bar `other`, laid on the bar that follows `row`."""
    bars = contest.bars
    there = accompaniments[bars.stretches[other]]
    ground = ground_of_bar(accompaniments[bars.stretches[row]], int(bars.places[row]) + 1)
    return laid(
        _bar(contest, accompaniments, other),
        there.chords[bars.places[other]],
        there.grid.beat_steps,
        ground,
        ending_pitches(_bar(contest, accompaniments, row)),
    )


def _bar(
    contest: BarContest, accompaniments: Sequence[Accompaniment], row: int
) -> NDArray[np.int16]:
    song = accompaniments[int(contest.bars.stretches[row])]
    return song.bar(int(contest.bars.places[row]))


def _figures(
    contest: BarContest,
    accompaniments: Sequence[Accompaniment],
    rows: NDArray[np.int64],
    played: Sequence[NDArray[np.int16]],
) -> BarFigures:
    """The figures of bars that are played after the bars `rows`."""
    bars, places = contest.bars, contest.bars.places
    return figures_of(
        SoundingBar(
            notes,
            ground_of_bar(accompaniments[bars.stretches[row]], int(places[row]) + 1),
            _bar(contest, accompaniments, row),
        )
        for row, notes in zip(rows.tolist(), played, strict=True)
    )
