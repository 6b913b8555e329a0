"""A passage: the music that one retrieval adds, how it was found and where it stands."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.music.compass import Compass

# In place of a section's letter: before the first of all, and after the last.
INTRO, TAG = "Intro", "Tag"


@dataclass(frozen=True, slots=True)
class Continuation:
    """A segment that was chosen to follow, and how it was found.

    segment: its number in the library.
    hamming: distance from the playing segment's forward code to its backward code.
    nearest: the least distance in the whole index (the greatest when the farthest is retrieved).
        `hamming` differs from it if the rules or the place in the bar excluded the nearest
        segments, or if adventure let a farther one win.
    ties: how many segments lie at distance `hamming`; with a wish, of those that fulfil it.
    agreeing_steps: steps of the overlap in which it agrees with the playing segment.
    rules_kept: False if no segment at this place in the bar satisfied the rules.
    wish: the name of the wish it fulfils; None if there was no wish or it could not be fulfilled.
    candidates: the nearest few that could have been drawn, as (segment, distance).
    """

    segment: int
    hamming: int
    nearest: int
    ties: int
    agreeing_steps: int
    rules_kept: bool
    wish: str | None
    candidates: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage stands in the form.

    tune: counted from 1. plan: the tune's sections, one letter each. section: its letter, or
        `INTRO` in the bars that the band plays before the form begins, or `TAG` in those at the end
        that repeat the last phrase.
    time: how often the section has been played in this tune, counting now.
    bar: of the section, counted from 1. key_shift: semitones from the key of the set's first tune.
    planned: whether the form brings the segment back from the section's first time.
    wished: the name of what the form wished for; None if it wished for nothing.
    bars: how many bars the section has, as planned when the passage was composed.
    from_tune: the earlier tune of the set whose section comes back; None if it is this tune's own.
    """

    tune: int
    plan: str
    section: str
    time: int
    bar: int
    key_shift: int
    planned: bool
    wished: str | None
    bars: int = 0
    from_tune: int | None = None

    @property
    def is_intro(self) -> bool:
        """Whether the band plays alone here, before the first section."""
        return self.section == INTRO

    @property
    def number(self) -> int:
        """Which of the sections in the plan it is, counted from 0; -1 in the intro."""
        if self.is_intro:
            return -1
        if self.section == TAG:
            return len(self.plan) - 1
        numbers = [n for n, letter in enumerate(self.plan) if letter == self.section]
        return numbers[min(self.time, len(numbers)) - 1]

    @property
    def name(self) -> str:
        """The section's name: "A", the next time "A2"; "A from tune 1" if it comes back."""
        name = f"{self.section}{self.time}" if self.time > 1 else self.section
        return f"{name} from tune {self.from_tune}" if self.from_tune else name


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """The music that one retrieval adds.

    beat: where it and its segment start, counted from the start of the improvisation.
    steps: int8[n, 3]. One hop where segments overlap, otherwise the whole segment. The passage that
        closes a phrase has the whole segment.
    segment: the segment's number in the library.
    continuation: how it was found; None for an opening.
    splice: the step at which its melody takes over; None if it is not spliced in.
    place: where it stands in the form; None in a free run.
    ends: whether the music ends with it.
    quote_beats: whole beats of the longest quote from one song that ends with it.
    compass: of the section's whole melody, in C major or A minor; None while it is not planned.
    """

    beat: int
    steps: NDArray[np.int8]
    segment: int
    continuation: Continuation | None
    splice: int | None
    place: Place | None = None
    ends: bool = False
    quote_beats: int = 0
    compass: Compass | None = None
