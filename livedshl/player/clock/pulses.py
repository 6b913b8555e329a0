"""Turns received MIDI clock pulses into a steady tempo and position."""

from collections import deque

from livedshl.player.midi_clock import PULSES_PER_BEAT

_LEAST_BPM, _MOST_BPM = 20.0, 400.0
_WIDEST = 768  # pulses: 32 beats, which let 2 ms of jitter through as 0.07; 8 beats as 0.14
_AFTER_A_CHANGE = 8  # pulses the loop still trusts when the tempo has changed
_DRIFT_PULSES = 6  # errors are averaged over so many to tell a change from jitter
_NOISE_PULSES = 32  # and their scatter over so many
_SIGNIFICANCE = 4.0  # standard deviations
_SMALLEST_DRIFT_S = 1e-4
_FIRST_NOISE_S = 1e-3
# This many pulses in a row, each half a period out of step, are no longer jitter. After the least,
# their spacing may show a new tempo; if it has not after the most, the tempo is the same.
_LEAST_DOUBTED, _MOST_DOUBTED = 4, 8
_SURE = 2 * PULSES_PER_BEAT  # a loop that has seen fewer pulses of its tempo counts every pulse
_SAME_TEMPO = 0.05  # how much of a period their spacing may differ, if there is no jitter


class PulseTracker:
    """A phase-locked loop over pulses: when the last one should have come, and their period.

    A polynomial filter of first order whose memory grows with every pulse (Morrison, Introduction
    to Sequential Smoothing and Prediction, 1969, chapters 9 and 13): as good as the straight line
    through all pulses so far, up to `_WIDEST`. When the errors lean to one side more than their
    scatter explains, the tempo is changing, and the memory is cut to the last few pulses.

    A pulse out of step by half a period or more is doubted: the loop continues as if it had come
    in time. A few of them in a row show whether pulses were lost, came twice, or have a new tempo.
    """

    def __init__(self, tempo_bpm: float) -> None:
        self.time_s = 0.0
        self.period_s = _period_s(tempo_bpm)
        self._memory = 0  # pulses
        self._seen = 0  # pulses of this tempo: a cut memory still knows about when they come
        self._in_step = False
        self._doubted: deque[float] = deque(maxlen=_MOST_DOUBTED)  # when they arrived
        self._drift_s = 0.0
        self._noise = _FIRST_NOISE_S**2

    @property
    def tempo_bpm(self) -> float:
        """The tempo, limited to a musical range."""
        shortest_s, longest_s = _period_s(_MOST_BPM), _period_s(_LEAST_BPM)
        return 60 / PULSES_PER_BEAT / min(longest_s, max(shortest_s, self.period_s))

    def restart(self) -> None:
        """Expects the next pulse at any time: the sender may start again out of step."""
        self._in_step = False

    def pulse(self, time_s: float) -> int:
        """Takes in a pulse that arrived at `time_s`.

        Returns how many were lost before it; negative if some came twice.
        """
        self.time_s += self.period_s
        error_s = time_s - self.time_s
        was_in_step, self._in_step = self._in_step, True
        noise_s = _SIGNIFICANCE * self._noise**0.5
        if not (was_in_step or (self._memory and abs(error_s) < max(_FIRST_NOISE_S, noise_s))):
            self.time_s = time_s
            self._memory = self._seen = min(self._memory, _AFTER_A_CHANGE) + 1
            self._doubted.clear()
            return 0
        if self._seen > _AFTER_A_CHANGE and abs(error_s) > max(self.period_s / 2, noise_s):
            self._doubted.append(time_s)
            return self._judge() if len(self._doubted) >= _LEAST_DOUBTED else 0
        self._doubted.clear()
        self._memory += 1
        self._seen += 1
        n = min(self._memory, _WIDEST)
        self.time_s += error_s * 2 * (2 * n - 1) / (n * (n + 1))
        self.period_s += error_s * (1.0 if n == 2 else 6 / (n * (n + 1)))
        self._watch(error_s)
        return 0

    def _judge(self) -> int:
        """Explains the doubted pulses as soon as possible; returns how many were lost."""
        n = len(self._doubted)
        spacing_s = (self._doubted[-1] - self._doubted[0]) / (n - 1)
        if spacing_s < _period_s(_MOST_BPM):
            # They were held up and came at once, which the next ones will show. Only a flood of
            # them gets ahead of the time.
            if self.time_s - self._doubted[-1] > _MOST_DOUBTED * self.period_s:
                self.restart()
            return 0
        scatter_s = _SIGNIFICANCE * (2 * self._noise) ** 0.5 / (n - 1)
        differs = abs(spacing_s - self.period_s) > max(_SAME_TEMPO * self.period_s, scatter_s)
        if differs or self._seen < _SURE:
            self.time_s, self.period_s = self._doubted[-1], spacing_s
            self._memory = self._seen = n
            self._doubted.clear()
        elif n == _MOST_DOUBTED:
            lost = round((self._doubted[-1] - self.time_s) / self.period_s)
            self.time_s += lost * self.period_s
            self._doubted.clear()
            return lost
        return 0

    def _watch(self, error_s: float) -> None:
        """Cuts the memory when the tempo is changing."""
        deviation_s = error_s - self._drift_s
        self._drift_s += deviation_s / _DRIFT_PULSES
        self._noise += (min(deviation_s**2, 9 * self._noise) - self._noise) / _NOISE_PULSES
        expected = self._noise / (2 * _DRIFT_PULSES - 1)
        significant = _SIGNIFICANCE**2 * expected + _SMALLEST_DRIFT_S**2
        if self._memory > 2 * _DRIFT_PULSES and self._drift_s**2 > significant:
            self._memory = _AFTER_A_CHANGE
            self._drift_s /= 2


def _period_s(tempo_bpm: float) -> float:
    return 60 / tempo_bpm / PULSES_PER_BEAT
