"""The figures that are measured, and the time that two readings agree."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ReadingFigure:
    """A share that was measured.

    corpus: of what. value: 0 to 1. goal: the least it should be; None if there is none. count: of
    how many `unit`.
    """

    corpus: str
    name: str
    value: float
    goal: float | None
    count: int
    unit: str = "songs"

    @property
    def is_met(self) -> bool | None:
        """Whether the goal is reached; None if there is none."""
        return None if self.goal is None else self.value >= self.goal


@dataclass(slots=True)
class Share:
    """A share that grows: how much is right, of how much."""

    right: float = 0.0
    total: float = 0.0

    def add(self, right: float, total: float = 1.0) -> None:
        """Counts some more."""
        self.right += float(right)
        self.total += float(total)

    @property
    def value(self) -> float:
        """The share, 0 if nothing was counted."""
        return self.right / self.total if self.total else 0.0


@dataclass(slots=True)
class Shares:
    """Several shares by name."""

    of: dict[str, Share] = field(default_factory=dict)

    def add(self, name: str, right: float, total: float = 1.0) -> None:
        """Counts some more of one."""
        self.of.setdefault(name, Share()).add(right, total)

    def value(self, name: str) -> float:
        """One of the shares."""
        return self.of.get(name, Share()).value


class Span(NamedTuple):
    """A stretch of time with what holds in it."""

    start: float
    end: float
    what: tuple[int, ...]


def spans_of(onsets: Sequence[int], values: Sequence[tuple[int, ...]], end: int) -> list[Span]:
    """The stretches in which each value holds until the next."""
    ends = [*onsets, end][1:]
    return [Span(*span) for span in zip(onsets, ends, values, strict=True)]


def joint_time(truth: Sequence[Span], read: Sequence[Span]) -> list[tuple[Span, Span, float]]:
    """Each pair of a true and a read stretch that overlap, with the time for which they do."""
    starts = np.array([span.start for span in read])
    ends = np.array([span.end for span in read])
    pairs = []
    for true in truth:
        overlap: NDArray[np.float64] = np.minimum(ends, true.end) - np.maximum(starts, true.start)
        pairs += [
            (true, read[place], float(overlap[place]))
            for place in np.flatnonzero(overlap > 0).tolist()
        ]
    return pairs
