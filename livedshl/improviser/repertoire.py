"""What every choice of an improvisation draws on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import Bundle, SegmentLibrary
from livedshl.improviser.rules import ContinuationRules, Retrieve
from livedshl.index import CodeIndex, hamming
from livedshl.music import Grid


@dataclass(frozen=True, slots=True, eq=False)
class Repertoire:
    """A model, the index of its backward codes, and the rules by which to draw from it.

    rules: as the performance begins; its adventure may change later.
    """

    bundle: Bundle
    index: CodeIndex
    rules: ContinuationRules
    retrieve: Retrieve = Retrieve.MIN

    @property
    def library(self) -> SegmentLibrary:
        """The segments of the model's tunes."""
        return self.bundle.library

    @property
    def grid(self) -> Grid:
        """How the music is counted."""
        return self.bundle.library.grid

    def distances_from(self, segment: int) -> NDArray[np.uint8]:
        """Distance from a segment's forward code to every backward code, uint8[n]."""
        bundle = self.bundle
        return hamming(bundle.forward[segment], bundle.backward, bundle.shape)

    def in_phase(
        self, playing: int, segments: NDArray[np.int32], cycle_beats: int
    ) -> NDArray[np.bool_]:
        """Which segments would fall on the beats of the cycle that they have in their own songs.

        playing: the segment they would follow. cycle_beats: a bar, or two bars of 3/4.
        """
        phases = self.library.phases
        next_phase = phases[playing] + self.bundle.follow_beats
        return np.asarray((phases[segments] - next_phase) % cycle_beats == 0, np.bool_)
