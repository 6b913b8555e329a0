"""MIDI clock: its messages, the sender's side, and the loop that turns a received one into time.

24 pulses a beat; start, stop, continue; and the song position pointer, which counts sixteenths
(MIDI 1.0 Detailed Specification, "System Real Time Messages" and "Song Position Pointer").
"""

from collections.abc import Iterator
from math import ceil

from livedshl.units import TICKS_PER_BEAT, TICKS_PER_STEP

PULSES_PER_BEAT = 24
PULSES_PER_STEP = 6
TICKS_PER_PULSE = TICKS_PER_BEAT // PULSES_PER_BEAT

SONG_POSITION = 0xF2
PULSE, START, CONTINUE, STOP = b"\xf8", b"\xfa", b"\xfb", b"\xfc"
_POSITIONS = 1 << 14  # the pointer has 14 bits; an endless song comes round

# A receiver that missed this many pulses is told the position instead of being rushed through.
_MOST_PULSES_LATE = PULSES_PER_STEP

_WIDEST = 192  # pulses: 8 beats; twice that lets 2 ms of jitter through as 0.1 instead of 0.13 ms
_AFTER_A_CHANGE = 8  # pulses the loop still trusts when the tempo has changed
_DRIFT_PULSES = 6  # errors are averaged over so many to tell a change from jitter
_NOISE_PULSES = 32  # and their scatter over so many
_SIGNIFICANCE = 4.0  # standard deviations
_SMALLEST_DRIFT_S = 1e-4
_FIRST_NOISE_S = 1e-3


class ClockSender:
    """Says what a clock sender has to send when, in ticks; the transport gives it the time."""

    def __init__(self) -> None:
        self.next_tick: int | None = None  # of the next pulse; None while stopped

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
        """Yields the pulses up to tick `now`; after a stall, the position in their place."""
        if self.next_tick is None:
            return
        if now - self.next_tick > _MOST_PULSES_LATE * TICKS_PER_PULSE:
            yield from self.stop()
            yield from self.start(now)
        while self.next_tick is not None and self.next_tick <= now:
            self.next_tick += TICKS_PER_PULSE
            yield PULSE


class PulseTracker:
    """A phase-locked loop over pulses: where the last one ought to have been, and their period.

    A polynomial filter of first order whose memory grows with every pulse (Morrison, Introduction
    to Sequential Smoothing and Prediction, 1969, chapters 9 and 13): as good as the straight line
    through all pulses so far, up to `_WIDEST`. When the errors lean to one side further than their
    scatter explains, the tempo is changing, and the memory is cut to the last few pulses.
    """

    def __init__(self, period_s: float) -> None:
        self.time_s = 0.0
        self.period_s = period_s
        self._memory = 0
        self._drift_s = 0.0
        self._noise = _FIRST_NOISE_S**2

    def restart(self) -> None:
        """Forgets the phase but not the period."""
        self._memory = 0

    def pulse(self, time_s: float) -> None:
        """Takes in one pulse more, which arrived at `time_s`."""
        self._memory += 1
        if self._memory == 1:
            self.time_s = time_s
            return
        error_s = time_s - (self.time_s + self.period_s)
        n = min(self._memory, _WIDEST)
        self.time_s += self.period_s + error_s * 2 * (2 * n - 1) / (n * (n + 1))
        self.period_s += error_s * (1.0 if n == 2 else 6 / (n * (n + 1)))
        self._watch(error_s)

    def _watch(self, error_s: float) -> None:
        """Notices that the tempo is changing."""
        deviation_s = error_s - self._drift_s
        self._drift_s += deviation_s / _DRIFT_PULSES
        self._noise += (min(deviation_s**2, 9 * self._noise) - self._noise) / _NOISE_PULSES
        expected = self._noise / (2 * _DRIFT_PULSES - 1)
        significant = _SIGNIFICANCE**2 * expected + _SMALLEST_DRIFT_S**2
        if self._memory > 2 * _DRIFT_PULSES and self._drift_s**2 > significant:
            self._memory = _AFTER_A_CHANGE
            self._drift_s /= 2


def song_position(position: int) -> bytes:
    """The message that names a position in sixteenths."""
    low, high = position % _POSITIONS & 0x7F, position % _POSITIONS >> 7
    return bytes((SONG_POSITION, low, high))
