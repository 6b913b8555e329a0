"""What every choice of an improvisation draws on."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import Bundle, SegmentLibrary
from livedshl.improviser.groundwork import Groundwork
from livedshl.improviser.recent_rings import RecentRings
from livedshl.improviser.rules import ContinuationRules, Retrieve
from livedshl.index import CodeIndex, Ring
from livedshl.music import Grid


@dataclass(frozen=True, slots=True, eq=False)
class Repertoire:
    """A model, the index of its backward codes, and the rules by which to draw from it.

    groundwork: of the model. rules: as the performance begins; its adventure may change later.
    recent: what was found last.
    """

    groundwork: Groundwork
    index: CodeIndex
    rules: ContinuationRules
    retrieve: Retrieve = Retrieve.MIN
    recent: RecentRings = field(default_factory=RecentRings, init=False)

    @property
    def bundle(self) -> Bundle:
        """The model."""
        return self.groundwork.bundle

    @property
    def library(self) -> SegmentLibrary:
        """The segments of the model's tunes."""
        return self.bundle.library

    @property
    def grid(self) -> Grid:
        """How the music is counted."""
        return self.bundle.library.grid

    def rings_around(self, playing: int) -> Iterator[Ring]:
        """The segments by how far their codes lie from what a segment asks for, nearest first."""
        query = self.bundle.forward[playing]
        return self.recent.around(playing, lambda: self.index.rings(query))

    def in_phase(
        self, playing: int, segments: NDArray[np.int32], cycle_beats: int
    ) -> NDArray[np.bool_]:
        """Which segments would fall on the beats of the cycle that they have in their own songs.

        playing: the segment they would follow. cycle_beats: a bar, or two bars of 3/4.
        """
        phases = self.library.phases
        next_phase = phases[playing] + self.bundle.follow_beats
        return np.asarray((phases[segments] - next_phase) % cycle_beats == 0, np.bool_)
