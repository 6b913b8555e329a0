"""Improvises tunes as people play them: sections that open, close and return, in related keys.

The codes still decide what follows. The form only narrows what they find where a section begins
and ends, and brings a section's segments back.
"""

from collections.abc import Iterator
from copy import copy, deepcopy
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from livedshl.improviser.chart import Chart
from livedshl.improviser.chooser import SegmentChooser
from livedshl.improviser.continuator import Continuator
from livedshl.improviser.edges import struck
from livedshl.improviser.form import ENDING_BARS, Cadence, Form, SectionRun
from livedshl.improviser.line import Line
from livedshl.improviser.outlook import NOTHING_COMES, Outlook, outlook_of
from livedshl.improviser.passage import Continuation, Passage
from livedshl.improviser.planner import SectionPlanner
from livedshl.improviser.programme import Programme
from livedshl.improviser.repertoire import Repertoire
from livedshl.improviser.section_state import SectionState
from livedshl.index.codes import Words


class Improvisation(Iterator[Passage]):
    """Tune after tune, passage after passage without a gap, the first at beat 0.

    With `Form.NONE` it is one free run that never ends. last_beat: a bar line at which the music
    ends on the tonic; None if it goes on for ever, as a free run always does. chart: the chords to
    follow, in C major or A minor. opening: the segment to begin with; None to draw one.

    Between two passages it can be copied, and steered from the next passage on.
    """

    def __init__(
        self,
        repertoire: Repertoire,
        form: Form,
        rng: np.random.Generator,
        *,
        last_beat: int | None = None,
        chart: Chart | None = None,
        opening: int | None = None,
    ) -> None:
        self._repertoire = repertoire
        self._rng = rng
        self._line = Line(repertoire)
        self._planner = SectionPlanner(
            SegmentChooser(repertoire, Continuator(repertoire, rng, chart), opening),
            repertoire.groundwork.harmony,
        )
        self._programme = Programme(
            form,
            repertoire.grid,
            rng,
            last_beat,
            chart,
            repertoire.bundle.mode,
            repertoire.library.forms,
        )
        self._run: SectionRun | None = None
        self._answer: tuple[Continuation, int] | None = None  # and how many of its beats are over
        self._is_ending = False
        self._over = False

    def __next__(self) -> Passage:
        if self._over:
            raise StopIteration
        if self._run is None or self._line.beat >= self._run.end:
            self._run = self._begin_section(self._line.beat)
        if self._answer:
            return self._answered(self._run, *self._answer)
        return self._passage(self._run)

    def copy(self) -> "Improvisation":
        """The same improvisation, to go on independently: it would play the same."""
        other = copy(self)
        other._rng = deepcopy(self._rng)
        other._line = self._line.copy()
        other._planner = self._planner.copy(other._rng)
        other._programme = self._programme.copy(other._rng)
        other._run = copy(self._run)
        return other

    def end(self) -> None:
        """Ends the music on the tonic within `ENDING_BARS`."""
        self._is_ending = True
        self._planner.forget()

    def end_at(self, last_beat: int) -> None:
        """Ends the music at a bar line."""
        self._programme.end_at(last_beat)
        self._planner.forget()

    def freeze(self, frozen: bool) -> None:
        """Repeats the present section over and over; False lets the tune go on."""
        self._programme.freeze(frozen)

    def begin_next_tune(self) -> None:
        """Leaves the tune that plays: the next passage opens another one."""
        self._run = None
        self._programme.leave_tune()
        if self._programme.is_free:
            self._planner.chooser.jump()

    def avoid(self, segment: int) -> None:
        """Draws the next segment again; the content of `segment` counts as just played."""
        self._line.memory.avoid(segment)
        self._planner.chooser.reroll()
        self._planner.forget()

    def open_with(self, segment: int | None) -> None:
        """Opens the next section with a segment, or a free run's next passage; None: with any.

        A section that would come back is made anew from there.
        """
        self._planner.chooser.want(segment)

    @property
    def wanted(self) -> int | None:
        """The segment that was chosen by hand and has not been played yet."""
        return self._planner.chooser.wanted

    @property
    def beat(self) -> int:
        """Where the next passage begins."""
        return self._line.beat

    @property
    def between_sections(self) -> bool:
        """Whether the next passage begins a section; always in a free run."""
        return self._line.beat >= self.next_beat and self._answer is None

    @property
    def next_beat(self) -> int:
        """Where the next section begins; in a free run, the next passage."""
        run = self._run
        return self._line.beat if run is None or self._programme.is_free else run.end

    def outlook(self) -> Outlook | None:
        """What may open the next section; None while that is not known, as it is not planned yet.

        Nothing changes by looking.
        """
        if self._is_ending or self._over:
            return NOTHING_COMES
        if self._answer or self._line.playing is None:
            return None
        other = self.copy()
        if not self._programme.is_free:
            if other._run is not None and other._run.is_last:
                return NOTHING_COMES
            if not other._plays_on():
                return None
            other._run = other._begin_section(other._line.beat)
        if other._run is None:
            other._run = other._begin_section(other._line.beat)
        return outlook_of(other._state(other._run), other._planner.chooser)

    def _plays_on(self) -> bool:
        """Plays to the end of the section, by its plan; False if it is not planned."""
        while self._run is not None and self._line.beat < self._run.end:
            if not self._planner.has_plan:
                return False
            next(self)
        return True

    def set_adventure(self, adventure: float) -> None:
        """Continues this boldly from now on, 0 to 1; see `ContinuationRules`."""
        self._planner.chooser.continuator.set_adventure(adventure)
        self._planner.forget()

    @property
    def chart(self) -> Chart | None:
        """The chords that are followed, in C major or A minor; None for no chart."""
        return self._planner.chooser.continuator.chart

    def set_chart(self, chart: Chart | None) -> None:
        """Follows these chords, in C major or A minor, from now on; None for no chart."""
        if chart != self.chart:
            self._planner.chooser.continuator.set_chart(chart)
            self._planner.forget()

    def answer(
        self, code: Words, heard: NDArray[np.int8], beat: int, over: int, last_beat: int | None
    ) -> None:
        """Continues a phrase that somebody else played: the answer opens another tune.

        code: the phrase's forward code, uint64[words]. heard: int8[n, 3], the end of the phrase.
        beat: where the answer's segment starts. over: how many of its beats are over already.
        last_beat: the bar line at which the music now ends; None leaves it as it is.
        """
        grid, chooser = self._repertoire.grid, self._planner.chooser
        self._line.beat = beat
        self._line.listen(heard)
        found = chooser.continuator.answer(self._line, code, beat % grid.cycle_beats)
        self._answer = found, over
        self._programme.end_at(last_beat)
        self._programme.leave_tune()
        chooser.go_on()
        self._over = False
        self._run = self._begin_section(beat - beat % grid.bar_beats)

    def _answered(self, run: SectionRun, continuation: Continuation, over: int) -> Passage:
        """The passage that answers, without the beats that are over."""
        grid, beat = self._repertoire.grid, self._line.beat
        self._answer = None
        if section := self._programme.memory_of(run):
            section.segments[None, beat - run.start] = continuation.segment
        passage = self._line.add(
            continuation.segment,
            continuation,
            merged=False,
            n_beats=self._repertoire.bundle.follow_beats,
            planned=False,
        )
        steps = struck(passage.steps[over * grid.beat_steps :])
        place = run.place_at(beat, grid.bar_beats)
        passage = replace(
            passage, beat=beat + over, steps=steps, place=place and replace(place, wished="answer")
        )
        return self._planner.answer(passage, self._repertoire)

    def _begin_section(self, beat: int) -> SectionRun:
        """The section that begins at a beat. Another set may be of another type."""
        run = self._programme.next_section(beat)
        if self._programme.begins_set:
            self._line.begin_set()
        self._planner.begin_section()
        section = self._programme.memory_of(run)
        if section and self.wanted is not None:
            section.forget()
            run.place = run.place and replace(run.place, from_tune=None)
        return run

    def _passage(self, run: SectionRun) -> Passage:
        """The next passage of a section. It may be the one with which the music ends."""
        if self._is_ending and not run.ending:
            run.ending = run.is_last = True
            end = self._soon(run.end)
            run.cadence, run.half, run.end = Cadence.END, run.half if end == run.end else end, end
        passage = self._planner.next_passage(self._state(run))
        self._over = passage.ends
        return passage

    def _state(self, run: SectionRun) -> SectionState:
        return SectionState(self._repertoire, self._line, run, self._programme.memory_of(run))

    def _soon(self, end: int) -> int:
        """The bar line at which music that has to end now can end; `end` if that is near."""
        beat, bar_beats = self._line.beat, self._repertoire.grid.bar_beats
        follow_beats = self._repertoire.bundle.follow_beats
        # The passage before this one may not have sounded yet.
        if end - beat <= ENDING_BARS * bar_beats - follow_beats:
            return end
        least = beat + follow_beats + self._repertoire.grid.segment_beats
        return -(-least // bar_beats) * bar_beats
