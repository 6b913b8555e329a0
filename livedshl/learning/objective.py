"""The losses of the hash stage (paper, section 3.4, Eq. 3 to 5)."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F


def pair_loss(forward: Tensor, backward: Tensor, composable: float) -> Tensor:
    """Eq. 3: softened codes of pairs, (m, L, K) twice, and their label, 0 or 1, to (m,)."""
    agreement = (forward * backward).sum((1, 2)) / forward.shape[1]  # (m,)
    return (agreement - composable) ** 2


def bit_balance(soft: Tensor) -> Tensor:
    """How unevenly a batch, (B, L, K), uses the K values: the term B of Eq. 5.

    The paper refers to its source [8] for the formula. This is the squared distance of each
    symbol's mean softmax from 1/K, summed over the values and averaged over the symbols.
    """
    mean = soft.mean(0)  # (L, K)
    return ((mean - 1 / soft.shape[2]) ** 2).sum(1).mean()


def contrastive(
    forward: Tensor,
    backward: Tensor,
    known: Tensor,
    temperature: float,
    balance_weight: float,
) -> Tensor:
    """How hard it is to tell each true pair of a batch from all others.

    forward, backward: softened codes of positive pairs, (B, L, K). known: bool (B, B), pairs that
    also follow each other and so are not negatives. Half of the loss compares the softened codes.
    The other half compares the codes themselves, with the gradient of the softened ones
    (straight-through; Bengio, Leonard, Courville, 2013).
    """
    soft = _telling_apart(forward, backward, known, temperature)
    hard = _telling_apart(as_compared(forward), as_compared(backward), known, temperature)
    return (soft + hard) / 2 + balance_weight * (bit_balance(forward) + bit_balance(backward))


def contrastive_of_parts(
    forward: Sequence[Tensor],
    backward: Sequence[Tensor],
    known: Tensor,
    temperature: float,
    balance_weight: float,
) -> Tensor:
    """The mean of `contrastive` over parts of the codes, so that each part learns apart."""
    losses = [
        contrastive(f, b, known, temperature, balance_weight)
        for f, b in zip(forward, backward, strict=True)
    ]
    return torch.stack(losses).mean()


def as_compared(soft: Tensor) -> Tensor:
    """1 at each group's greatest value and 0 elsewhere, (B, L, K), with the gradient of `soft`."""
    hard = F.one_hot(soft.argmax(2), soft.shape[2]).float()
    return hard + soft - soft.detach()


def _telling_apart(forward: Tensor, backward: Tensor, known: Tensor, temperature: float) -> Tensor:
    """Cross entropy of the true second among all seconds, and of the true first among all firsts.

    A pair scores the agreement of Eq. 3 divided by `temperature` (InfoNCE; van den Oord et al.,
    2018).
    """
    n, length, _ = forward.shape
    scores = forward.flatten(1) @ backward.flatten(1).T / (length * temperature)  # (B, B)
    others = known & ~torch.eye(n, dtype=torch.bool, device=scores.device)
    scores = scores.masked_fill(others, -torch.inf)
    true = torch.arange(n, device=scores.device)
    return (F.cross_entropy(scores, true) + F.cross_entropy(scores.T, true)) / 2


def objective(
    forward: Tensor,
    backward: Tensor,
    negatives: tuple[Tensor, Tensor],
    balance_weight: float,
) -> Tensor:
    """Eq. 5 of a batch, with the mean over its pairs in place of the sum in Eq. 4.

    forward, backward: softened codes of positive pairs, (B, L, K). negatives: positions (m,) in
    `forward` and in `backward`, the negative pairs. balance_weight: alpha.
    """
    first, second = negatives
    losses = torch.cat(
        [pair_loss(forward, backward, 1.0), pair_loss(forward[first], backward[second], 0.0)]
    )
    return losses.mean() + balance_weight * (bit_balance(forward) + bit_balance(backward))
