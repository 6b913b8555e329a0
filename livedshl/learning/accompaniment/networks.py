"""The two networks that code accompaniment.

The backward network reads a bar and the chords that it sounds over. The forward network reads what
sounds now, the bar before, and the melody and chords of what comes. Figures recur, so it may also
name one of the last 8 bars, as it was or over the chords that come, by attention over their
backward codes (as the networks for melodies do: see `livedshl.learning.window`).
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from livedshl.learning.window import WindowNetwork
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
from livedshl.networks.layers import one_hot
from livedshl.networks.shape import NetworkShape

RECALL = 8  # bars, of which any may come again as it was
_RECAST = (0, 1, 3)  # bars back that may come again over the chords that come: 1, 2, 4 bars ago
_PHRASE = 8  # bars
_LATE = 32  # bars into a song after which its opening no longer matters
_N_LIKENESS = 8
_N_ABOUT = _PHRASE + 1 + _N_LIKENESS * RECALL
_N_BACKWARD = N_FIGURE + N_CHORDS + N_GRIDS
_N_BEFORE = N_RHYTHM + N_REGISTER
_N_FORWARD = N_FIGURE + _N_BEFORE + 2 * N_CHORDS + 2 * N_MELODY + N_GRIDS + _N_ABOUT
_GATE = 64  # hidden size of the attention


@dataclass(frozen=True, slots=True, eq=False)
class _Recalled:
    """Earlier bars that may come again: their numbers and whether they can, [B, RECALL]."""

    bars: NDArray[np.int64]
    there: NDArray[np.bool_]

    @classmethod
    def before(cls, bars: AccompanimentBars, now: NDArray[np.int64]) -> "_Recalled":
        earlier = [bars.back(now, n) for n in range(RECALL)]
        return cls(
            np.stack([rows for rows, _ in earlier], 1), np.stack([there for _, there in earlier], 1)
        )


class AccompanimentNetworks(nn.Module):
    """From bars of accompaniment to softened codes (B, L, K); B bars, named by their numbers."""

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__()
        self.shape = shape
        self.forward_network = WindowNetwork(_N_FORWARD, shape.length, shape)
        self.backward_network = WindowNetwork(_N_BACKWARD, shape.length, shape)
        self.gate = nn.Sequential(
            nn.Linear(_N_ABOUT, _GATE), nn.ReLU(), nn.Linear(_GATE, 1 + RECALL + len(_RECAST))
        )

    def soft_forward(self, bars: AccompanimentBars, now: NDArray[np.int64]) -> Tensor:
        """Softened forward codes of the bars `now`, each of which another one follows."""
        recalled = _Recalled.before(bars, now)
        about = _about(bars, now, recalled)
        before, there = bars.back(now, 1)
        numbers = np.concatenate(
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
        codes = self.forward_network(torch.from_numpy(numbers))
        return self._with_recall(codes, torch.from_numpy(about), bars, now, recalled)

    def soft_backward(self, bars: AccompanimentBars, rows: NDArray[np.int64]) -> Tensor:
        """Softened backward codes of the bars `rows`."""
        return self._over(bars, rows, bars.chords[rows])

    def _over(self, bars: AccompanimentBars, rows: NDArray[np.int64], chords: Floats) -> Tensor:
        """Softened backward codes of bars over some chords, float32[B, N_CHORDS]."""
        grids = one_hot(bars.grids[rows].astype(np.int64), N_GRIDS)
        numbers = np.concatenate([bars.figures[rows], chords, grids], axis=1)
        codes: Tensor = self.backward_network(torch.from_numpy(numbers))
        return codes

    def _with_recall(
        self,
        codes: Tensor,
        about: Tensor,
        bars: AccompanimentBars,
        now: NDArray[np.int64],
        recalled: _Recalled,
    ) -> Tensor:
        """The mean of the codes and those of earlier bars, weighted by the gate, (B, L, K)."""
        recast = list(_RECAST)
        possible = np.concatenate(
            [np.ones((len(now), 1), np.bool_), recalled.there, recalled.there[:, recast]], 1
        )
        scores = self.gate(about).masked_fill(~torch.from_numpy(possible), -torch.inf)
        weight = scores.softmax(1)  # (B, 1 + RECALL + recast)
        with torch.no_grad():  # what is recalled does not learn from it, and nothing is left out
            learning = self.backward_network.training
            self.backward_network.eval()
            rows, which = np.unique(recalled.bars, return_inverse=True)
            as_it_was = self.soft_backward(bars, rows)[torch.from_numpy(which.ravel())]
            coming = bars.chords[now + 1]
            over_coming = [self._over(bars, recalled.bars[:, n], coming) for n in recast]
            self.backward_network.train(learning)
        mean: Tensor = weight[:, 0, None, None] * codes
        mean = mean + torch.einsum(
            "br,brlk->blk",
            weight[:, 1 : 1 + RECALL],
            as_it_was.view(len(now), RECALL, *codes.shape[1:]),
        )
        return mean + torch.einsum(
            "br,brlk->blk", weight[:, 1 + RECALL :], torch.stack(over_coming, 1)
        )


def _about(bars: AccompanimentBars, now: NDArray[np.int64], recalled: _Recalled) -> Floats:
    """Where the bars are in their songs, and what speaks for each earlier one, (B, _N_ABOUT).

    The place in 8 bars; how far into the song; then, for each earlier bar: whether it can come
    again; how like the bar before it is to the present one, in rhythm, in intervals and exactly;
    whether its chords are those to come; and how like its melody, rhythm and intervals are.
    """
    places = bars.places[now].astype(np.int64)
    columns: list[NDArray[np.floating]] = [
        one_hot(places % _PHRASE, _PHRASE),
        (np.minimum(places, _LATE) / _LATE)[:, None],
    ]
    rhythms = bars.rhythms[now]
    intervals = bars.figures[now, -N_INTERVALS:]
    for n in range(RECALL):
        earlier, there = recalled.bars[:, n], recalled.there[:, n]
        before, also = bars.back(now, n + 1)
        figures, of_before = bars.figures[earlier], bars.figures[before]
        columns.append(
            np.stack(
                [
                    there,
                    there * also * likeness(rhythms, of_before[:, :N_RHYTHM]),
                    there * also * likeness(intervals, of_before[:, -N_INTERVALS:]),
                    there * also * (bars.contents[now] == bars.contents[before]),
                    there * (bars.chords[now + 1] == bars.chords[earlier]).all(1),
                    there * likeness(bars.melodies[now + 1], bars.melodies[earlier]),
                    there * likeness(rhythms, figures[:, :N_RHYTHM]),
                    there * likeness(intervals, figures[:, -N_INTERVALS:]),
                ],
                axis=1,
            )
        )
    return np.concatenate(columns, 1).astype(np.float32)
