"""Other ways to find the next bar of accompaniment, which learn nothing.

Reference for `fit_accomontage`: Zhao, Xia: AccoMontage: Accompaniment Arrangement via Phrase
Selection and Style Transfer (2021). It adds 0.7 of how like the textures of neighbours are to 0.3
of how well rhythm and chords fit. Its learned likeness of textures is here the cosine of rhythm,
register and intervals. The candidates' own melodies are not looked at, because that of the true
next bar would give it away: the rhythm that fits is that of the melody to come.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from livedshl.evaluation.accompaniment.contest import BarRanker
from livedshl.music.accompaniment_features import (
    N_INTERVALS,
    N_REGISTER,
    N_RHYTHM,
    AccompanimentBars,
    Floats,
    mutual_likeness,
)

_TRANSITION, _FIT = 0.7, 0.3


def keep(bars: AccompanimentBars) -> BarRanker:
    """The same notes again."""

    def rank(now: NDArray[np.int64], candidates: NDArray[np.int64]) -> NDArray[np.floating]:
        return np.equal.outer(bars.contents[now], bars.contents[candidates]).astype(np.float32)

    return rank


def most_similar_rhythm(bars: AccompanimentBars) -> BarRanker:
    """What has the rhythm of the present bar."""

    def rank(now: NDArray[np.int64], candidates: NDArray[np.int64]) -> NDArray[np.floating]:
        return mutual_likeness(bars.rhythms[now], bars.rhythms[candidates])

    return rank


def most_similar(bars: AccompanimentBars) -> BarRanker:
    """What is like the present bar in rhythm, register and intervals."""

    def rank(now: NDArray[np.int64], candidates: NDArray[np.int64]) -> NDArray[np.floating]:
        return _texture_likeness(bars, now, candidates)

    return rank


def accomontage(bars: AccompanimentBars) -> BarRanker:
    """What is like the present bar, and fits the chords and the melody's rhythm to come."""

    def rank(now: NDArray[np.int64], candidates: NDArray[np.int64]) -> NDArray[np.floating]:
        chords = mutual_likeness(bars.chords[now + 1], bars.chords[candidates])
        rhythm = mutual_likeness(bars.melody_starts(now + 1), bars.starts(candidates))
        texture = _texture_likeness(bars, now, candidates)
        return _TRANSITION * texture + _FIT * (chords + rhythm) / 2

    return rank


def chance(bars: AccompanimentBars) -> BarRanker:
    """Any bar."""

    def rank(now: NDArray[np.int64], candidates: NDArray[np.int64]) -> NDArray[np.floating]:
        return np.zeros((len(now), len(candidates)))

    return rank


BAR_BASELINES: Mapping[str, Callable[[AccompanimentBars], BarRanker]] = {
    "keep the last bar": keep,
    "most similar rhythm": most_similar_rhythm,
    "most similar": most_similar,
    "AccoMontage": accomontage,
    "chance": chance,
}


def _texture_likeness(
    bars: AccompanimentBars, now: NDArray[np.int64], candidates: NDArray[np.int64]
) -> Floats:
    """The mean likeness of rhythm, register and intervals, float32[q, c]."""
    parts = (
        slice(N_RHYTHM),
        slice(N_RHYTHM, N_RHYTHM + N_REGISTER),
        slice(-N_INTERVALS, None),
    )
    alike = [
        mutual_likeness(bars.figures[now, part], bars.figures[candidates, part]) for part in parts
    ]
    mean: Floats = np.mean(alike, axis=0)
    return mean
