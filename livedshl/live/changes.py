"""The changes that a performance is asked for, and the music with them, if it is there in time."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from livedshl.live.chunk_window import ChunkWindow
from livedshl.live.delivery import CHANGING_S, Delivery
from livedshl.live.waiting import WaitingCommands
from livedshl.performance.chunk import Chunk
from livedshl.performance.commands import OF_THE_CLOCK, Command, ReRoll, SetTempo
from livedshl.performance.composer import Change, Composer

_SPARE = 1.25  # times as long as a trial took, the next one of its kind may take
_LONGEST_TRIAL = 4  # times as long as it may take: on a busy machine a section takes 0.8 s to plan
_MOST_REROLLS = 4  # of one hop: the fourth costs as much to compose as the first three together


@dataclass(frozen=True, slots=True, eq=False)
class ChangedMusic:
    """Music with some changes.

    changes: with the ticks at which they act. tick: where the music begins to differ. chunks: the
    first ones from there.
    """

    composer: Composer
    changes: Sequence[Change]
    tick: int
    chunks: Sequence[Chunk]


class Changes:
    """Takes in changes from any thread, and tries on the composer thread to compose with them.

    A trial leaves the music as it is. If the clock comes to where the changes act before the new
    music is there, they are tried again, farther from the clock: the music never waits for them.
    """

    def __init__(self) -> None:
        self._waiting = WaitingCommands()
        self._wanted: list[Change] = []  # what is still to be composed
        self._needs_s: dict[type[Command], float] = {}  # what each kind of command may take

    def add(self, change: Change) -> None:
        """Takes in a change, from any thread."""
        self._waiting.add(change)

    def of_the_clock(self) -> Iterator[Change]:
        """What the clock obeys at once; the rest is kept to be composed."""
        for change in self._waiting.take():
            # A tempo that comes after a song of the set replaces the tempo of that song.
            waits = isinstance(change.command, SetTempo) and self._wanted
            if isinstance(change.command, OF_THE_CLOCK) and not waits:
                yield change
            else:
                self._wanted.append(change)

    @property
    def to_compose(self) -> bool:
        """Whether there is something to compose again for."""
        return bool(self._wanted)

    def have_time(self, composer: Composer, delivery: Delivery) -> bool:
        """Whether there is music enough to come for a trial, even for one that fails."""
        return (
            composer.over
            or not delivery.wants(composer.tick)
            or delivery.is_ahead(composer.tick, _LONGEST_TRIAL * self._may_take_s)
        )

    def tried(
        self, composer: Composer, delivery: Delivery, window: ChunkWindow
    ) -> ChangedMusic | None:
        """The music with all of them; None if they took too long, and have to be tried again."""
        began, may_take_s = time.perf_counter(), self._may_take_s
        found = self._composed(composer.copy(), delivery, window)
        took_s = time.perf_counter() - began
        needs_s = _SPARE * took_s if found else 2 * may_take_s
        self._needs_s |= {type(change.command): needs_s for change in self._wanted}
        if found:
            self._wanted = []
        return found

    @property
    def _may_take_s(self) -> float:
        """Seconds that the next trial may take. A slow machine is not tried in vain every time."""
        needs = (self._needs_s.get(type(change.command), 0.0) for change in self._wanted)
        return max(CHANGING_S, *needs)

    def _composed(
        self, composer: Composer, delivery: Delivery, window: ChunkWindow
    ) -> ChangedMusic | None:
        earliest, changes = delivery.earliest_tick(self._may_take_s), list[Change]()
        for change in self._wanted:
            change = replace(change, tick=max(change.tick, earliest))
            if not isinstance(change.command, OF_THE_CLOCK):
                most = _MOST_REROLLS if isinstance(change.command, ReRoll) else 1
                change = replace(change, tick=max(change.tick, composer.change(change, most)))
            changes.append(change)
        tick, chunks = composer.tick, list[Chunk]()
        if window.reaches_beyond(tick):
            while not (composer.over or (chunks and delivery.is_ahead(composer.tick))):
                if not delivery.in_time(tick):
                    return None
                chunks.append(composer.compose())
            if not delivery.in_time(tick):
                return None
        return ChangedMusic(composer, changes, tick, chunks)
