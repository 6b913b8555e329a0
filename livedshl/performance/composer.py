"""The composer: composes ahead of the clock, and again from where a command changes the music."""

from bisect import bisect_left
from collections import deque
from copy import copy
from dataclasses import dataclass, replace
from itertools import islice
from typing import Protocol

from livedshl.music import ChordVocabulary
from livedshl.performance.choices import NO_CHOICES, Choices
from livedshl.performance.chunk import Chunk
from livedshl.performance.command_kinds import Acts, kind_of, target_of
from livedshl.performance.commands import Command
from livedshl.performance.steering import Band, Steering


class SteerableMusic(Protocol):
    """Music that grows chunk by chunk: a `Composition`, or several in turn."""

    @property
    def tick(self) -> int:
        """The tick where the next chunk starts."""

    @property
    def steering(self) -> Steering:
        """The settings where the next chunk starts."""

    @property
    def over(self) -> bool:
        """Whether it has come to its end."""

    @property
    def chords(self) -> ChordVocabulary:
        """What the chord numbers in steps stand for."""

    @property
    def next_beat(self) -> int:
        """Where the next section begins; in a free run, the next passage."""

    def choices(self) -> Choices | None:
        """What may open the next section; None while that is not known."""

    def __next__(self) -> Chunk:
        """The next chunk."""

    def copy(self) -> "SteerableMusic":
        """Music that continues from here as this would."""

    def obey(self, command: Command, band: Band | None = None) -> None:
        """Obeys a command from the next chunk on."""


@dataclass(frozen=True, slots=True)
class Change:
    """A command and the tick at which it acts, on the first chunk that starts there or later.

    band: the band of a chosen preset.
    """

    tick: int
    command: Command
    band: Band | None = None


class Composer:
    """Composes chunk by chunk, and takes back chunks that were composed but not heard.

    The same composition and changes give the same chunks. It makes no difference whether a change
    was known from the start or came after later chunks were composed. A copy may try a change.
    """

    def __init__(self, composition: SteerableMusic, bar_ticks: int) -> None:
        self._composition = composition  # like those before, it is copied and not changed
        self._bar_ticks = bar_ticks
        self._before: deque[SteerableMusic] = deque()  # one for each chunk not yet heard
        self._obeyed: list[Change] = []  # with the ticks at which they were obeyed
        self._to_come: list[Change] = []
        self._choices: tuple[int, Choices] | None = None  # by where the section begins

    def copy(self) -> "Composer":
        """A composer that continues from here as this one would."""
        other = copy(self)
        other._before = self._before.copy()
        other._obeyed = self._obeyed.copy()
        other._to_come = self._to_come.copy()
        return other

    @property
    def tick(self) -> int:
        """The tick where the next chunk starts."""
        return self._composition.tick

    @property
    def over(self) -> bool:
        """Whether the music has been composed to its end."""
        return self._composition.over

    @property
    def steering(self) -> Steering:
        """The settings, as commands have changed them, where the next chunk starts."""
        return self._composition.steering

    @property
    def chords(self) -> ChordVocabulary:
        """What the chord numbers in all chunks so far stand for."""
        return self._composition.chords

    def compose(self) -> Chunk:
        """The next chunk. Raises StopIteration after the last."""
        self._before.append(self._composition)
        composition = self._composition = self._composition.copy()
        while self._to_come and self._to_come[0].tick <= composition.tick:
            change = self._to_come.pop(0)
            composition.obey(change.command, change.band)
            self._obeyed.append(replace(change, tick=composition.tick))
        return next(composition)

    def choices(self, tick: int) -> Choices:
        """What may open the section after the music that can be changed from `tick` on.

        It is looked for once a section, and again after a change.
        """
        first = bisect_left(self._before, tick, key=lambda composition: composition.tick)
        states = [*islice(self._before, first, None), self._composition]
        beat = states[0].next_beat
        if self._choices and self._choices[0] == beat:
            return self._choices[1]
        for state in states:
            if state.next_beat == beat and (found := self._as_changed(state).choices()):
                self._choices = beat, found
                return found
        return NO_CHOICES

    def _as_changed(self, state: SteerableMusic) -> SteerableMusic:
        """A state of the music with the changes that act there."""
        changes = [change for change in self._obeyed if change.tick == state.tick]
        if not changes or state is self._composition:
            return state
        state = state.copy()
        for change in changes:
            state.obey(change.command, change.band)
        return state

    def change(self, change: Change, most: int | None = None) -> int:
        """Takes in a change; returns the tick from which to compose again.

        The tick of the change is the earliest that can still change. Commands that act on a bar
        wait for the next bar line. most: how many of its kind, and for its part, may act at one
        tick. The latest stay, the others are forgotten as if nobody had asked for them.
        """
        self._choices = None
        on_bar = kind_of(change.command).acts is Acts.BAR
        tick = -(-change.tick // self._bar_ticks) * self._bar_ticks if on_bar else change.tick
        first = bisect_left(self._before, tick, key=lambda composition: composition.tick)
        while on_bar and first < len(self._before) and self._before[first].tick % self._bar_ticks:
            first += 1
        if first < len(self._before):
            tick = self._before[first].tick
            self._composition = self._before[first]
            while len(self._before) > first:
                self._before.pop()
            again = [obeyed for obeyed in self._obeyed if obeyed.tick >= tick]
            self._obeyed = [obeyed for obeyed in self._obeyed if obeyed.tick < tick]
            self._to_come = again + self._to_come
        change = replace(change, tick=tick)
        if most is not None:
            alike = [other for other in self._to_come if _alike(other, change)]
            superseded = {id(other) for other in alike[: max(0, len(alike) + 1 - most)]}
            self._to_come = [other for other in self._to_come if id(other) not in superseded]
        self._to_come.append(change)
        self._to_come.sort(key=lambda change: change.tick)
        return self.tick

    def keep_before(self, tick: int) -> list[Change]:
        """Keeps for good what was composed before `tick`, because it is heard.

        Returns the changes that acted there, each once.
        """
        while self._before and self._before[0].tick < tick:
            self._before.popleft()
        kept = [change for change in self._obeyed if change.tick < tick]
        self._obeyed = self._obeyed[len(kept) :]
        return kept


def _alike(one: Change, other: Change) -> bool:
    """Whether two changes set the same thing at the same tick."""
    return one.tick == other.tick and target_of(one.command) == target_of(other.command)
