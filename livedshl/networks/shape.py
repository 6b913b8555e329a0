"""The sizes of the networks in a bundle."""

from dataclasses import dataclass, replace
from enum import StrEnum

from livedshl.music.grid import COMMON_TIME, GRIDS, Grid


class Reader(StrEnum):
    """How a network reads a segment."""

    LSTM = "lstm"  # step by step, as in the paper
    WINDOW = "window"  # all steps at once; the forward network also reads the music before


@dataclass(frozen=True, slots=True)
class NetworkShape:
    """The sizes of the networks.

    length: L, symbols of a code. symbols: K, values of a symbol. hidden: size of the hidden layers.
    final_relu: LSTMs only, a ReLU before the softmax (paper, section 3.3). It costs codes: a symbol
        whose scores are all negative stops learning.
    context_beats: windows only, as are the next three. Beats before the segment that the forward
        network reads.
    recall: earlier segments, end to end, that it may name as the next one, 0 to 8.
    overlap: whether half of the symbols depend only on the half segment that neighbours share.
    dropout: share of hidden values left out at random during training.
    members: windows only. Pairs of networks that learn apart; each gives a part of the symbols.
    metre: of the segments, such as "6/8"; None: any, windows only. Raises ValueError for a metre
        without a grid.
    chords: names of the chord classes that the networks read. None are named if these are the first
        of each library's own.
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
    members: int = 1
    metre: str | None = str(COMMON_TIME)
    chords: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.metre is not None and self.metre not in GRIDS:
            raise ValueError(f"no grid for the metre {self.metre!r}")

    @property
    def parts(self) -> "tuple[NetworkShape, ...]":
        """The shape of each member, in the order of their symbols; none is without a symbol."""
        each, more = divmod(self.length, self.members)
        lengths = (each + (number < more) for number in range(self.members))
        return tuple(replace(self, length=length, members=1) for length in lengths if length)

    @property
    def grids(self) -> tuple[Grid, ...]:
        """The grids of the segments that the networks can read."""
        return tuple(GRIDS.values()) if self.metre is None else (GRIDS[self.metre],)
