"""The settings of a training run. Importing them does not load torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from livedshl.music.grid import COMMON_TIME, Grid
from livedshl.networks.shape import NetworkShape, Reader
from livedshl.records import decode, encode

_LEAST_BATCHES = 20  # per epoch of a contrastive training: its few epochs need enough updates
_LEAST_BATCH = 32  # pairs


class Method(StrEnum):
    """How the codes are learned."""

    PAPER = "paper"  # LSTMs; Eq. 3 to 5, each pair on its own
    CONTRASTIVE = "contrastive"  # networks with context; each true pair against its whole batch


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """How the networks are trained; the defaults are the paper's method.

    shape: of the networks. follow_beats: from a segment to its successor, a hop or a segment; where
        networks of any metre learn, each metre has its own.
    epochs, batch_size, learning_rate, weight_decay: of the hash stage, which uses AdamW. A batch
    has positive pairs. The contrastive rate warms up, then decays to 0.
    balance: alpha of Eq. 5, the weight of `bit_balance`.
    temperature: of the contrastive method; lower is stricter.
    pretraining_steps, pretraining_batch: of the prediction stage, LSTMs only; a batch of segments.
    own_epochs: so many epochs at the end learn only from the tunes that the model is for, where it
        learns from others too.
    validation_pairs: positive pairs withheld from training, and as many negative ones.
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
    own_epochs: int = 0
    validation_pairs: int = 750
    seed: int = 0

    @classmethod
    def of(cls, method: Method, grid: Grid, overlaps: bool) -> "TrainingSettings":
        """The best settings found for a method in 4/4 (see the model card).

        overlaps: whether neighbours share half a segment, or lie end to end.
        """
        follow_beats = grid.hop_beats if overlaps else grid.segment_beats
        if method is Method.PAPER:
            return cls(follow_beats=follow_beats, shape=NetworkShape(metre=str(grid)))
        shape = NetworkShape(
            Reader.WINDOW, 64, 16, 512, context_beats=8, dropout=0.5, metre=str(grid)
        )
        if overlaps:
            shape = replace(shape, overlap=True)  # half of the successor sounds already
        else:  # it often repeats; and to find it takes all that codes can tell
            shape = replace(shape, recall=8, length=128, members=2)
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

    def with_more_tunes(self) -> "TrainingSettings":
        """The best settings found for learning from other tunes too (see the model card).

        There is more to learn, so less is left out, and one pair of networks does.
        """
        if self.method is Method.PAPER:
            return self
        shape = replace(self.shape, dropout=0.3, members=1)
        return replace(self, shape=shape, epochs=14, own_epochs=4)

    @classmethod
    def of_any_metre(cls) -> "TrainingSettings":
        """The best settings found for one pair of networks of every metre and mode.

        See the card of the models. There are many tunes, so less is left out and fewer epochs do.
        """
        best = cls.of(Method.CONTRASTIVE, COMMON_TIME, True)
        shape = replace(best.shape, hidden=480, dropout=0.3, metre=None)
        return replace(best, shape=shape, epochs=8)

    def batch_size_for(self, n_pairs: int) -> int:
        """Pairs per batch: as set, or fewer if a contrastive training has only `n_pairs`."""
        if self.method is Method.PAPER:
            return self.batch_size
        return min(self.batch_size, max(_LEAST_BATCH, n_pairs // _LEAST_BATCHES))

    @classmethod
    def of_manifest(cls, training: Mapping[str, Any]) -> "TrainingSettings":
        """The settings in a bundle's manifest, whose other keys are ignored. Raises RecordError."""
        known = {name: training[name] for name in cls.__dataclass_fields__ if name in training}
        return decode(encode(known), cls)
