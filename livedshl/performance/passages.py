"""The passages to play: the intro, then the improvisation, with a look at the one to come."""

from copy import copy
from dataclasses import dataclass, replace
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


@dataclass(slots=True, eq=False)
class _Point:
    """A point of an improvisation, which nobody changes. What comes next is found once for all.

    Music that goes back to an earlier point, for a command that leaves the tune as it is, finds
    there what was planned before. Muting a part took up to 150 ms while it was planned again.
    """

    improvisation: Improvisation
    _next: "tuple[_Point, Passage | None] | None" = None

    def next(self) -> "tuple[_Point, Passage | None]":
        """The point after the next passage, and that passage; None if there is none."""
        if self._next is None:
            after = self.improvisation.copy()
            passage = next(after, None)
            self._next = _Point(after), passage
        return self._next


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
        self._point = _Point(
            Improvisation(
                Repertoire(groundwork, index, settings.rules, settings.retrieve),
                settings.form,
                np.random.default_rng(settings.seed),
                last_beat=last_beat,
                chart=chart,
                opening=None if opening is None else bundle.library.opening_of(opening),
            )
        )
        self.ended = False
        self.intro_beats = 0
        self._intro: tuple[Passage, ...] = ()  # what is left of it
        self._grid = grid
        self._last_beat = last_beat
        if settings.intro_bars:
            self._begin_with_intro(settings.intro_bars, bundle)

    def copy(self) -> "Passages":
        """An independent copy."""
        return copy(self)

    @property
    def improvisation(self) -> Improvisation:
        """Where the improvisation is; only to look at."""
        return self._point.improvisation

    def changing(self) -> Improvisation:
        """The improvisation, to be changed at once; what was found ahead of it is forgotten."""
        self._point = _Point(self.improvisation.copy())
        return self.improvisation

    def set_chart(self, chart: Chart | None) -> None:
        """Follows these chords, in C major or A minor, from now on; None for no chart."""
        if chart != self.improvisation.chart:
            self.changing().set_chart(chart)

    def _begin_with_intro(self, n_bars: int, bundle: Bundle) -> None:
        _, opening = self._point.next()
        assert opening is not None, "no music ends before its first passage"
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
            self.changing().end_at(self._last_beat)

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
        return self._intro[0] if self._intro else self._point.next()[1]

    def take(self) -> Passage:
        """The next passage, cut where the music ends."""
        passage = self.peek()
        if self._intro:
            self._intro = self._intro[1:]
        else:
            self._point, _ = self._point.next()
        assert passage is not None, "music continues until its end has been played"
        steps = passage.steps
        if self._last_beat is not None:
            steps = steps[: (self._last_beat - passage.beat) * self._grid.beat_steps]
        end_beat = passage.beat + len(steps) // self._grid.beat_steps
        self.ended = passage.ends or end_beat == self._last_beat
        return replace(passage, steps=steps)

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
        self.changing().answer(
            heard.code, heard.steps, start_beat, heard.late_beats, self._last_beat
        )
        self.ended = False
