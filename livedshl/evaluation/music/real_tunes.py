"""The tunes that pieces are compared with."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import SegmentLibrary
from livedshl.evaluation.music.quotes import QuoteIndex
from livedshl.music import ChordVocabulary, Mode
from livedshl.music.segments import CHORD

# A transition has the chords around a join. Two chords are too few: every pair of a dozen classes
# occurs somewhere, so the farthest codes would score as well as tunes.
BEATS_BEFORE = BEATS_AFTER = 2


@dataclass(frozen=True, eq=False)
class RealTunes:
    """The tunes to compare pieces with, and their chord classes and mode."""

    library: SegmentLibrary
    vocabulary: ChordVocabulary
    mode: Mode

    @cached_property
    def quotes(self) -> QuoteIndex:
        """Finds quotations of songs."""
        return QuoteIndex(self.library)

    @cached_property
    def songs_with_transition(self) -> NDArray[np.int64]:
        """The number of songs with each transition, by its number in `transitions`."""
        library, beat_steps = self.library, self.library.grid.beat_steps
        tune = np.repeat(np.arange(len(library.tunes)), np.diff(library.tune_steps))
        since = np.arange(len(tune)) - library.tune_steps[tune]
        until = library.tune_steps[tune + 1] - np.arange(len(tune))
        in_reach = (since >= BEATS_BEFORE * beat_steps) & (until > (BEATS_AFTER - 1) * beat_steps)
        beats = np.flatnonzero(in_reach & (since % beat_steps == 0))
        kinds = (len(self.vocabulary) + 1) ** (BEATS_BEFORE + BEATS_AFTER)
        in_songs = np.unique(tune[beats] * kinds + self.transitions(library.steps, beats))
        return np.bincount(in_songs % kinds, minlength=kinds)

    def transitions(self, steps: NDArray[np.int8], beats: NDArray[np.integer]) -> NDArray[np.int64]:
        """The chords around some beats as one number each, int64[n].

        They are the chords of the two beats before, the beat, and the beat after. beats: the steps
        where the beats begin.
        """
        reach = np.arange(-BEATS_BEFORE, BEATS_AFTER)
        around = beats[:, None] + reach * self.library.grid.beat_steps
        size = len(self.vocabulary) + 1
        chords = steps[around, CHORD].astype(np.int64) % size  # no chord is the last of them
        numbers: NDArray[np.int64] = chords @ size ** np.arange(len(reach))
        return numbers
