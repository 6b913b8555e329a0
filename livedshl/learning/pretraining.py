"""Trains LSTMs to predict steps: for stage one (paper, section 3.5), and for ranking joins."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from livedshl.bundle import SegmentLibrary
from livedshl.learning.networks import HashNetwork, LstmNetworks, as_input
from livedshl.learning.workers import ALONE, CPU, Workers
from livedshl.music.features import N_FEATURES, STEP_CLASSES, step_classes
from livedshl.music.segments import steps_from
from livedshl.networks.shape import NetworkShape

_HEADS = STEP_CLASSES[1:]  # articulation needs only one score
_NEXT_STEP_EPOCHS, _NEXT_STEP_BATCH, _NEXT_STEP_RATE = 8, 128, 2e-3


@dataclass(frozen=True, slots=True)
class PretrainingFigures:
    """Shares of steps predicted right in the last batches, means of both directions."""

    articulation: float
    octave: float
    pitch_class: float
    chord: float


def targets(segments: NDArray[np.int8]) -> Tensor:
    """The classes to predict: int8[B, T, 3] to int64 (B, T, 4), see `step_classes`."""
    return torch.from_numpy(step_classes(segments))


class StepPredictor(nn.Module):
    """The LSTM of a network with prediction heads. Stage two discards the heads."""

    def __init__(self, network: HashNetwork) -> None:
        super().__init__()
        self.lstm = network.lstm
        self.heads = nn.Linear(network.shape.hidden, 1 + sum(_HEADS))

    def forward(self, x: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
        """Log likelihood of each step given those before it, (B, T-1), and shares right, (4,).

        x: features of the steps, (B, T, 29). wanted: their classes, (B, T, 4), see `targets`.
        """
        hidden, _ = self.lstm(x[:, :-1])  # (B, T-1, H)
        scores = self.heads(hidden)  # (B, T-1, 1+5+13+13)
        articulation, *groups = scores.split((1, *_HEADS), dim=2)
        after = wanted[:, 1:]  # (B, T-1, 4)
        likely = -F.binary_cross_entropy_with_logits(
            articulation[..., 0], after[..., 0].float(), reduction="none"
        )
        hits = [((articulation[..., 0] > 0) == after[..., 0].bool()).float().mean()]
        for index, group in enumerate(groups, 1):
            likely = likely - F.cross_entropy(
                group.transpose(1, 2), after[..., index], reduction="none"
            )
            hits.append((group.argmax(2) == after[..., index]).float().mean())
        return likely, torch.stack(hits)


class _BothWays(nn.Module):
    """Both LSTMs: one reads the steps forwards, one backwards."""

    def __init__(self, networks: LstmNetworks) -> None:
        super().__init__()
        self.onwards = StepPredictor(networks.forward_network)
        self.backwards = StepPredictor(networks.backward_network)

    def forward(self, x: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
        """Mean log likelihood of a step, and the shares predicted right, (4,)."""
        onwards, onwards_hits = self.onwards(x, wanted)
        backwards, backwards_hits = self.backwards(x.flip(1), wanted.flip(1))
        return onwards.mean() + backwards.mean(), (onwards_hits + backwards_hits) / 2


def pretrain(
    networks: LstmNetworks,
    library: SegmentLibrary,
    *,
    steps: int,
    batch_size: int,
    learning_rate: float,
    rng: np.random.Generator,
    progress: Callable[[float], None],
    stop: Callable[[], bool],
    workers: Workers = ALONE,
) -> PretrainingFigures:
    """Trains both LSTMs on random segments, in place, for `steps` batches or until `stop`.

    The figures are means over the last tenth of the batches. Each of several workers takes a part
    of every batch.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(rng.integers(2**63)))
        predictors = _BothWays(networks)
    learned = workers.together(predictors.to(workers.device))
    optimizer = torch.optim.Adam(predictors.parameters(), lr=learning_rate)
    recent: list[Tensor] = []
    for step in range(steps):
        rows = rng.integers(len(library), size=batch_size)
        batch = library.as_heard(library.contents(rows[workers.rank :: workers.size]))
        likely, hits = learned(as_input(batch, workers.device), targets(batch).to(workers.device))
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(-likely)
        optimizer.step()
        recent = [*recent[-(steps // 10) :], hits]
        progress((step + 1) / steps)
        if workers.any(stop()):
            break
    means = torch.stack(recent).mean(0).tolist() if recent else [0.0] * 4
    return PretrainingFigures(*(round(mean, 4) for mean in means))


def learn_next_steps(
    library: SegmentLibrary, seed: int, progress: Callable[[float], None]
) -> NDArray[np.float32]:
    """Trains an LSTM of the paper's size to predict the next step; it ranks what may follow.

    It trains on passages of two segments, the length that it will judge. Returns its weights as
    `next_step_weights` does.
    """
    grid = library.grid
    n_steps = 2 * grid.segment_steps
    starts = np.asarray(library.starts)
    whole = starts + n_steps <= library.tune_steps[library.tune_of + 1]
    starts = starts[whole] if whole.any() else starts[:1]
    n_steps = n_steps if whole.any() else grid.segment_steps
    n_batches = -(-len(starts) * _NEXT_STEP_EPOCHS // _NEXT_STEP_BATCH)
    rng = np.random.default_rng(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        predictor = StepPredictor(HashNetwork(NetworkShape()))
    optimizer = torch.optim.Adam(predictor.parameters(), lr=_NEXT_STEP_RATE)
    decay = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, n_batches)
    for batch in range(n_batches):
        chosen = starts[rng.integers(len(starts), size=_NEXT_STEP_BATCH)]
        passages = library.as_heard(steps_from(library.steps, chosen, n_steps))
        likely, _ = predictor(as_input(passages, CPU), targets(passages))
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(-likely.mean())
        optimizer.step()
        decay.step()
        progress((batch + 1) / n_batches)
    return next_step_weights(predictor)


def next_step_weights(predictor: StepPredictor) -> NDArray[np.float32]:
    """The weights of a predictor as one array, for `livedshl.networks.next_step`.

    float32[4 H + 32, 29 + H + 1]. Rows: the LSTM's gates (input, forget, cell, output), then the
    heads. Columns: the features of a step, the hidden values, the bias.
    """
    from_input, from_hidden, bias, other_bias = predictor.lstm.parameters()
    gates = torch.cat([from_input, from_hidden, (bias + other_bias)[:, None]], 1)
    heads = predictor.heads
    unread = torch.zeros(len(heads.weight), N_FEATURES)  # the heads read only hidden values
    scores = torch.cat([unread, heads.weight, heads.bias[:, None]], 1)
    weights: NDArray[np.float32] = torch.cat([gates, scores]).detach().numpy()
    return weights
