"""The endless tune: passage after passage, each with its account of where it came from."""

from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import Bundle
from livedshl.improviser.chart import Chart
from livedshl.improviser.continuation import (
    Continuation,
    ContinuationRules,
    Continuator,
    Retrieve,
)
from livedshl.improviser.merge import merge
from livedshl.index import CodeIndex


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage stands in the form.

    tune: counted from 1. plan: of that tune, a letter a section. section: its letter. time: how
    often it has been played in the tune, this time included. bar: of the section, from 1.
    key_shift: semitones from the key of the first tune. planned: whether the segment is one of the
    section's first time. wished: the name of what the form asked for, None if for nothing.
    """

    tune: int
    plan: str
    section: str
    time: int
    bar: int
    key_shift: int
    planned: bool
    wished: str | None

    @property
    def name(self) -> str:
        """The section's name: "A", the next time "A2"."""
        return f"{self.section}{self.time}" if self.time > 1 else self.section


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """The stretch of music that one retrieval adds.

    beat: where it starts, and with it its segment, counted from the start of the improvisation.
    steps: int8[n, 3], one hop where segments overlap, else a whole segment; where a section ends,
        the whole closing segment.
    segment: the segment's number in the library.
    continuation: how it was chosen; None for the opening.
    splice: the step at which its melody takes over; None where nothing is merged.
    place: in the form; None without one. ends: whether the music ends with it.
    quote_beats: whole beats of the longest quote from one song that ends with it.
    """

    beat: int
    steps: NDArray[np.int8]
    segment: int
    continuation: Continuation | None
    splice: int | None
    place: Place | None = None
    ends: bool = False
    quote_beats: int = 0


class Line:
    """The music so far: where it has got to, what plays, and how the next segment joins on.

    Each query is the forward code of the segment that plays while its continuation is retrieved
    (paper, Fig. 1). Where segments overlap, the passage of a segment is its first half merged with
    the second half of the segment before.
    """

    def __init__(
        self,
        bundle: Bundle,
        index: CodeIndex,
        rules: ContinuationRules,
        retrieve: Retrieve,
        rng: np.random.Generator,
        chart: Chart | None = None,
    ) -> None:
        self.continuator = Continuator(bundle, index, rules, retrieve, rng, chart)
        self.beat = 0
        self.playing: int | None = None
        self._bundle = bundle

    def copy(self, rng: np.random.Generator) -> "Line":
        """One that goes on from here as this one would, drawing from `rng`."""
        other = copy(self)
        other.continuator = self.continuator.copy(rng)
        return other

    def go_to(self, beat: int) -> None:
        """Goes on at another beat."""
        self.beat = beat
        self.continuator.go_to(beat)

    def add(
        self,
        segment: int,
        continuation: Continuation | None,
        *,
        merged: bool = True,
        n_beats: int | None = None,
        planned: bool = False,
    ) -> Passage:
        """The passage of a segment, which from now on is the one that plays.

        merged: with the second half of the one before, where segments overlap. n_beats: how long
        it is heard, if not until the next follows. planned: the form brings it back.
        """
        bundle = self._bundle
        library, grid = bundle.library, bundle.library.grid
        n_beats = bundle.follow_beats if n_beats is None else n_beats
        steps, splice = library.contents(np.array(segment)), None
        if merged and bundle.overlaps and self.playing is not None:
            before = library.contents(np.array(self.playing))
            overlap = merge(before, steps, grid.beat_steps)
            steps, splice = np.concatenate([overlap.steps, steps[grid.hop_steps :]]), overlap.splice
        steps = steps[: n_beats * grid.beat_steps]
        self.continuator.hear(steps, planned)
        # What opens the music stands in its song; to look up where takes too long before it sounds.
        quote_beats = n_beats if self.playing is None else self.continuator.quote_beats
        passage = Passage(self.beat, steps, segment, continuation, splice, quote_beats=quote_beats)
        self.beat += n_beats
        self.playing = segment
        return passage
