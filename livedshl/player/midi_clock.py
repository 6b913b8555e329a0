"""MIDI clock as it is sent: its messages, and when each is due.

24 pulses a beat; start, stop, continue; and the song position pointer, which counts sixteenths
(MIDI 1.0 Detailed Specification, "System Real Time Messages" and "Song Position Pointer").
"""

from collections.abc import Iterator
from math import ceil

from livedshl.player.scheduler import LATE_TICKS
from livedshl.units import TICKS_PER_BEAT, TICKS_PER_STEP

PULSES_PER_BEAT = 24
PULSES_PER_STEP = 6
TICKS_PER_PULSE = TICKS_PER_BEAT // PULSES_PER_BEAT

SONG_POSITION = 0xF2
PULSE, START, CONTINUE, STOP = b"\xf8", b"\xfa", b"\xfb", b"\xfc"
_POSITIONS = 1 << 14  # the pointer has 14 bits; an endless song starts again from 0


class ClockSender:
    """Decides which clock messages are due at a tick; the transport turns ticks into time.

    next_tick: the tick of the next pulse; None while stopped.
    """

    def __init__(self) -> None:
        self.next_tick: int | None = None

    def start(self, tick: float) -> Iterator[bytes]:
        """Yields what starts the receivers at `tick`, or at the first sixteenth after it."""
        position = ceil(tick / TICKS_PER_STEP)
        self.next_tick = position * TICKS_PER_STEP
        if position == 0:
            yield START
            return
        yield song_position(position)
        yield CONTINUE

    def stop(self) -> Iterator[bytes]:
        """Yields what stops the receivers."""
        if self.next_tick is not None:
            self.next_tick = None
            yield STOP

    def due(self, now: float) -> Iterator[bytes]:
        """Yields the pulses up to tick `now`; after a stall, the position instead.

        As with notes, a pulse more than a 32nd late is too late.
        """
        if self.next_tick is None:
            return
        if now - self.next_tick > LATE_TICKS:
            yield from self.stop()
            yield from self.start(now)
        while self.next_tick is not None and self.next_tick <= now:
            self.next_tick += TICKS_PER_PULSE
            yield PULSE


def song_position(position: int) -> bytes:
    """The message that names a position in sixteenths."""
    low, high = position % _POSITIONS & 0x7F, position % _POSITIONS >> 7
    return bytes((SONG_POSITION, low, high))
