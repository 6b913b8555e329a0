"""Hash networks that read all steps of a segment at once, and the music before it.

They add three things to the paper's networks (see `networks`). The model card says what each gains.
- Place: both networks know the place in the bar. The forward network also knows the place in the
  phrase, and reads the beats before the segment.
- Recall: tunes repeat themselves, so the forward network may name an earlier segment of the same
  tune. It does so by attention over the backward codes of those segments.
- Overlap: half of the symbols depend only on the two beats that overlapping neighbours share.
- Members: several pairs of networks learn apart. Their mistakes differ, so their codes, end to end,
  find more than one code of that length.

Reference for recall: Vinyals, Fortunato, Jaitly: Pointer networks (2015).
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from livedshl.learning.networks import Networks
from livedshl.networks.contexts import Contexts, whole_segments
from livedshl.networks.inputs import Inputs
from livedshl.networks.layers import Floats
from livedshl.networks.shape import NetworkShape

_GATE = 64  # hidden size of the attention


class WindowNetwork(nn.Module):
    """From numbers about a context to `length` symbols: two layers, the second a residual."""

    def __init__(self, n_inputs: int, length: int, shape: NetworkShape) -> None:
        super().__init__()
        self._groups = (length, shape.symbols)
        self.first = nn.Linear(n_inputs, shape.hidden)
        self.first_norm = nn.LayerNorm(shape.hidden)
        self.second = nn.Linear(shape.hidden, shape.hidden)
        self.second_norm = nn.LayerNorm(shape.hidden)
        self.dropout = nn.Dropout(shape.dropout)
        self.to_symbols = nn.Linear(shape.hidden, length * shape.symbols)

    def forward(self, x: Tensor) -> Tensor:
        """(B, n_inputs) to one softmax per symbol, (B, length, K)."""
        h = self.dropout(F.relu(self.first_norm(self.first(x))))  # (B, H)
        h = h + self.dropout(F.relu(self.second_norm(self.second(h))))  # (B, H)
        groups = self.to_symbols(h).view(-1, *self._groups)  # (B, length, K)
        return F.softmax(groups, dim=2)


class WindowNetworks(Networks):
    """Networks with context, recall and overlap.

    With overlap, one network gives the first half of the symbols of both codes. It reads only the
    half segment that neighbours share, so equal halves get equal symbols.
    """

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__(shape)
        self._inputs = inputs = Inputs(shape)
        n_overlap = shape.length // 2 if shape.overlap else 0
        length = shape.length - n_overlap
        self.forward_network = WindowNetwork(inputs.n_read, length, shape)
        self.backward_network = WindowNetwork(inputs.n_segment, length, shape)
        if shape.overlap:
            exact = replace(shape, dropout=0.0)  # equal halves must get equal symbols
            self.overlap_network = WindowNetwork(inputs.n_half, n_overlap, exact)
        if shape.recall:
            self.gate = nn.Sequential(
                nn.Linear(inputs.n_about, _GATE), nn.ReLU(), nn.Linear(_GATE, 1 + shape.recall)
            )

    def soft_forward(self, contexts: Contexts) -> Tensor:
        """Softened forward codes of the segments, (B, L, K)."""
        grid, inputs = contexts.grid, self._inputs
        codes: Tensor = self.forward_network(self._there(inputs.read(contexts)))
        if self.shape.recall:
            codes = self._with_recall(codes, contexts)
        if self.shape.overlap:
            ending = inputs.half(contexts.segments[:, grid.hop_steps :], contexts.places + 1, grid)
            codes = torch.cat([self.overlap_network(self._there(ending)), codes], 1)
        return codes

    def soft_backward(self, contexts: Contexts) -> Tensor:
        """Softened backward codes of the segments, (B, L, K)."""
        grid, segments, places = contexts.grid, contexts.segments, contexts.places
        inputs = self._inputs
        codes: Tensor = self.backward_network(self._there(inputs.segment(segments, places, grid)))
        if self.shape.overlap:
            beginning = inputs.half(segments[:, : grid.hop_steps], places, grid)
            codes = torch.cat([self.overlap_network(self._there(beginning)), codes], 1)
        return codes

    def _with_recall(self, codes: Tensor, contexts: Contexts) -> Tensor:
        """The mean of the codes and the recalled codes, weighted by the gate, (B, length, K)."""
        whole = whole_segments(contexts, self.shape.recall)  # (B, recall)
        possible = F.pad(torch.from_numpy(whole), (1, 0), value=True).to(self.device)
        about = self._there(self._inputs.about(contexts))
        weight = self.gate(about).masked_fill(~possible, -torch.inf).softmax(1)  # (B, 1 + recall)
        recalled = self._recalled(contexts, whole)  # (B, recall, length, K)
        mean: Tensor = weight[:, 0, None, None] * codes + torch.einsum(
            "br,brlk->blk", weight[:, 1:], recalled
        )
        return mean

    @torch.no_grad()
    def _recalled(self, contexts: Contexts, whole: NDArray[np.bool_]) -> Tensor:
        """Backward codes of the earlier segments, (B, recall, length, K), 0 before the tune.

        They have no gradient and no dropout. Each different segment is coded once.
        """
        back = np.arange(self.shape.recall)
        earlier = np.stack([contexts.earlier(n) for n in back.tolist()], 1)[whole]  # (m, steps, 3)
        places = ((contexts.places[:, None] - 2 * back) % contexts.grid.places)[whole]
        key = np.concatenate(
            [earlier.reshape(len(earlier), -1), places[:, None].astype(np.int8)], 1
        )
        key = np.ascontiguousarray(key).view(np.dtype((np.void, key.shape[1]))).ravel()
        _, first, which = np.unique(key, return_index=True, return_inverse=True)
        learning = self.backward_network.training
        self.backward_network.eval()
        once = self._inputs.segment(earlier[first], places[first], contexts.grid)
        codes: Tensor = self.backward_network(self._there(once))
        self.backward_network.train(learning)
        recalled = codes.new_zeros((*whole.shape, *codes.shape[1:]))
        recalled[torch.from_numpy(whole).to(self.device)] = codes[
            torch.from_numpy(which).to(self.device)
        ]
        return recalled

    def _there(self, numbers: Floats) -> Tensor:
        """The input on the device of the networks."""
        return torch.from_numpy(numbers).to(self.device)


class WindowEnsemble(Networks):
    """Several `WindowNetworks`, each for a part of the symbols."""

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__(shape)
        self.members = nn.ModuleList(WindowNetworks(part) for part in shape.parts)

    def soft_forward(self, contexts: Contexts) -> Tensor:
        """Softened forward codes of the segments, (B, L, K)."""
        return torch.cat([member.soft_forward(contexts) for member in self._each()], 1)

    def soft_backward(self, contexts: Contexts) -> Tensor:
        """Softened backward codes of the segments, (B, L, K)."""
        return torch.cat([member.soft_backward(contexts) for member in self._each()], 1)

    def _each(self) -> Iterator[WindowNetworks]:
        return (member for member in self.members if isinstance(member, WindowNetworks))
