"""Hash networks that read all steps at once, the forward one with what came before.

What the paper's networks (see `networks`) do not have, and what it brought is in the model card:
the place in the bar for both; for the forward network the beats before the segment, the place in
the phrase, and recall: tunes return to what they said, so the forward code may be that of an
earlier segment of the same tune, as an attention over what the backward network makes of them.

Reference for recall: Vinyals, Fortunato, Jaitly: Pointer networks (2015).
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from livedshl.learning.networks import Networks, as_input
from livedshl.learning.passages import Passages
from livedshl.learning.settings import NetworkShape
from livedshl.music.features import N_FEATURES
from livedshl.music.segments import CHORD, SEGMENT_STEPS
from livedshl.units import STEPS_PER_BEAT

_PLACES = 16  # hops of an 8-bar phrase in 4/4
_LATE = 32  # hops from the start of a tune after which it counts as well under way
_N_PHASE = 2
_N_PLACE = _N_PHASE + _PLACES + 1
_ALIKENESSES = 4  # figures of how an earlier bar compares with the present one
_GATE = 64  # hidden size of the attention


class WindowNetwork(nn.Module):
    """Numbers about a passage to the scores of each group: two layers, the second a residual."""

    def __init__(self, n_inputs: int, shape: NetworkShape) -> None:
        super().__init__()
        self.shape = shape
        self.first = nn.Linear(n_inputs, shape.hidden)
        self.first_norm = nn.LayerNorm(shape.hidden)
        self.second = nn.Linear(shape.hidden, shape.hidden)
        self.second_norm = nn.LayerNorm(shape.hidden)
        self.dropout = nn.Dropout(shape.dropout)
        self.to_symbols = nn.Linear(shape.hidden, shape.length * shape.symbols)

    def forward(self, x: Tensor) -> Tensor:
        """(B, n_inputs) to the softmax of each group, (B, L, K)."""
        h = self.dropout(F.relu(self.first_norm(self.first(x))))  # (B, H)
        h = h + self.dropout(F.relu(self.second_norm(self.second(h))))  # (B, H)
        groups = self.to_symbols(h).view(-1, self.shape.length, self.shape.symbols)
        return F.softmax(groups, dim=2)


class WindowNetworks(Networks):
    """Networks with context and recall."""

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__(shape)
        self._context_steps = shape.context_beats * STEPS_PER_BEAT
        n_read = (self._context_steps + SEGMENT_STEPS) * N_FEATURES
        n_about = _N_PLACE + (_ALIKENESSES + 1) * shape.recall
        self.forward_network = WindowNetwork(n_read + n_about, shape)
        self.backward_network = WindowNetwork(SEGMENT_STEPS * N_FEATURES + _N_PHASE, shape)
        self.gate = nn.Sequential(
            nn.Linear(n_about, _GATE), nn.ReLU(), nn.Linear(_GATE, 1 + shape.recall)
        )

    def soft_forward(self, passages: Passages) -> Tensor:
        """Softened forward codes of the segments, (B, L, K): a mean of the new and the recalled."""
        read = passages.window(self._context_steps, self._context_steps + SEGMENT_STEPS)
        about = self._about(passages)  # (B, n_about)
        made: Tensor = self.forward_network(torch.cat([as_input(read).flatten(1), about], 1))
        if not self.shape.recall:
            return made
        whole = torch.from_numpy(_whole(passages, self.shape.recall))  # (B, recall)
        possible = F.pad(whole, (1, 0), value=True)
        weight = self.gate(about).masked_fill(~possible, -torch.inf).softmax(1)  # (B, 1 + recall)
        recalled = self._recalled(passages, whole.numpy())  # (B, recall, L, K)
        mean: Tensor = weight[:, 0, None, None] * made + torch.einsum(
            "br,brlk->blk", weight[:, 1:], recalled
        )
        return mean

    def soft_backward(self, passages: Passages) -> Tensor:
        """Softened backward codes of the segments, (B, L, K)."""
        return self._backward(passages.segments, passages.phases)

    def _backward(self, segments: NDArray[np.int8], phases: NDArray[np.int8]) -> Tensor:
        x = torch.cat([as_input(segments).flatten(1), _one_hot(phases > 0, _N_PHASE)], 1)
        codes: Tensor = self.backward_network(x)
        return codes

    def _about(self, passages: Passages) -> Tensor:
        """Where the segments stand, and how they compare with what came before, (B, n_about)."""
        late = np.minimum(passages.hops, _LATE)[:, None] / _LATE
        numbers = [_one_hot(passages.phases > 0, _N_PHASE), _one_hot(passages.hops, _PLACES)]
        told = [late, *_alikeness(passages, self.shape.recall)]
        return torch.cat([*numbers, torch.from_numpy(np.concatenate(told, 1)).float()], 1)

    @torch.no_grad()
    def _recalled(self, passages: Passages, whole: NDArray[np.bool_]) -> Tensor:
        """Backward codes of the earlier segments, (B, recall, L, K), 0 where there is none.

        They are taken as they are: nothing is learned through them, and no dropout blurs them.
        """
        earlier = np.stack(
            [passages.window(SEGMENT_STEPS * bar) for bar in range(self.shape.recall)], 1
        )[whole]  # (m, 16, 3)
        phases = np.broadcast_to(passages.phases[:, None], whole.shape)[whole]
        key = np.concatenate([earlier.reshape(len(earlier), -1), phases[:, None]], 1)
        key = np.ascontiguousarray(key).view(np.dtype((np.void, key.shape[1]))).ravel()
        _, first, which = np.unique(key, return_index=True, return_inverse=True)
        learning = self.backward_network.training
        self.backward_network.eval()
        codes = self._backward(earlier[first], phases[first])
        self.backward_network.train(learning)
        recalled = codes.new_zeros((*whole.shape, self.shape.length, self.shape.symbols))
        recalled[torch.from_numpy(whole)] = codes[torch.from_numpy(which)]
        return recalled


def _one_hot(values: NDArray[np.generic], size: int) -> Tensor:
    return F.one_hot(torch.from_numpy(values.astype(np.int64) % size), size).float()


def _whole(passages: Passages, n_bars: int) -> NDArray[np.bool_]:
    """Whether the segments 0, 1, 2 ... bars of 4/4 back lie within the tune, bool[B, n_bars]."""
    whole: NDArray[np.bool_] = passages.known[:, None] >= SEGMENT_STEPS * np.arange(n_bars)
    return whole


def _alikeness(passages: Passages, n_bars: int) -> list[NDArray[np.float64]]:
    """How the segment compares with the one 1, 2 ... `n_bars` bars before it, float64[B, 5] each.

    Share of equal steps; of equal melody; of equal steps in the bars before both; 1 if all steps
    are equal; 1 if the segment after the earlier one lies within the tune.
    """
    now, before = passages.segments, passages.window(SEGMENT_STEPS)
    whole = _whole(passages, n_bars)
    figures = []
    for bar in range(1, n_bars + 1):
        equal = now == passages.window(SEGMENT_STEPS * bar)  # (B, 16, 3)
        steps = equal.all(2)
        earlier = (before == passages.window(SEGMENT_STEPS * (bar + 1))).all(2)
        figures.append(
            np.stack(
                [
                    steps.mean(1),
                    equal[..., :CHORD].all(2).mean(1),
                    earlier.mean(1),
                    steps.all(1),
                    whole[:, bar - 1],
                ],
                axis=1,
            )
        )
    return figures
