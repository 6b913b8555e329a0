"""The two networks that code bars of accompaniment, in NumPy, and what they read.

`livedshl.learning.accompaniment.networks` defines, explains and trains them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.music.accompaniment_features import (
    N_CHORDS,
    N_FIGURE,
    N_GRIDS,
    N_INTERVALS,
    N_MELODY,
    N_REGISTER,
    N_RHYTHM,
    AccompanimentBars,
    Floats,
    likeness,
)
from livedshl.networks.layers import Weights, linear, one_hot, relu, softmax, window
from livedshl.networks.shape import NetworkShape

RECALL = 8  # bars, of which any may come again as it was
RECAST = (0, 1, 3)  # bars back that may come again over the chords that come: 1, 2, 4 bars ago
_PHRASE = 8  # bars
_LATE = 32  # bars into a song after which its opening no longer matters
_N_LIKENESS = 8
N_ABOUT = _PHRASE + 1 + _N_LIKENESS * RECALL
N_BACKWARD = N_FIGURE + N_CHORDS + N_GRIDS
_N_BEFORE = N_RHYTHM + N_REGISTER
N_FORWARD = N_FIGURE + _N_BEFORE + 2 * N_CHORDS + 2 * N_MELODY + N_GRIDS + N_ABOUT

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Recalled:
    """Earlier bars that may come again: their numbers and whether they can, [B, RECALL].

    possible: bool[B, 1 + RECALL + len(RECAST)], what the gate may choose: a new bar, one of them as
    it was, or one over the chords that come.
    """

    bars: Rows
    there: NDArray[np.bool_]

    @classmethod
    def before(cls, bars: AccompanimentBars, now: Rows) -> "Recalled":
        """What may come again after the bars `now`."""
        return cls(*bars.back(now[:, None], np.arange(RECALL)))

    @property
    def possible(self) -> NDArray[np.bool_]:
        """What the gate may choose."""
        new = np.ones((len(self.bars), 1), np.bool_)
        return np.concatenate([new, self.there, self.there[:, list(RECAST)]], 1)


def forward_numbers(bars: AccompanimentBars, now: Rows, about: Floats) -> Floats:
    """What the forward network reads of the bars `now`, each of which another follows."""
    before, there = bars.back(now, 1)
    return np.concatenate(
        [
            bars.figures[now],
            bars.figures[before, :_N_BEFORE] * there[:, None],
            bars.chords[now],
            bars.chords[now + 1],
            bars.melodies[now],
            bars.melodies[now + 1],
            one_hot(bars.grids[now].astype(np.int64), N_GRIDS),
            about,
        ],
        axis=1,
    )


def backward_numbers(bars: AccompanimentBars, rows: Rows, chords: Floats) -> Floats:
    """What the backward network reads of bars over some chords, float32[B, N_CHORDS]."""
    grids = one_hot(bars.grids[rows].astype(np.int64), N_GRIDS)
    return np.concatenate([bars.figures[rows], chords, grids], axis=1)


def about_bars(bars: AccompanimentBars, now: Rows, recalled: Recalled) -> Floats:
    """Where the bars are in their songs, and what speaks for each earlier one, (B, N_ABOUT).

    The place in 8 bars; how far into the song; then, for each earlier bar: whether it can come
    again; how like the bar before it is to the present one, in rhythm, in intervals and exactly;
    whether its chords are those to come; and how like its melody, rhythm and intervals are.
    """
    places = bars.places[now].astype(np.int64)
    columns: list[NDArray[np.floating]] = [
        one_hot(places % _PHRASE, _PHRASE),
        (np.minimum(places, _LATE) / _LATE)[:, None],
    ]
    rhythms = bars.rhythms[now, None]  # (B, 1, N_RHYTHM)
    intervals = bars.figures[now, None, -N_INTERVALS:]
    melodies, chords = bars.melodies[now + 1, None], bars.chords[now + 1, None]
    earlier, there = recalled.bars, recalled.there
    before, also = bars.back(now[:, None], np.arange(1, RECALL + 1))
    figures, of_before = bars.figures[earlier], bars.figures[before]  # (B, RECALL, N_FIGURE)
    speaks = [
        there,
        there * also * likeness(rhythms, of_before[..., :N_RHYTHM]),
        there * also * likeness(intervals, of_before[..., -N_INTERVALS:]),
        there * also * (bars.contents[now, None] == bars.contents[before]),
        there * (chords == bars.chords[earlier]).all(-1),
        there * likeness(melodies, bars.melodies[earlier]),
        there * likeness(rhythms, figures[..., :N_RHYTHM]),
        there * likeness(intervals, figures[..., -N_INTERVALS:]),
    ]
    columns.append(np.stack(speaks, -1).reshape(len(now), -1))
    return np.concatenate(columns, 1).astype(np.float32)


class AccompanimentEncoder:
    """Codes bars of accompaniment, named by their numbers; B of them."""

    def __init__(self, weights: Weights, shape: NetworkShape) -> None:
        self.shape = shape
        # As `linear` multiplies by them; else many rows take as long together as one by one.
        self._weights = {name: np.asfortranarray(weight) for name, weight in weights.items()}

    def forward(self, bars: AccompanimentBars, now: Rows) -> NDArray[np.uint8]:
        """The forward codes of the bars `now`, each of which another follows, uint8[B, L]."""
        return _code(self.soft_forward(bars, now))

    def backward(self, bars: AccompanimentBars, rows: Rows) -> NDArray[np.uint8]:
        """The backward codes of the bars `rows`, uint8[B, L]."""
        return _code(self._over(bars, rows, bars.chords[rows]))

    def soft_forward(self, bars: AccompanimentBars, now: Rows) -> Floats:
        """Softened forward codes, (B, L, K)."""
        recalled = Recalled.before(bars, now)
        about = about_bars(bars, now, recalled)
        soft = self._window("forward_network", forward_numbers(bars, now, about))
        scores = linear(self._weights, "gate.2", relu(linear(self._weights, "gate.0", about)))
        weight = softmax(np.where(recalled.possible, scores, -np.inf).astype(np.float32))
        again = np.concatenate([recalled.bars, recalled.bars[:, list(RECAST)]], 1)  # (B, N)
        chords = bars.chords[again]
        chords[:, RECALL:] = bars.chords[now + 1, None]
        recalls = self._over(bars, again.ravel(), chords.reshape(-1, N_CHORDS))
        of_all = np.concatenate([soft[:, None], recalls.reshape(*again.shape, *soft.shape[1:])], 1)
        mean: Floats = (weight[..., None, None] * of_all).sum(1)
        return mean

    def _over(self, bars: AccompanimentBars, rows: Rows, chords: Floats) -> Floats:
        """Softened backward codes of bars over some chords, (B, L, K)."""
        return self._window("backward_network", backward_numbers(bars, rows, chords))

    def _window(self, name: str, numbers: Floats) -> Floats:
        scores = window(self._weights, name, numbers)
        return softmax(scores.reshape(len(scores), -1, self.shape.symbols))


def _code(soft: Floats) -> NDArray[np.uint8]:
    """The code nearest to a softened code: (B, L, K) to uint8[B, L] (Eq. 1)."""
    return np.asarray(soft.argmax(-1), np.uint8)
