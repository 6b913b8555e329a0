"""MIDI clock: its messages, the sender's side, and the loop that turns a received one into time.

24 pulses a beat; start, stop, continue; and the song position pointer, which counts sixteenths
(MIDI 1.0 Detailed Specification, "System Real Time Messages" and "Song Position Pointer").
"""

from collections import deque
from collections.abc import Iterator
from math import ceil

from livedshl.player.scheduler import LATE_TICKS
from livedshl.units import TICKS_PER_BEAT, TICKS_PER_STEP

PULSES_PER_BEAT = 24
PULSES_PER_STEP = 6
TICKS_PER_PULSE = TICKS_PER_BEAT // PULSES_PER_BEAT

SONG_POSITION = 0xF2
PULSE, START, CONTINUE, STOP = b"\xf8", b"\xfa", b"\xfb", b"\xfc"
_POSITIONS = 1 << 14  # the pointer has 14 bits; an endless song comes round

_LEAST_BPM, _MOST_BPM = 20.0, 400.0
_WIDEST = 768  # pulses: 32 beats, which let 2 ms of jitter through as 0.07; 8 beats as 0.14
_AFTER_A_CHANGE = 8  # pulses the loop still trusts when the tempo has changed
_DRIFT_PULSES = 6  # errors are averaged over so many to tell a change from jitter
_NOISE_PULSES = 32  # and their scatter over so many
_SIGNIFICANCE = 4.0  # standard deviations
_SMALLEST_DRIFT_S = 1e-4
_FIRST_NOISE_S = 1e-3
# So many pulses in a row, half a period out of step, are no jitter any more; after the least their
# spacing may show another tempo, and where it has not after the most, it is the same tempo.
_LEAST_DOUBTED, _MOST_DOUBTED = 4, 8
_SURE = 2 * PULSES_PER_BEAT  # a loop with less memory than that takes every pulse for one
_SAME_TEMPO = 0.05  # how much of a period their spacing may differ, if there is no jitter


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
        """Yields the pulses up to tick `now`; after a stall, the position in their place.

        As with notes, what is late by more than a 32nd is too late.
        """
        if self.next_tick is None:
            return
        if now - self.next_tick > LATE_TICKS:
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

    A pulse that is out of step by half a period or more is doubted: the loop goes on as if it had
    come in time. A few of them in a row tell whether pulses were lost, or came twice, or whether
    the tempo is another.
    """

    def __init__(self, tempo_bpm: float) -> None:
        self.time_s = 0.0
        self.period_s = _period_s(tempo_bpm)
        self._memory = 0  # pulses
        self._in_step = False
        self._doubted: deque[float] = deque(maxlen=_MOST_DOUBTED)  # when they arrived
        self._drift_s = 0.0
        self._noise = _FIRST_NOISE_S**2

    @property
    def tempo_bpm(self) -> float:
        """The tempo, within what is music."""
        shortest_s, longest_s = _period_s(_MOST_BPM), _period_s(_LEAST_BPM)
        return 60 / PULSES_PER_BEAT / min(longest_s, max(shortest_s, self.period_s))

    def restart(self) -> None:
        """The sender may begin anew with its next pulse, out of step with those before."""
        self._in_step = False

    def pulse(self, time_s: float) -> int:
        """Takes in one pulse more, which arrived at `time_s`.

        Returns how many were lost before it; fewer than none, if some came twice.
        """
        self.time_s += self.period_s
        error_s = time_s - self.time_s
        was_in_step, self._in_step = self._in_step, True
        noise_s = _SIGNIFICANCE * self._noise**0.5
        if not (was_in_step or (self._memory and abs(error_s) < max(_FIRST_NOISE_S, noise_s))):
            self.time_s = time_s
            self._memory = min(self._memory, _AFTER_A_CHANGE) + 1
            self._doubted.clear()
            return 0
        if self._memory > _AFTER_A_CHANGE and abs(error_s) > max(self.period_s / 2, noise_s):
            self._doubted.append(time_s)
            return self._judge() if len(self._doubted) >= _LEAST_DOUBTED else 0
        self._doubted.clear()
        self._memory += 1
        n = min(self._memory, _WIDEST)
        self.time_s += error_s * 2 * (2 * n - 1) / (n * (n + 1))
        self.period_s += error_s * (1.0 if n == 2 else 6 / (n * (n + 1)))
        self._watch(error_s)
        return 0

    def _judge(self) -> int:
        """Explains the doubted pulses, as soon as they can be; returns how many were lost."""
        n = len(self._doubted)
        spacing_s = (self._doubted[-1] - self._doubted[0]) / (n - 1)
        if spacing_s < _period_s(_MOST_BPM):
            return 0  # they were held up and came all at once; the next ones tell
        scatter_s = _SIGNIFICANCE * (2 * self._noise) ** 0.5 / (n - 1)
        differs = abs(spacing_s - self.period_s) > max(_SAME_TEMPO * self.period_s, scatter_s)
        if differs or self._memory < _SURE:
            self.time_s, self.period_s, self._memory = self._doubted[-1], spacing_s, n
            self._doubted.clear()
        elif n == _MOST_DOUBTED:
            lost = round((self._doubted[-1] - self.time_s) / self.period_s)
            self.time_s += lost * self.period_s
            self._doubted.clear()
            return lost
        return 0

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


def _period_s(tempo_bpm: float) -> float:
    return 60 / tempo_bpm / PULSES_PER_BEAT
