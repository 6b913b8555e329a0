"""What changes while a section is played: the line, the section's run and what is remembered."""

from copy import copy
from dataclasses import dataclass, replace

from livedshl.improviser.chooser import Chosen
from livedshl.improviser.edges import rung_out, struck
from livedshl.improviser.form import SectionMemory, SectionRun
from livedshl.improviser.line import Line
from livedshl.improviser.moment import Moment, moment_of
from livedshl.improviser.passage import Passage
from livedshl.improviser.repertoire import Repertoire


@dataclass(slots=True)
class SectionState:
    """A section up to where the next passage starts.

    section: what is remembered of it; None in a free run.
    """

    repertoire: Repertoire
    line: Line
    run: SectionRun
    section: SectionMemory | None

    def copy(self) -> "SectionState":
        """The same state, to go on independently."""
        section = self.section and self.section.copy()
        return SectionState(self.repertoire, self.line.copy(), copy(self.run), section)

    @property
    def over(self) -> bool:
        """Whether the section has been played to its end."""
        return self.line.beat >= self.run.end

    def moment(self) -> Moment:
        """Where the next passage starts."""
        repertoire = self.repertoire
        return moment_of(self.run, self.line.beat, repertoire.grid, repertoire.bundle.follow_beats)

    def play(self, moment: Moment, chosen: Chosen) -> Passage:
        """Plays the segment that was chosen. Returns its passage, which may end the music."""
        line, section, repertoire = self.line, self.section, self.repertoire
        if section and (chosen.replaces or moment.spot not in section.segments):
            section.segments[moment.spot] = chosen.segment
            if chosen.continuation:
                section.joins[line.playing, chosen.segment] = chosen.continuation
        quotes = line.quotes.copy()
        passage = line.add(
            chosen.segment,
            chosen.continuation,
            merged=moment.beat > moment.phrase,
            n_beats=moment.n_beats,
            planned=chosen.planned,
        )
        if place := self.run.place_at(moment.beat, repertoire.grid.bar_beats):
            steps = struck(passage.steps) if moment.opens_phrase else passage.steps
            place = replace(place, planned=chosen.planned, wished=chosen.wished)
            passage = replace(passage, steps=steps, place=place)
        if self.run.is_last and moment.beat == moment.closing_beat:
            steps = rung_out(passage.steps, repertoire.bundle, quotes)
            passage = replace(passage, steps=steps, ends=True)
        return passage
