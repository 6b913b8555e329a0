"""Trains the harmoniser's network on tunes with chords."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from livedshl.music.chords import ChordVocabulary
from livedshl.music.leadsheet import LeadSheet
from livedshl.networks.harmoniser import (
    CLASSES,
    DILATIONS,
    KERNEL,
    N_HOP_FEATURES,
    Harmoniser,
    chords_by_hop,
    hop_features,
)

# Chosen on six splits of the Nottingham tunes. Wider and deeper networks did no better.
HIDDEN = 64
EPOCHS = 30
_DROPOUT = 0.3
_BATCH = 16  # tunes
_LEARNING_RATE = 4e-3  # AdamW's maximum, after a warm-up and before a decay to 0
_WEIGHT_DECAY = 1e-2
_SMOOTHING = 0.05  # label smoothing: musicians choose different chords
_NO_LABEL = -1


class _Network(nn.Module):
    """`Harmoniser.likelihood` with dropout, over batches of tunes."""

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        self.first = nn.Linear(N_HOP_FEATURES, HIDDEN)
        self.layers = nn.ModuleList(
            nn.Conv1d(HIDDEN, HIDDEN, KERNEL, padding=KERNEL // 2 * d, dilation=d)
            for d in DILATIONS
        )
        self.last = nn.Linear(HIDDEN, n_classes)
        self.dropout = nn.Dropout(_DROPOUT)

    def forward(self, x: Tensor, inside: Tensor) -> Tensor:
        """Features (B, T, features) to scores (B, T, k); `inside`, (B, T), marks real hops."""
        mask = inside[:, None].float()
        hidden = F.relu(self.first(self.dropout(x))).transpose(1, 2) * mask  # (B, h, T)
        for layer in self.layers:
            hidden = (hidden + self.dropout(F.relu(layer(hidden)))) * mask
        scores: Tensor = self.last(self.dropout(hidden.transpose(1, 2)))
        return scores


def fit_harmoniser(
    sheets: Sequence[LeadSheet],
    rng: np.random.Generator,
    *,
    epochs: int = EPOCHS,
    progress: Callable[[float], None] = lambda share: None,
) -> Harmoniser:
    """A harmoniser trained on sheets with chords. `refusal` must accept each sheet."""
    vocabulary = ChordVocabulary.of_names(CLASSES)
    tunes = [(hop_features(sheet), chords_by_hop(sheet, vocabulary)) for sheet in sheets]
    n_batches = -(-len(tunes) // _BATCH)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(rng.integers(2**63)))
        network = _Network(len(vocabulary))
        optimizer = torch.optim.AdamW(
            network.parameters(), lr=_LEARNING_RATE, weight_decay=_WEIGHT_DECAY
        )
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, _LEARNING_RATE, total_steps=epochs * n_batches
        )
        for epoch in range(epochs):
            for batch in np.array_split(rng.permutation(len(tunes)), n_batches):
                x, wanted, inside = _padded([tunes[i] for i in batch])
                scores = network(x, inside)
                loss = F.cross_entropy(
                    scores.flatten(0, 1),
                    wanted.flatten(),
                    ignore_index=_NO_LABEL,
                    label_smoothing=_SMOOTHING,
                )
                optimizer.zero_grad(set_to_none=True)
                torch.autograd.backward(loss)
                optimizer.step()
                schedule.step()
            progress((epoch + 1) / epochs)
    weights = {name: weight.numpy() for name, weight in network.state_dict().items()}
    return Harmoniser(vocabulary, weights)


def _padded(
    tunes: Sequence[tuple[NDArray[np.float32], NDArray[np.int64]]],
) -> tuple[Tensor, Tensor, Tensor]:
    """Tunes as one batch: features (B, T, features), labels (B, T) and the hops inside (B, T)."""
    longest = max(len(labels) for _, labels in tunes)
    x = torch.zeros(len(tunes), longest, N_HOP_FEATURES)
    wanted = torch.full((len(tunes), longest), _NO_LABEL)
    inside = torch.zeros(len(tunes), longest, dtype=torch.bool)
    for row, (features, labels) in enumerate(tunes):
        x[row, : len(labels)] = torch.from_numpy(features)
        wanted[row, : len(labels)] = torch.from_numpy(labels)
        inside[row, : len(labels)] = True
    return x, wanted, inside
