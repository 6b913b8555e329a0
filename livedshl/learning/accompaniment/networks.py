"""The two networks that code accompaniment.

The backward network reads a bar and the chords that it sounds over. The forward network reads what
sounds now, the bar before, and the melody and chords of what comes. Figures recur, so it may also
name one of the last 8 bars, as it was or over the chords that come, by attention over their
backward codes (as the networks for melodies do: see `livedshl.learning.window`).
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from livedshl.learning.window import WindowNetwork
from livedshl.music.accompaniment_features import AccompanimentBars, Floats
from livedshl.networks.accompaniment import (
    N_ABOUT,
    N_BACKWARD,
    N_FORWARD,
    RECALL,
    RECAST,
    Recalled,
    about_bars,
    backward_numbers,
    forward_numbers,
)
from livedshl.networks.shape import NetworkShape

_GATE = 64  # hidden size of the attention


class AccompanimentNetworks(nn.Module):
    """From bars of accompaniment to softened codes (B, L, K); B bars, named by their numbers."""

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__()
        self.shape = shape
        self.forward_network = WindowNetwork(N_FORWARD, shape.length, shape)
        self.backward_network = WindowNetwork(N_BACKWARD, shape.length, shape)
        self.gate = nn.Sequential(
            nn.Linear(N_ABOUT, _GATE), nn.ReLU(), nn.Linear(_GATE, 1 + RECALL + len(RECAST))
        )

    def weights(self) -> dict[str, NDArray[np.float32]]:
        """All weights by name."""
        return {name: weight.numpy().copy() for name, weight in self.state_dict().items()}

    def soft_forward(self, bars: AccompanimentBars, now: NDArray[np.int64]) -> Tensor:
        """Softened forward codes of the bars `now`, each of which another one follows."""
        recalled = Recalled.before(bars, now)
        about = about_bars(bars, now, recalled)
        codes = self.forward_network(torch.from_numpy(forward_numbers(bars, now, about)))
        return self._with_recall(codes, torch.from_numpy(about), bars, now, recalled)

    def soft_backward(self, bars: AccompanimentBars, rows: NDArray[np.int64]) -> Tensor:
        """Softened backward codes of the bars `rows`."""
        return self._over(bars, rows, bars.chords[rows])

    def _over(self, bars: AccompanimentBars, rows: NDArray[np.int64], chords: Floats) -> Tensor:
        """Softened backward codes of bars over some chords, float32[B, N_CHORDS]."""
        numbers = backward_numbers(bars, rows, chords)
        codes: Tensor = self.backward_network(torch.from_numpy(numbers))
        return codes

    def _with_recall(
        self,
        codes: Tensor,
        about: Tensor,
        bars: AccompanimentBars,
        now: NDArray[np.int64],
        recalled: Recalled,
    ) -> Tensor:
        """The mean of the codes and those of earlier bars, weighted by the gate, (B, L, K)."""
        possible = torch.from_numpy(recalled.possible)
        scores = self.gate(about).masked_fill(~possible, -torch.inf)
        weight = scores.softmax(1)  # (B, 1 + RECALL + recast)
        with torch.no_grad():  # what is recalled does not learn from it, and nothing is left out
            learning = self.backward_network.training
            self.backward_network.eval()
            rows, which = np.unique(recalled.bars, return_inverse=True)
            as_it_was = self.soft_backward(bars, rows)[torch.from_numpy(which.ravel())]
            coming = bars.chords[now + 1]
            over_coming = [self._over(bars, recalled.bars[:, n], coming) for n in RECAST]
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
