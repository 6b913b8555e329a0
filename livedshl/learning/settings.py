"""What can be chosen about the networks and how they are learned; knows nothing of torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from livedshl.music.grid import Grid
from livedshl.networks.shape import NetworkShape, Reader


class Method(StrEnum):
    """How codes are learned."""

    PAPER = "paper"  # LSTMs; Eq. 3 to 5, each pair for itself
    CONTRASTIVE = "contrastive"  # networks with context; each true pair against all of its batch


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """How the networks are learned; the defaults are the paper's method.

    method: what is learned. shape: sizes of the networks. follow_beats: from a segment to its
    successor: a hop or a segment.
    epochs, batch_size (positive pairs; of a small corpus the contrastive method takes fewer),
    learning_rate (of Adam; the contrastive method warms up to it and lets it decay to 0),
    weight_decay: of the hash stage.
    balance: alpha of Eq. 5, the weight of `bit_balance`.
    temperature: of the contrastive method, the lower the harder.
    pretraining_steps, pretraining_batch (segments): of the prediction stage, LSTMs only.
    validation_pairs: positives, and as many negatives, withheld from training.
    """

    method: Method = Method.PAPER
    shape: NetworkShape = field(default_factory=NetworkShape)
    follow_beats: int = 2
    epochs: int = 100
    batch_size: int = 256
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    balance: float = 0.1
    temperature: float = 0.04
    pretraining_steps: int = 2000
    pretraining_batch: int = 128
    validation_pairs: int = 750
    seed: int = 0

    @classmethod
    def of(cls, method: Method, grid: Grid, overlaps: bool) -> "TrainingSettings":
        """What was found best for a method (see the model card), in 4/4.

        overlaps: whether neighbours share half a segment, or are set end to end.
        """
        follow_beats = grid.hop_beats if overlaps else grid.segment_beats
        if method is Method.PAPER:
            return cls(follow_beats=follow_beats, shape=NetworkShape(metre=str(grid)))
        shape = NetworkShape(
            Reader.WINDOW, 64, 16, 512, context_beats=8, dropout=0.5, metre=str(grid)
        )
        # Of what overlaps, half already sounds; what is set end to end was often heard before.
        shape = replace(shape, overlap=True) if overlaps else replace(shape, recall=8)
        return cls(
            method=method,
            shape=shape,
            follow_beats=follow_beats,
            epochs=25,
            batch_size=512,
            learning_rate=2e-3,
            weight_decay=0.1,
            balance=1.0,
            pretraining_steps=0,
        )

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "TrainingSettings":
        """What `dataclasses.asdict` gave; keys beside it are left aside, missing ones are defaults.

        Raises KeyError, TypeError or ValueError for anything else.
        """
        known = {name: content[name] for name in cls.__dataclass_fields__ if name in content}
        shape = NetworkShape.from_dict(known.pop("shape"))
        return cls(**known | {"method": Method(known["method"]), "shape": shape})
