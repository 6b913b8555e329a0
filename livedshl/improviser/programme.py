"""The programme: tune after tune in sets of related keys, and which section comes when."""

import sys
from collections.abc import Mapping
from copy import copy
from dataclasses import replace

import numpy as np

from livedshl.improviser.chart import Chart
from livedshl.improviser.form import (
    PHRASE_BARS,
    SECTION_BARS,
    Cadence,
    Form,
    SectionMemory,
    SectionRun,
    TuneMemory,
    TuneSet,
)
from livedshl.improviser.ground import Ground
from livedshl.improviser.passage import TAG, Place
from livedshl.music import Grid, Mode
from livedshl.music.tune_forms import USUAL_FORM, TuneForm

_SHORTEST_SECTION_BARS = 4  # if less is left after a section, the section takes it up
_RELATED_KEYS = (0, 5, -5)  # semitones: tonic, subdominant, dominant
_SET_TUNES = (2, 3)  # the least and the most tunes of a set
# How often each of these is drawn. Of 200 tunes of the library 134 are AABB, 23 AAAA and 3 AABA.
# The others are forms that the library's tunes have, in proportion.
_OTHER_PLANS = {Form.AABA: 0.1, Form.ABAC: 0.1}
_MORE_USUAL = 10  # tunes by which the usual form is counted too high: few tunes tell little
# How often the second half of a section begins as the first, as in a period. In the library 38 %
# of the bars of a section repeat a bar that came before in it.
_RETURNS = 0.75
# Share of the third tunes of sets that begin with the theme of the first, in its key. That is about
# one tune in ten.
_THEME_RETURNS = 0.5
_DIFFERENT_ENDINGS = 0.3  # share of repeated sections that close half the first time, then fully
_OPENING_BARS = 2  # of a section; they never change
_SEEDS = 1 << 32
NO_FORMS: Mapping[TuneForm, int] = {}
_MOST_VARIATIONS = 1  # segments that are replaced when a section comes back


class Programme:
    """Sets of two or three tunes, each in another key than the one before in its set.

    Some third tunes begin with the theme of the first, its section A, varied.

    last_beat: the bar line at which the music ends; None, or a free run, has no end.
    chart: chords that decide how long sections are, what returns and how they close. mode: of the
    tunes. forms: how many tunes of the library have each.
    """

    def __init__(
        self,
        form: Form,
        grid: Grid,
        rng: np.random.Generator,
        last_beat: int | None,
        chart: Chart | None = None,
        mode: Mode = Mode.MAJOR,
        forms: Mapping[TuneForm, int] = NO_FORMS,
    ) -> None:
        self.last_beat = sys.maxsize
        self._form = form
        self._grid = grid
        self._rng = rng
        self._n_tunes = 0
        self._set = TuneSet()
        self._tune: TuneMemory | None = None
        self._frozen = False
        self._ground = Ground.of(chart, grid, mode)
        self._forms = forms
        self.end_at(last_beat)

    def copy(self, rng: np.random.Generator) -> "Programme":
        """The same programme, to go on independently, drawing from `rng`."""
        other = copy(self)
        other._rng = rng
        other._tune = self._tune and self._tune.copy()
        return other

    @property
    def begins_set(self) -> bool:
        """Whether the section that was begun last is the first of a set of tunes."""
        tune = self._tune
        return tune is not None and tune.at == 0 and tune.opens_set

    @property
    def is_free(self) -> bool:
        """Whether there are no tunes: a free run."""
        return self._form is Form.NONE

    def end_at(self, last_beat: int | None) -> None:
        """Sets the bar line at which the music ends; None leaves it as it is."""
        if last_beat and not self.is_free:
            self.last_beat = last_beat

    def freeze(self, frozen: bool) -> None:
        """Repeats the present section over and over; False lets the tune go on."""
        self._frozen = frozen

    def leave_tune(self) -> None:
        """Ends the tune that plays: the next section opens another."""
        if self._tune and self._tune.opens_set:
            self._set = replace(self._set, first=None)  # who leaves it need not hear it again
        self._tune = None

    def memory_of(self, run: SectionRun) -> SectionMemory | None:
        """What is remembered of the section that plays; None in a free run."""
        return self._tune.sections[run.letter] if self._tune and run.letter else None

    def next_section(self, beat: int) -> SectionRun:
        """The section that begins at `beat`, of the tune that plays or of the next."""
        if self.is_free:
            return SectionRun(beat, sys.maxsize, Cadence.END)
        tune = self._tune
        if tune and self._has_tag(tune, beat):
            return self._tag_of(tune, beat)
        if tune is None or (tune.at == len(tune.place.plan) - 1 and not self._frozen):
            tune = self._tune = self._next_tune(beat)
        elif not self._frozen:
            tune.at += 1
        letter = tune.place.plan[tune.at]
        section = tune.sections[letter]
        section.times += 1
        if self._frozen:
            section.varied = frozenset()  # and the small changes stay as they were heard
        else:
            self._vary(section)
        ground = self._ground
        end = ground.section_end(beat, tune.form.bars)
        cadence = _close_of(tune.place.plan, tune.at, section)
        if not ground.closes_on_tonic(end):
            cadence = Cadence.HALF
        if end + _SHORTEST_SECTION_BARS * self._grid.bar_beats > self.last_beat:
            cadence, end = Cadence.END, self.last_beat
        place = replace(tune.place, section=letter, time=section.times, from_tune=section.from_tune)
        run = SectionRun(beat, end, cadence, letter, place, is_last=end == self.last_beat)
        if section.returns and ground.half_returns(beat, end, tune.form.bars):
            run.half = (beat + end) // 2
        return run

    def _has_tag(self, tune: TuneMemory, beat: int) -> bool:
        """Whether just a phrase is left of the music, for the last one to come again."""
        is_left = self.last_beat - beat == PHRASE_BARS * self._grid.bar_beats
        bars = tune.form.bars
        whole_phrases = bars > PHRASE_BARS and bars % PHRASE_BARS == 0
        return is_left and whole_phrases and self._ground.chart is None

    def _tag_of(self, tune: TuneMemory, beat: int) -> SectionRun:
        """The last phrase of the section that was played last, once more."""
        letter = tune.place.plan[tune.at]
        section = tune.sections[letter]
        section.times += 1
        self._vary(section)
        start = self.last_beat - tune.form.bars * self._grid.bar_beats
        place = replace(tune.place, section=TAG, time=1)
        return SectionRun(
            start, self.last_beat, Cadence.END, letter, place, begins=beat, is_last=True
        )

    def _next_tune(self, beat: int) -> TuneMemory:
        of_set = self._set
        opens_set, returning = of_set.left == 0, None
        if opens_set:
            least, most = _SET_TUNES
            of_set = TuneSet(int(self._rng.integers(least, most + 1)))
        else:
            first = self._tune if self._tune and self._tune.opens_set else of_set.first
            returning = self._returning(first)
            shift = 0 if returning else self._another_key(of_set.key_shift)
            of_set = replace(of_set, key_shift=shift, first=first)
        self._set = replace(of_set, left=of_set.left - 1)
        self._n_tunes += 1
        form = returning.form if returning else self._drawn_form()
        plan = self._ground.plan(beat) or form.plan
        place = Place(self._n_tunes, plan, "", 0, 0, self._set.key_shift, False, None)
        sections = {letter: self._new_section() for letter in plan}
        if returning and plan[0] in returning.sections:  # over a chart others have other chords
            theme = returning.sections[plan[0]]
            sections[plan[0]] = theme.brought_back(returning.place.tune)
        return TuneMemory(place, 0, sections, opens_set, form)

    def _drawn_form(self) -> TuneForm:
        """A form that the library's tunes have, or the one that was asked for."""
        shares = _shares_of(self._forms)
        drawn = list(shares)[self._rng.choice(len(shares), p=list(shares.values()))]
        return drawn if self._form is Form.ANY else TuneForm(self._form.value, SECTION_BARS)

    def _returning(self, first: TuneMemory | None) -> TuneMemory | None:
        """The first tune of the set if its theme comes back now, after another tune."""
        is_over = first is not None and first.place.tune < self._n_tunes
        return first if is_over and self._rng.random() < _THEME_RETURNS else None

    def _another_key(self, shift: int) -> int:
        others = [other for other in _RELATED_KEYS if other != shift]
        return int(self._rng.choice(others))

    def _new_section(self) -> SectionMemory:
        returns, differs = self._rng.random(2) < (_RETURNS, _DIFFERENT_ENDINGS)
        return SectionMemory(bool(returns), bool(differs))

    def _vary(self, section: SectionMemory) -> None:
        """Draws the spots at which this time of a section differs from the first."""
        first = _OPENING_BARS * self._grid.bar_beats
        spots = [spot for spot in section.segments if spot[0] is None and spot[1] >= first]
        n_varied = min(len(spots), int(self._rng.integers(_MOST_VARIATIONS + 1)))
        drawn = self._rng.choice(len(spots), n_varied, replace=False) if n_varied else ()
        section.varied = frozenset(spots[n] for n in drawn)
        returns = section.times > 1 or section.from_tune is not None
        section.seed = int(self._rng.integers(_SEEDS)) if returns else None


def _close_of(plan: str, at: int, section: SectionMemory) -> Cadence:
    """How the section at a place of a plan closes."""
    letter = plan[at]
    if at == len(plan) - 1 or (letter == plan[-1] and not section.differs):
        return Cadence.END
    is_repeat = letter == plan[at - 1 : at]
    return Cadence.HALF if section.differs and not is_repeat else Cadence.FULL


def _shares_of(forms: Mapping[TuneForm, int]) -> dict[TuneForm, float]:
    """How often each form is drawn, the usual one first. forms: how many tunes have each."""
    others = {TuneForm(form.value, SECTION_BARS): share for form, share in _OTHER_PLANS.items()}
    counts = {USUAL_FORM: _MORE_USUAL + forms.get(USUAL_FORM, 0)}
    counts |= {form: forms[form] for form in sorted(forms, key=str) if form != USUAL_FORM}
    left = (1 - sum(others.values())) / sum(counts.values())
    return {form: left * count for form, count in counts.items()} | others
