"""Decides which events are sent when, and what happens to late ones.

Pure bookkeeping in ticks: the player process adds the clock and the output. One rule holds for all
late events, whatever made them late. A note-on older than a 32nd is dropped together with its
note-off; everything else goes out at once.
"""

from collections import deque
from collections.abc import Iterable, Iterator

from livedshl.midi.message import CHANNEL_OF, is_note_off, is_note_on
from livedshl.player.note_account import NoteAccount

LATE_TICKS = 60  # a 32nd note


class Scheduler:
    """The events still to be sent, in the order of their ticks.

    They are complete up to the horizon. Those on it or beyond it wait, so that a chord ending there
    rings on when the next events are late. notes: the account of what has been sent.
    """

    def __init__(self) -> None:
        self.dropped = 0  # notes left out because they came too late
        self.underruns = 0  # times the clock overtook the composer
        self.notes = NoteAccount()
        self._events: deque[tuple[int, bytes]] = deque()
        self._horizon = 0
        self._starved = False
        self._behind = False  # whether the composer still has to catch up with the clock
        # Notes that a pause cut short, by channel and pitch: when they were struck, and note-on.
        self._cut: dict[tuple[int, int], tuple[int, bytes]] = {}

    def push(self, tick: int, message: bytes) -> None:
        """Queues a channel message for `tick`."""
        self._events.append((tick, message))

    def extend_horizon(self, tick: int) -> None:
        """Declares that all events before `tick` have been pushed."""
        if tick > self._horizon:
            self._horizon = tick
            self._starved = False

    @property
    def next_tick(self) -> int | None:
        """The tick of the next event that may be sent, None if there is none."""
        if self._events and self._events[0][0] < self._horizon:
            return self._events[0][0]
        return None

    @property
    def horizon(self) -> int:
        """The tick up to which events are complete."""
        return self._horizon

    @property
    def starved(self) -> bool:
        """Whether the clock has reached the horizon, and that has been counted."""
        return self._starved

    def due(self, now: float, late_ticks: float = LATE_TICKS) -> Iterator[bytes]:
        """Takes out, and yields, the messages to send when the clock is at tick `now`.

        Note-ons older than `late_ticks` are left out.
        """
        while self._events and self._events[0][0] <= now and self._events[0][0] < self._horizon:
            tick, message = self._events.popleft()
            leave_out = now - tick > late_ticks
            self.dropped += leave_out and is_note_on(message[0], message[-1])
            if self.notes.admit(tick, message, leave_out):
                yield message
        if now < self._horizon:
            self._behind = False
        elif not self._starved:
            self._starved = True
            self.underruns += not self._behind
            self._behind = True

    def skip_to(self, tick: float) -> Iterator[bytes]:
        """Drops the notes that begin before `tick`; yields the other messages before it."""
        while self._events and self._events[0][0] < tick:
            at, message = self._events.popleft()
            if self.notes.admit(at, message, leave_out=True):
                yield message

    def lead_in(self, events: Iterable[tuple[int, bytes]]) -> None:
        """Plays these before everything that is queued."""
        self._events.extendleft(reversed(list(events)))

    def remember_sounding(self) -> None:
        """Remembers the notes that are on, which a pause cuts short."""
        self._cut = self.notes.struck()

    def strike_again(self, tick: int) -> Iterator[bytes]:
        """Skips to `tick`; yields the settings before it, and note-ons for what sounds on there."""
        yield from self.notes.instruments()
        sounding, self._cut = self._cut, {}
        while self._events and self._events[0][0] < tick:
            at, message = self._events.popleft()
            if is_note_on(message[0], message[-1]):
                sounding[CHANNEL_OF[message[0]], message[1]] = at, message
                continue
            self._let_go(sounding, message)
            if self.notes.admit(at, message, leave_out=False):
                yield message
        for at, message in self._events:
            if at > tick:
                break
            self._let_go(sounding, message)
        for at, message in sounding.values():
            if self.notes.admit(at, message, leave_out=False):
                yield message

    def discard(self, tick: int) -> Iterator[bytes]:
        """Forgets the events from `tick` on; others will replace them.

        Yields note-offs for notes already struck from there on, which the others do not contain.
        """
        while self._events and self._events[-1][0] >= tick:
            self._events.pop()
        self._horizon = min(self._horizon, tick)
        self._cut = {note: (at, on) for note, (at, on) in self._cut.items() if at < tick}
        yield from self.notes.end_from(tick)

    @staticmethod
    def _let_go(sounding: dict[tuple[int, int], tuple[int, bytes]], message: bytes) -> None:
        if is_note_off(message[0], message[-1]):
            sounding.pop((CHANNEL_OF[message[0]], message[1]), None)
