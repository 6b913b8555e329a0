"""The tempo that a clock from outside had, for the file of a take."""

from livedshl.live.position import Position
from livedshl.music import Grid
from livedshl.units import bpm_to_tick_s, tick_s_to_bpm

_MOST_OFF_S = 0.005  # how far the file's time may leave what was heard; below what anybody hears
_MOST_JUMP_BEATS = 4  # further on between two reports: somebody moved the clock


class HeardTempo:
    """Turns what the player reports of its clock into a tempo map.

    It looks at every beat. As long as the file's time agrees with the clock's, the tempo stays: a
    clock that trembles by a millisecond gives one tempo, not thousands. Time in which the clock
    stood still does not count.
    """

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._latest: Position | None = None  # while the clock runs
        self._beat: tuple[int, float] | None = None  # the last beat's tick and time
        self._ahead_s = 0.0  # of the file's time at that beat, before the clock's
        self._quarter_bpm: float | None = None  # of the file, from that beat on

    def hear(self, position: Position) -> list[tuple[int, float]]:
        """Takes in a report. Returns changes of tempo: the tick and BPM in beats of the metre."""
        before, self._latest = self._latest, position if position.running else None
        if not position.running:
            return []
        jump = _MOST_JUMP_BEATS * self._grid.beat_ticks
        if before is None or not 0 <= position.tick - before.tick <= jump:
            self._beat = position.tick, position.time_s
            return []
        changes = []
        for tick in _multiples(self._grid.beat_ticks, before.tick, position.tick):
            share = (tick - before.tick) / (position.tick - before.tick)
            time_s = before.time_s + share * (position.time_s - before.time_s)
            changes += self._reach(tick, time_s)
        return changes

    def _reach(self, tick: int, time_s: float) -> list[tuple[int, float]]:
        """A beat at `time_s`. Returns the change of tempo at the beat before, if one is needed."""
        assert self._beat, "the clock runs"
        (last_tick, last_s), self._beat = self._beat, (tick, time_s)
        tick_s = (time_s - last_s) / (tick - last_tick)
        if self._quarter_bpm:
            off_s = (bpm_to_tick_s(self._quarter_bpm) - tick_s) * (tick - last_tick)
            if abs(self._ahead_s + off_s) <= _MOST_OFF_S:
                self._ahead_s += off_s
                return []
        elif last_tick < self._grid.beat_ticks:
            last_tick = 0  # the first report comes a moment after the music begins
        # Slower or faster by what the file's time has to make good.
        tick_s = max(tick_s - self._ahead_s / (tick - last_tick), tick_s / 2)
        self._quarter_bpm = tick_s_to_bpm(tick_s)
        self._ahead_s = 0.0
        return [(last_tick, round(self._grid.beat_bpm(self._quarter_bpm), 3))]


def _multiples(step: int, after: int, until: int) -> range:
    """The multiples of `step` that are above `after` and at most `until`."""
    return range((after // step + 1) * step, until + 1, step)
