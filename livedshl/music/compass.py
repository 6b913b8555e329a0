"""The compass of a melody: how low and high it goes, and where it mostly lies."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from livedshl.music.motifs import is_onset
from livedshl.music.segments import PITCH


@dataclass(frozen=True, slots=True)
class Compass:
    """The lowest, the median and the highest pitch of a melody."""

    lowest: int
    median: int
    highest: int

    @classmethod
    def of(cls, steps: NDArray[np.int8]) -> Self | None:
        """The compass of the notes that begin in int8[n, 3]; None if none does."""
        pitches = steps[is_onset(steps), PITCH]
        if not len(pitches):
            return None
        return cls(int(pitches.min()), round(float(np.median(pitches))), int(pitches.max()))

    def moved(self, semitones: int) -> "Compass":
        """The same, `semitones` higher."""
        return Compass(self.lowest + semitones, self.median + semitones, self.highest + semitones)
