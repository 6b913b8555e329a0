"""What sizes the networks of a bundle have; knows nothing of torch."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from livedshl.music.grid import COMMON_TIME, GRIDS, Grid


class Reader(StrEnum):
    """How a network takes in a segment."""

    LSTM = "lstm"  # step after step, as in the paper
    WINDOW = "window"  # all steps at once, the forward network with what came before


@dataclass(frozen=True, slots=True)
class NetworkShape:
    """The sizes of the networks.

    metre: of the segments they read, by the name of its grid.
    length: L, symbols of a code. symbols: K, values of a symbol. hidden: size of the hidden layers.
    final_relu: of LSTMs, a ReLU before the softmax (paper, section 3.3). A group whose scores are
        all negative then learns nothing more, which costs codes.
    context_beats, recall, overlap, dropout: of windows. How far back the forward network reads; how
        many earlier segments, end to end, it may name as what comes next (0 to 8); whether half of
        the symbols tell what neighbours share; the share of hidden values left out at random while
        learning.
    """

    reader: Reader = Reader.LSTM
    length: int = 8
    symbols: int = 4
    hidden: int = 64
    final_relu: bool = True
    context_beats: int = 0
    recall: int = 0
    overlap: bool = False
    dropout: float = 0.0
    metre: str = str(COMMON_TIME)

    @property
    def grid(self) -> Grid:
        """The grid of the segments."""
        return GRIDS[self.metre]

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "NetworkShape":
        """What `dataclasses.asdict` gave. Raises TypeError or ValueError for anything else."""
        shape = cls(**content)
        if shape.metre not in GRIDS:
            raise ValueError(f"no grid for the metre {shape.metre!r}")
        return replace(shape, reader=Reader(shape.reader))
