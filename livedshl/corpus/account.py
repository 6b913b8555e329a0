"""What a reader says of a tune beside its notes: what it took, left out and guessed."""

from dataclasses import dataclass
from enum import Enum


class KeyFrom(Enum):
    """How the key of a tune is known."""

    WRITTEN = "written"
    GUESSED = "guessed"


@dataclass(frozen=True, slots=True)
class Account:
    """What was made of a tune.

    taken: the voices or tracks that were read and what for, as "Vocal: melody". left: the others.
    warnings: what was not understood and what was done instead, each a sentence.
    on_grid: the share of the melody's notes that start on the sixteenth grid.
    """

    key_from: KeyFrom = KeyFrom.WRITTEN
    taken: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    on_grid: float = 1.0
