"""The passages to play: the intro, then the improvisation, with a look at the one to come."""

from copy import copy
from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING

import numpy as np

from livedshl.bundle import Bundle
from livedshl.improviser import Chart, Groundwork, Improvisation, Passage, Repertoire
from livedshl.improviser.form import ENDING_BARS
from livedshl.improviser.intro import intro_before
from livedshl.index import CodeIndex
from livedshl.performance.settings import Settings

if TYPE_CHECKING:
    from livedshl.performance.answer import Heard


class Passages:
    """Takes passages from an improvisation, which may be changed between two of them.

    They count beats as the improvisation does: from where the form begins. Those of the intro have
    negative beats. last_beat: where the music ends, None for never. ended: whether the last passage
    was taken. intro_beats: how long the band plays before the form begins.
    """

    def __init__(
        self, groundwork: Groundwork, index: CodeIndex, settings: Settings, chart: Chart | None
    ) -> None:
        """Takes what plays by `settings`. chart: the chords to follow, in C major or A minor."""
        grid, bars, bundle = settings.grid, settings.bars, groundwork.bundle
        last_beat = None if bars is None else (bars - settings.intro_bars) * grid.bar_beats
        opening = settings.opening
        self.improvisation = Improvisation(
            Repertoire(groundwork, index, settings.rules, settings.retrieve),
            settings.form,
            np.random.default_rng(settings.seed),
            last_beat=last_beat,
            chart=chart,
            opening=None if opening is None else bundle.library.opening_of(opening),
        )
        self.ended = False
        self.intro_beats = 0
        self._intro: tuple[Passage, ...] = ()  # what is left of it
        self._grid = grid
        self._last_beat = last_beat
        self._ahead: tuple[Improvisation, Passage | None] | None = None
        if settings.intro_bars:
            self._begin_with_intro(settings.intro_bars, bundle)

    def copy(self) -> "Passages":
        """An independent copy."""
        other = copy(self)
        other.improvisation = self.improvisation.copy()
        other._ahead = None
        return other

    def _begin_with_intro(self, n_bars: int, bundle: Bundle) -> None:
        opening = next(self.improvisation.copy())
        self._intro = tuple(intro_before(opening, n_bars, bundle))
        self.intro_beats = n_bars * self._grid.bar_beats

    def leave_intro(self) -> None:
        """Lets the form begin at the next bar line."""
        bar_beats = self._grid.bar_beats
        kept = [*takewhile(lambda passage: passage.beat % bar_beats, self._intro)]
        left_out = sum(len(passage.steps) for passage in self._intro[len(kept) :])
        beats = left_out // self._grid.beat_steps
        self._intro = tuple(replace(passage, beat=passage.beat + beats) for passage in kept)
        self.intro_beats -= beats
        if self._last_beat is not None:
            self._last_beat += beats
            self.improvisation.end_at(self._last_beat)
        self._ahead = None

    @property
    def in_intro(self) -> bool:
        """Whether the next passage is one of the intro."""
        return bool(self._intro)

    @property
    def bars_left(self) -> int | None:
        """The bars up to the end; None for endless."""
        if self._last_beat is None:
            return None
        return (self._last_beat - self.improvisation.beat) // self._grid.bar_beats

    def peek(self) -> Passage | None:
        """The next passage; None if there is none."""
        return self._look_ahead()[1]

    def take(self) -> Passage:
        """The next passage, cut where the music ends."""
        self.improvisation, passage = self._look_ahead()
        self._intro = self._intro[1:]
        self._ahead = None
        assert passage is not None, "music continues until its end has been played"
        steps = passage.steps
        if self._last_beat is not None:
            steps = steps[: (self._last_beat - passage.beat) * self._grid.beat_steps]
        end_beat = passage.beat + len(steps) // self._grid.beat_steps
        self.ended = passage.ends or end_beat == self._last_beat
        return replace(passage, steps=steps)

    def changed(self) -> None:
        """Forgets the look ahead, after a change to the improvisation."""
        self._ahead = None

    def answer(self, heard: "Heard") -> None:
        """Continues from what a player played; music that was about to end leaves time for it.

        heard: in beats of the performance.
        """
        start_beat = heard.start_beat - self.intro_beats
        self._intro = ()
        if self._last_beat is not None:
            bar_beats = self._grid.bar_beats
            least = (start_beat // bar_beats + 1 + ENDING_BARS) * bar_beats
            self._last_beat = max(self._last_beat, least)
        self.improvisation.answer(
            heard.code, heard.steps, start_beat, heard.late_beats, self._last_beat
        )
        self.ended = False

    def _look_ahead(self) -> tuple[Improvisation, Passage | None]:
        """The next passage, and the improvisation after it."""
        if self._intro:
            return self.improvisation, self._intro[0]
        if self._ahead is None:
            after = self.improvisation.copy()
            self._ahead = after, next(after, None)
        return self._ahead
