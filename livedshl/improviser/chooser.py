"""Chooses the segment at each moment of a section: a new one, or the one that was there before."""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, replace

import numpy as np

from livedshl.improviser.continuator import NOTHING, Continuator, Option
from livedshl.improviser.form import SectionMemory, Spot
from livedshl.improviser.line import Line
from livedshl.improviser.moment import Moment
from livedshl.improviser.passage import Continuation
from livedshl.improviser.repertoire import Repertoire
from livedshl.improviser.retrieval import bridges, planned_join
from livedshl.improviser.rules import Wish
from livedshl.improviser.wishes import Wishes

CHOSEN = "chosen"  # the wish of a player who chose a segment by hand
_OPENINGS = 24  # that are looked at, for a few of different tunes


@dataclass(frozen=True, slots=True)
class Chosen:
    """The segment that comes next, and how it was found.

    continuation: None for an opening. wished, planned: as in `Place`. replaces: whether it takes
    the place of what is remembered.
    score: as in `Option`; 0 for what no candidate competes with.
    """

    segment: int
    continuation: Continuation | None
    wished: str | None = None
    planned: bool = False
    replaces: bool = False
    score: float = 0.0

    @classmethod
    def of(cls, option: Option, wish: Wish | None) -> "Chosen":
        """An option that was drawn."""
        found = option.continuation
        return cls(found.segment, found, wish.name if wish else None, score=option.score)


class SegmentChooser:
    """Chooses the segments of a line, section by section.

    continuator: draws the new ones. opening: the segment to begin with; None to draw one.
    """

    def __init__(
        self, repertoire: Repertoire, continuator: Continuator, opening: int | None
    ) -> None:
        self.continuator = continuator
        self._repertoire = repertoire
        self._wishes = Wishes(repertoire)
        self._opening = opening
        self._jumps = False
        self._rerolls = False
        self._wanted: int | None = None

    def copy(self, rng: np.random.Generator) -> "SegmentChooser":
        """The same chooser, to go on independently, drawing from `rng`."""
        other = copy(self)
        other.continuator = self.continuator.copy(rng)
        return other

    def jump(self) -> None:
        """Lets the next segment open another song, wherever the code would lead."""
        self._jumps = True

    def reroll(self) -> None:
        """Draws the next segment even where the form would bring one back."""
        self._rerolls = True

    @property
    def wanted(self) -> int | None:
        """The segment that was chosen by hand to open the next section; None without one."""
        return self._wanted

    def want(self, segment: int | None) -> None:
        """Opens the next section with a segment, or a free run's next passage; None: with any."""
        self._wanted = segment

    def openings(
        self, line: Line, moment: Moment, section: SectionMemory | None
    ) -> Iterator[Chosen]:
        """What may come at a moment, if nothing is brought back there.

        First what would come, by the same lots, the best first. What lies farther is looked for
        only if more is wanted.
        """
        wish, jumps = self._wish(line, moment, section), self._jumps
        yield from self._new(line, moment, wish, _OPENINGS)
        playing = self._before(line, moment)
        if playing is None or jumps:
            return
        merged = not moment.opens_phrase
        for option in self.continuator.survey(line, playing, wish, _OPENINGS, merged=merged):
            yield Chosen.of(option, wish)

    def go_on(self) -> None:
        """Takes back `jump` and `reroll`."""
        self._jumps = self._rerolls = False

    def choices(
        self, line: Line, moment: Moment, section: SectionMemory | None, most: int = 1
    ) -> list[Chosen]:
        """Up to `most` segments for a moment, the best first; at least one.

        section: what is remembered of it; None in a free run.
        """
        if self._wanted is not None and (moment.opens_section or section is None):
            return [self._as_wanted(line, moment, self._wanted)]
        spot, returning = moment.spot, moment.returning_spot
        rerolls, self._rerolls = self._rerolls, False
        if section and spot in section.segments and not rerolls:
            return self._recall(line, moment, section, spot, moment.following_in(section), most)
        if section and returning and not rerolls and returning in section.segments:
            return self._recall(line, moment, section, returning, None, most)
        new = self._new(line, moment, self._wish(line, moment, section), most)
        return [replace(chosen, replaces=rerolls) for chosen in new]

    def _as_wanted(self, line: Line, moment: Moment, segment: int) -> Chosen:
        """The segment that was chosen by hand."""
        self._wanted, self._jumps = None, False
        playing = self._before(line, moment)
        if playing is None:
            return Chosen(segment, None, CHOSEN, replaces=True)
        found = replace(planned_join(self._repertoire, playing, segment), wish=CHOSEN)
        if moment.opens_phrase:  # it overlaps nothing
            found = replace(found, agreeing_steps=0)
        return Chosen(segment, found, CHOSEN, replaces=True)

    def _wish(self, line: Line, moment: Moment, section: SectionMemory | None) -> Wish | None:
        beats_to_close = moment.closing_beat - moment.beat
        if beats_to_close and moment.beat == moment.last_beat:
            return self._wishes.pause
        if beats_to_close and section and moment.opens_section:
            return self._wishes.opening(line)
        return self._wishes.before_close(beats_to_close, moment.cadence, line)

    def _new(self, line: Line, moment: Moment, wish: Wish | None, most: int) -> list[Chosen]:
        """New segments. The first of a phrase comes end to end with the phrase before."""
        playing = self._before(line, moment)
        if playing is None and self._opening is not None:
            return [Chosen(self._opening, None)]
        if playing is None or self._jumps:
            self._jumps = False
            among = wish.segments if wish else NOTHING
            return [Chosen(self.continuator.open(among), None)]
        merged = not moment.opens_phrase
        options = self.continuator.follow(line, playing, wish, most, merged=merged)
        return [Chosen.of(option, wish) for option in options]

    def _before(self, line: Line, moment: Moment) -> int | None:
        """The segment whose code asks for what comes: a bridging one where a phrase opens."""
        if line.playing is None or not (moment.opens_phrase and self._repertoire.bundle.overlaps):
            return line.playing
        if moment.opens_section:
            return self.continuator.bridge(line.playing)
        return int(bridges(self._repertoire, line.playing, reach=0)[0])

    def _recall(
        self,
        line: Line,
        moment: Moment,
        section: SectionMemory,
        spot: Spot,
        following: int | None,
        most: int,
    ) -> list[Chosen]:
        """The segment remembered at a spot, or variations of it that lead to `following`."""
        playing, planned = line.playing, section.segments[spot]
        assert playing is not None, "nothing has been played that could come back"
        wished = None
        if not moment.opens_phrase and spot in section.varied:
            wish = self._wishes.variation(planned, following, line)
            wished = wish.name if wish else None
            if wish and (options := self.continuator.follow_as_wished(line, playing, wish, most)):
                return [Chosen.of(option, wish) for option in options]
        continuation = section.joins.get((playing, planned))
        if not continuation and not moment.opens_phrase:
            continuation = planned_join(self._repertoire, playing, planned)
        return [Chosen(planned, continuation, wished, planned=True)]
