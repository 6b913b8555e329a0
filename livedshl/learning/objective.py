"""The objective of the hash stage (paper, section 3.4, Eq. 3 to 5)."""

import torch
from torch import Tensor


def pair_loss(forward: Tensor, backward: Tensor, composable: float) -> Tensor:
    """Eq. 3 of pairs: softened codes, (m, L, K) twice, and their label, 0 or 1, to (m,)."""
    agreement = (forward * backward).sum((1, 2)) / forward.shape[1]  # (m,)
    return (agreement - composable) ** 2


def bit_balance(soft: Tensor) -> Tensor:
    """How unevenly a batch, (B, L, K), uses the K values: the term B of Eq. 5.

    The paper leaves its formula to its reference [8]. Ours is the squared distance of the batch
    mean of each group's softmax from 1/K, summed over the values and averaged over the groups.
    """
    mean = soft.mean(0)  # (L, K)
    return ((mean - 1 / soft.shape[2]) ** 2).sum(1).mean()


def objective(
    forward: Tensor,
    backward: Tensor,
    negatives: tuple[Tensor, Tensor],
    balance_weight: float,
) -> Tensor:
    """Eq. 5 of a batch, the mean over its pairs in the place of Eq. 4's sum over all.

    forward, backward: softened codes of positive pairs, (B, L, K). negatives: positions (m,) in
    `forward` and in `backward` that make the negative pairs. balance_weight: alpha.
    """
    first, second = negatives
    losses = torch.cat(
        [pair_loss(forward, backward, 1.0), pair_loss(forward[first], backward[second], 0.0)]
    )
    return losses.mean() + balance_weight * (bit_balance(forward) + bit_balance(backward))
