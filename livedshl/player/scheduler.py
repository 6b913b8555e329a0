"""What is sent when: the queue of events, the rules for late ones, and what sounds.

Pure bookkeeping in ticks: the player process gives it the clock and the output. Late events obey
one rule, whatever made them late: a note-on older than a 32nd is dropped together with its
note-off, and everything else goes out at once.
"""

from array import array
from collections import deque
from collections.abc import Iterator

from livedshl.midi.message import CHANNEL_OF, CONTROL, NOTE_OFF, is_note_on, setting_of

LATE_TICKS = 60  # a 32nd note
# Sent on every channel used, in this order, when all must be silent.
_DAMPING = (64, 123)  # sustain pedal up, all notes off
_SILENCING = (*_DAMPING, 120)  # and all sound off


class Scheduler:
    """The events that are still to be sent, and the notes that have been switched on.

    Events must arrive in the order of their ticks. They are complete up to the horizon: those on
    it or beyond wait, so that a chord which ends there rings on when the next ones are late.
    """

    def __init__(self) -> None:
        self.dropped = 0  # notes left out because they came too late
        self.underruns = 0  # times the clock overtook the composer
        self.sent_notes = 0
        self._events: deque[tuple[int, bytes]] = deque()
        self._horizon = 0
        self._starved = False
        self._behind = False  # whether the composer still has to catch up with the clock
        self._sounding = bytearray(16 * 128)
        self._played = bytearray(16 * 128)  # notes that have ever been switched on
        self._struck = array("q", [0]) * (16 * 128)  # the tick of the last note-on of each
        self._left_out = bytearray(16 * 128)
        self._channels: set[int] = set()
        self._instruments: dict[tuple[int, int], bytes] = {}  # programs and controllers, as set

    def push(self, tick: int, message: bytes) -> None:
        """Queues a channel message for `tick`."""
        self._events.append((tick, message))

    def extend_horizon(self, tick: int) -> None:
        """Says that all events before `tick` have been pushed."""
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
            if self._admit(message, leave_out, tick):
                yield message
        if now < self._horizon:
            self._behind = False
        elif not self._starved:
            self._starved = True
            self.underruns += not self._behind
            self._behind = True

    def skip_to(self, tick: float) -> Iterator[bytes]:
        """Leaves out the notes that begin before `tick`; yields the rest of what was to be sent."""
        while self._events and self._events[0][0] < tick:
            at, message = self._events.popleft()
            if self._admit(message, True, at):
                yield message

    def discard(self, tick: int) -> Iterator[bytes]:
        """Forgets the events from `tick` on: others will come for them.

        Yields note-offs for what has been struck from there on already, of which the others know
        nothing.
        """
        while self._events and self._events[-1][0] >= tick:
            self._events.pop()
        self._horizon = min(self._horizon, tick)
        for slot, count in enumerate(self._sounding):
            if count and self._struck[slot] >= tick:
                self._sounding[slot] -= 1
                yield bytes((NOTE_OFF | slot // 128, slot % 128, 0))

    def release(self, ever_played: bool = False, rings: bool = False) -> Iterator[bytes]:
        """Yields what switches off everything: each note on its own, then whole channels.

        ever_played: also the notes that have been switched off, for an output that may not have
        heard of it. rings: whether their release and reverberation go on.
        """
        for slot, count in enumerate(self._sounding):
            channel, note = divmod(slot, 128)
            for _ in range(max(count, self._played[slot] if ever_played else 0)):
                yield bytes((NOTE_OFF | channel, note, 0))
            self._sounding[slot] = 0
        for channel in sorted(self._channels):
            for controller in _DAMPING if rings else _SILENCING:
                yield bytes((CONTROL | channel, controller, 0))

    def instruments(self) -> Iterator[bytes]:
        """Yields the programs and controllers in force, for a device that has forgotten them."""
        yield from self._instruments.values()

    @property
    def sounding(self) -> int:
        """How many notes are on."""
        return sum(self._sounding)

    def adopt(self, message: bytes) -> None:
        """Takes over the note of a note-on that was sent before this scheduler was made."""
        channel = CHANNEL_OF[message[0]]
        self._channels.add(channel)
        self._sounding[channel * 128 + message[1]] += 1
        self._played[channel * 128 + message[1]] = 1

    def _admit(self, message: bytes, leave_out: bool, tick: int) -> bool:
        """Keeps the account of notes; whether the message is to be sent."""
        status = message[0]
        channel = CHANNEL_OF[status]
        self._channels.add(channel)
        if setting := setting_of(status, message[1]):
            self._instruments[setting] = message
            return True
        slot = channel * 128 + message[1]
        if is_note_on(status, message[2]):
            if leave_out:
                self._left_out[slot] += 1
                return False
            self._sounding[slot] += 1
            self._played[slot] = 1
            self._struck[slot] = tick
            self.sent_notes += 1
            return True
        if self._left_out[slot]:
            self._left_out[slot] -= 1
            return False
        if self._sounding[slot]:
            self._sounding[slot] -= 1
            return True
        return False
