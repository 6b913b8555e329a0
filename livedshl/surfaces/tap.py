"""Tap tempo."""

from collections import deque

from livedshl.units import HIGHEST_TEMPO, LOWEST_TEMPO

_TAPS = 5  # the tempo is measured over four beats


class TapTempo:
    """Finds the tempo of tapped beats; a long pause starts over."""

    def __init__(self) -> None:
        self._times_s: deque[float] = deque(maxlen=_TAPS)

    def tap(self, time_s: float) -> float | None:
        """The tempo in BPM after a tap at `time_s`; None after the first."""
        if self._times_s and time_s - self._times_s[-1] > 60 / LOWEST_TEMPO:
            self._times_s.clear()
        self._times_s.append(time_s)
        passed_s = time_s - self._times_s[0]
        if passed_s <= 0:
            return None
        tempo_bpm = 60 * (len(self._times_s) - 1) / passed_s
        return round(min(HIGHEST_TEMPO, max(LOWEST_TEMPO, tempo_bpm)), 1)
