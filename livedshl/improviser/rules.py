"""What a continuation has to respect: the rules of the performance, and a wish of the form."""

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import SegmentLibrary
from livedshl.improviser.ranking import FIT, TERMS
from livedshl.index import CodeIndex
from livedshl.music.dances import Dance

_BOLDEST_NEAR = 24  # symbols of 64: within this distance lie 50 segments at the median
# Without it, one draw in two had at most six candidates in 4/4 major, where the ranking has nothing
# to rank: 0.49 of the motifs recurred instead of 0.53, and codes were 7 % nearer.
_BOLDEST_CHOICE = 64
_SAFEST_TEMPERATURE, _BOLDEST_TEMPERATURE = 0.25, 16.0  # nats
_ANY_LENGTH = 1_000_000  # beats


class Retrieve(Enum):
    """Which backward codes to retrieve: the nearest, or the farthest (Task 2 of the paper)."""

    MIN = "min"
    MAX = "max"


@dataclass(frozen=True, slots=True)
class ContinuationRules:
    """How original the music has to be, and how boldly it continues.

    song_cap: at most this many of the last `window` segments may occur in the same song.
    window: segments over which songs are counted.
    recency: a content that was played does not come again for this many segments, or for a quarter
        of the library's contents if that is less. 1,000 segments take ten minutes at 200 BPM.
    adventure: 0 to 1. At 0 only the nearest codes are candidates, and the best join nearly always
        wins. The higher it is, the farther a code may lie and the more often a poorer join wins.
    max_quote: beats of one song that may be quoted note for note; `Quotes` says what is the least.
    dances: those that sets of tunes are made of; empty for any. notes_a_bar: how many notes the
        tunes of a set have at least and at most; None for any. Where no tune is like that, any is.
    terms: names of the terms of `ranking` that rank the candidates. Without any, all candidates
        are equally likely.
    """

    song_cap: int = 3
    window: int = 16
    recency: int = 1000
    adventure: float = 0.25
    max_quote: int = 8
    dances: tuple[Dance, ...] = ()
    notes_a_bar: tuple[float, float] | None = None
    terms: tuple[str, ...] = TERMS

    def recency_in(self, library: SegmentLibrary) -> int:
        """The recency that a library of this size can keep."""
        contents = library.n_contents
        return min(self.recency, contents // 4)

    def near(self, length: int) -> int:
        """How many symbols farther than the nearest a candidate's code of `length` may lie."""
        return round(self.adventure * _BOLDEST_NEAR * length / 64)

    @property
    def choice(self) -> int:
        """How many candidates there should be at least, as long as any are left."""
        return round(self.adventure * _BOLDEST_CHOICE)

    @property
    def temperature(self) -> float:
        """A candidate that scores this many nats more is e times as likely."""
        return float(
            _SAFEST_TEMPERATURE * (_BOLDEST_TEMPERATURE / _SAFEST_TEMPERATURE) ** self.adventure
        )

    def plain(self) -> "ContinuationRules":
        """As in the paper: the nearest code, then the best fit, ties at random, any quote."""
        return replace(self, adventure=0.0, max_quote=_ANY_LENGTH, terms=FIT)


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """What the form would like next; it narrows what the code finds.

    name: for the trace. segments: int32[m], those of the library that would do, ascending.
    reach: how many symbols farther than the nearest such a segment may lie. If none is that near,
        the code decides alone; where a section opens, a lot does.
    handicap: int64[m], symbols by which each counts as farther; None for none. See
        `hubness`.
    index: finds the nearest of them by code; None where they are few or have handicaps.
    """

    name: str
    segments: NDArray[np.int32]
    reach: int
    handicap: NDArray[np.int64] | None = None
    index: CodeIndex | None = None

    @property
    def opens(self) -> bool:
        """Whether it is the wish to open a section: only that one has handicaps."""
        return self.handicap is not None
