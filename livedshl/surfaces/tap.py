"""Tap tempo."""

from collections import deque

from livedshl.units import HIGHEST_TEMPO, LOWEST_TEMPO

_TAPS = 5  # the tempo is measured over four beats
_BOUNCE_S = 0.12  # two taps this close are one: the fastest tempo has 0.15 s between beats
_JUDGED_FROM = 3  # taps, from which on another one may be called a slip
_OFF_BEAT = 0.3  # of a beat: as far as a tap may be from where it is expected
_MOST_MISSED = 2  # beats without a tap, in a row
_SLIPS = 2  # so many in three taps are no slips, but another tempo


class TapTempo:
    """Finds the tempo of tapped beats. A long pause starts over.

    A tap between two beats is left out, and a beat without a tap is counted, unless that happens
    twice in three taps: then the tempo is another.
    """

    def __init__(self) -> None:
        self._beats: deque[tuple[int, float]] = deque(maxlen=_TAPS)  # number and time of each
        self._latest_s: deque[float] = deque(maxlen=_SLIPS + 1)  # slips too
        self._slips: deque[bool] = deque(maxlen=_SLIPS + 1)

    def tap(self, time_s: float) -> float | None:
        """The tempo in BPM after a tap at `time_s`; None after the first, and after a slip."""
        if self._latest_s and time_s - self._latest_s[-1] < _BOUNCE_S:
            return None
        if self._latest_s and time_s - self._latest_s[-1] > 60 / LOWEST_TEMPO:
            self._start_over(())
        self._latest_s.append(time_s)
        passed = self._beats_passed(time_s)
        self._slips.append(passed != 1)
        if sum(self._slips) >= _SLIPS:
            self._start_over(tuple(self._latest_s))
        elif passed is None:
            return None
        else:
            self._beats.append((self._beats[-1][0] + passed if self._beats else 0, time_s))
        return self._tempo_bpm()

    def _beats_passed(self, time_s: float) -> int | None:
        """The beats since the last that was tapped; None for a tap that is not on a beat."""
        if len(self._beats) < _JUDGED_FROM:
            return 1
        (first, first_s), (last, last_s) = self._beats[0], self._beats[-1]
        passed = (time_s - last_s) / (last_s - first_s) * (last - first)
        beats = round(passed)
        fits = 1 <= beats <= 1 + _MOST_MISSED and abs(passed - beats) <= _OFF_BEAT
        return beats if fits else None

    def _start_over(self, times_s: tuple[float, ...]) -> None:
        self._beats.clear()
        self._beats.extend(enumerate(times_s))
        self._slips.clear()
        if not times_s:
            self._latest_s.clear()

    def _tempo_bpm(self) -> float | None:
        (first, first_s), (last, last_s) = self._beats[0], self._beats[-1]
        if last == first:
            return None
        tempo_bpm = 60 * (last - first) / (last_s - first_s)
        return round(min(HIGHEST_TEMPO, max(LOWEST_TEMPO, tempo_bpm)), 1)
