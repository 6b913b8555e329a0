"""Plans a section before it is due: the continuations that go best together, and their chords."""

from copy import copy
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from livedshl.improviser.chart import Chart
from livedshl.improviser.chooser import Chosen, SegmentChooser
from livedshl.improviser.fit import fitted
from livedshl.improviser.harmony import SectionHarmony
from livedshl.improviser.leaps import leap_at_join
from livedshl.improviser.passage import Passage
from livedshl.improviser.repertoire import Repertoire
from livedshl.improviser.section_state import SectionState
from livedshl.improviser.variation import varied
from livedshl.music import Grid
from livedshl.music.chords import NO_CHORD
from livedshl.music.compass import Compass
from livedshl.music.segments import ARTICULATED, CHORD

# How many ways through the section are followed at once, and how many continuations of each are
# looked at. Twice as many take twice as long.
_WAYS, _CONTINUATIONS = 2, 2
_AT_JOINS = 12  # continuations that are looked at where a section joins the one before or after
_LEAP_WEIGHT = 1.0  # nats, of a semitone that a leap between sections has too many
# Share of the bars that come back with a small change: the second time, more each time, at most.
_VARIED, _VARIED_MORE, _MOST_VARIED = 0.65, 0.1, 0.8
_OPENING_BARS = 2  # of a section; they never change
_AFTER_ANSWER = 2  # passages that are not planned: enough to play while what follows is planned


@dataclass(frozen=True, slots=True, eq=False)
class Planned:
    """A passage to come: its segment, and its steps as they will sound, int8[n, 3].

    compass: of the section's whole melody.
    """

    chosen: Chosen
    steps: NDArray[np.int8]
    compass: Compass | None


@dataclass(frozen=True, slots=True)
class Way:
    """A way through a section.

    state: where it has got to. chosen, passages: one a moment. score: of all of them together.
    """

    state: SectionState
    chosen: tuple[Chosen, ...]
    passages: tuple[Passage, ...]
    score: float

    def on(self, chosen: Chosen) -> "Way":
        """This way and one more segment."""
        state = self.state.copy()
        passage = state.play(state.moment(), chosen)
        return Way(
            state, (*self.chosen, chosen), (*self.passages, passage), self.score + chosen.score
        )


class SectionPlanner:
    """Plans the rest of a section when its next passage is wanted, and plays by the plan.

    Neither the first passage of all is planned, nor an answer and the passages after it: they would
    come late. A free run has no sections, so nothing is planned there.
    """

    def __init__(self, chooser: SegmentChooser, harmony: SectionHarmony) -> None:
        self.chooser = chooser
        self._harmony = harmony
        self._plan: tuple[Planned, ...] = ()
        self._sounded: tuple[Passage, ...] = ()  # of the section
        self._plans_from = 0  # beat

    def copy(self, rng: np.random.Generator) -> "SectionPlanner":
        """The same planner, to go on independently, drawing from `rng`."""
        other = copy(self)
        other.chooser = self.chooser.copy(rng)
        return other

    @property
    def has_plan(self) -> bool:
        """Whether the rest of the section is planned."""
        return bool(self._plan)

    def begin_section(self) -> None:
        """Begins a section, of which nothing has sounded."""
        self._plan = self._sounded = ()

    def forget(self) -> None:
        """Forgets the plan: something has changed."""
        self._plan = ()

    def answer(self, passage: Passage, repertoire: Repertoire) -> Passage:
        """The passage that answers a player, as it will sound."""
        end_beat = passage.beat + len(passage.steps) // repertoire.grid.beat_steps
        self._plans_from = end_beat + _AFTER_ANSWER * repertoire.bundle.follow_beats
        return self._heard(self._unplanned(passage, repertoire.grid))

    def next_passage(self, state: SectionState) -> Passage:
        """Plays the next passage of a section."""
        moment = state.moment()
        is_planned = state.section is not None and state.line.playing is not None
        if not is_planned or moment.beat < self._plans_from:
            passage = state.play(moment, self.chooser.choices(state.line, moment, state.section)[0])
            passage = self._unplanned(passage, state.repertoire.grid)
        else:
            planned, *later = self._plan or self._planned(state)
            self._plan = tuple(later)
            passage = state.play(moment, planned.chosen)
            passage = replace(passage, steps=planned.steps, compass=planned.compass)
        return self._heard(passage)

    def _heard(self, passage: Passage) -> Passage:
        self._sounded = (*self._sounded, passage)
        return passage

    def _unplanned(self, passage: Passage, grid: Grid) -> Passage:
        """A passage that was not planned, fitted to the chart if there is one."""
        if chart := self.chooser.continuator.chart:
            passage = replace(passage, steps=_over(chart, passage.steps, passage.beat, grid))
        return passage

    def _planned(self, state: SectionState) -> tuple[Planned, ...]:
        """The best way to the end of the section, with chords."""
        best = ways_through(state, self.chooser)[0]
        run = state.run
        beat_steps = state.repertoire.grid.beat_steps
        sounded = [passage.steps for passage in self._sounded]
        n_sounded = sum(map(len, sounded))
        silent = (state.line.beat - run.start) * beat_steps - n_sounded  # before an answer
        before = np.zeros((silent, 3), np.int8)
        before[:, CHORD] = NO_CHORD
        steps = np.concatenate([before, *sounded, *(passage.steps for passage in best.passages)])
        first = silent + n_sounded
        if state.section and state.section.seed is not None and state.run.place:
            bars = _bars_to_vary(best, first, state.section.seed)
            steps = varied(
                steps, bars, state.line.rhythms, state.repertoire.grid, state.section.seed
            )
        if chart := self.chooser.continuator.chart:
            # Its chords are written later, in the key that is played.
            chords = steps[::beat_steps, CHORD].copy()
            beat = run.start + first // beat_steps
            steps[first:] = _over(chart, steps[first:], beat, state.repertoire.grid)
        else:
            chords = self._harmony.chords_of(steps, first // beat_steps, run.cadence)
        if best.passages[-1].ends:  # on the tonic, as it was rewritten to
            last = int(np.flatnonzero(steps[:, ARTICULATED])[-1]) // beat_steps
            chords[last:] = steps[last * beat_steps :: beat_steps, CHORD]
        steps[:, CHORD] = np.repeat(chords, beat_steps)
        compass = Compass.of(steps)
        starts = [(passage.beat - run.start) * beat_steps for passage in best.passages]
        return tuple(
            Planned(chosen, steps[start : start + len(passage.steps)], compass)
            for chosen, passage, start in zip(best.chosen, best.passages, starts, strict=True)
        )


def _over(chart: Chart, steps: NDArray[np.int8], beat: int, grid: Grid) -> NDArray[np.int8]:
    """The steps, fitted to what the chart has from `beat` on."""
    return fitted(steps, chart.at(beat, len(steps) // grid.beat_steps), grid, beat)


def _bars_to_vary(way: Way, first: int, seed: int) -> NDArray[np.int64]:
    """The bars of a section, from step `first` on, that come back with a small change.

    Neither the first ones nor the last, by which it is known, nor those that are new.
    """
    run, grid = way.state.run, way.state.repertoire.grid
    assert run.place is not None, "a free run has no sections"
    new = {
        (passage.beat - run.start + beat) // grid.bar_beats
        for passage, chosen in zip(way.passages, way.chosen, strict=True)
        for beat in range(len(passage.steps) // grid.beat_steps)
        if not chosen.planned
    }
    begun = -(-first // grid.bar_steps)
    n_bars = (run.end - run.start) // grid.bar_beats
    bars = np.arange(max(_OPENING_BARS, begun), n_bars - 1)
    bars = bars[~np.isin(bars, list(new))]
    share = min(_MOST_VARIED, _VARIED + _VARIED_MORE * (run.place.time - 2))
    return bars[np.random.default_rng(seed).random(len(bars)) < share]


def ways_through(state: SectionState, chooser: SegmentChooser) -> list[Way]:
    """The best ways from here to the end of the section, the best first, found by a beam search.

    The state stays as it is. The chooser's luck is drawn in a fixed order.
    """
    ways = [Way(state.copy(), (), (), 0.0)]
    while not ways[0].state.over:
        further = [
            (way.score + chosen.score - _LEAP_WEIGHT * leap_at_join(way.state, chosen), way, chosen)
            for way in ways
            for chosen in _choices(way.state, chooser)
        ]
        further.sort(key=lambda found: -found[0])
        ways = [way.on(chosen) for _, way, chosen in further[:_WAYS]]
    return ways


def _choices(state: SectionState, chooser: SegmentChooser) -> list[Chosen]:
    moment = state.moment()
    joins_sections = moment.opens_section or moment.beat == moment.closing_beat
    most = _AT_JOINS if joins_sections else _CONTINUATIONS
    return chooser.choices(state.line, moment, state.section, most)
