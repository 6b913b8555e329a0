"""The form of a tune: plans, cadences, and what is remembered of a section for its return."""

import sys
from dataclasses import dataclass, field, replace
from enum import Enum

from livedshl.improviser.passage import Continuation, Place
from livedshl.music.tune_forms import TuneForm

SECTION_BARS = 8
PHRASE_BARS = 4
ENDING_BARS = 4  # music that is asked to end does so within these


class Form(Enum):
    """The plan of a tune, one letter for each section.

    ANY draws a plan for each tune. NONE has no tunes: the free run of the paper.
    """

    ANY = "any"
    NONE = "none"
    AABB = "AABB"
    AABA = "AABA"
    ABAC = "ABAC"


class Cadence(Enum):
    """How a section closes. END is a full close after which no pickup leads on."""

    HALF = "half close"
    FULL = "full close"
    END = "end"


# Where a segment stands in a section: near its close (cadence, beats from the section's end),
# elsewhere (None, beats from its start).
Spot = tuple[Cadence | None, int]


@dataclass(slots=True)
class SectionMemory:
    """What is remembered of a section of the tune that plays.

    returns: whether its second half begins as its first. differs: whether it closes half the first
    time and fully the next. times: how often it has been played.
    segments: the segment at each spot, from the first time. joins: how one segment followed
    another, by (playing, next). varied: the spots where this time takes another segment.
    seed: of the small changes that this time makes; None for none.
    from_tune: the earlier tune that it was made in; None if it is this tune's own.
    """

    returns: bool
    differs: bool
    times: int = 0
    segments: dict[Spot, int] = field(default_factory=dict)
    joins: dict[tuple[int | None, int], Continuation] = field(default_factory=dict)
    varied: frozenset[Spot] = frozenset()
    seed: int | None = None
    from_tune: int | None = None

    def forget(self) -> None:
        """Forgets the music: the section is made anew the next time."""
        self.segments, self.joins = {}, {}
        self.varied, self.seed, self.from_tune = frozenset(), None, None

    def copy(self) -> "SectionMemory":
        """The same, to change independently."""
        return replace(self, segments=dict(self.segments), joins=dict(self.joins))

    def brought_back(self, from_tune: int) -> "SectionMemory":
        """The section of an earlier tune, to begin a later one."""
        return replace(self.copy(), times=0, from_tune=from_tune)


@dataclass(slots=True)
class TuneMemory:
    """The tune that plays: which section of its plan is on, and what is remembered of each.

    place: of the tune, before any section. at: the number of the section, from 0.
    opens_set: whether it is the first of its set. form: as it was drawn; a chart may have another.
    """

    place: Place
    at: int
    sections: dict[str, SectionMemory]
    opens_set: bool
    form: TuneForm

    def copy(self) -> "TuneMemory":
        """The same, to change independently."""
        sections = {letter: section.copy() for letter, section in self.sections.items()}
        return replace(self, sections=sections)


@dataclass(frozen=True, slots=True)
class TuneSet:
    """The set of tunes that plays.

    left: how many more it has. key_shift: semitones from its first tune to the one that plays.
    first: its first tune, once that is over; None if somebody left it.
    """

    left: int = 0
    key_shift: int = 0
    first: TuneMemory | None = None


@dataclass(slots=True)
class SectionRun:
    """A section while it is played, from beat `start` to `end`. A free run has no letter.

    place: of its first passage. begins: the beat from which it is heard; later than `start` if only
    its last phrase is. phrase: the beat at which the present phrase began.
    ending: whether it was cut short because the music was asked to end.
    is_last: whether the music ends with it. half: the beat at which its beginning returns, or any
    beyond its end if it does not.
    """

    start: int
    end: int
    cadence: Cadence
    letter: str = ""
    place: Place | None = None
    begins: int = -1
    phrase: int = 0
    ending: bool = False
    is_last: bool = False
    half: int = sys.maxsize

    def __post_init__(self) -> None:
        self.begins = self.begins if self.begins >= 0 else self.start
        self.phrase = self.begins

    def place_at(self, beat: int, bar_beats: int) -> Place | None:
        """The place of a passage that starts at `beat`; None in a free run."""
        return self.place and replace(
            self.place,
            bar=1 + (beat - self.begins) // bar_beats,
            bars=(self.end - self.begins) // bar_beats,
        )
