"""The tempo that a clock from outside had, for the file of a take."""

from livedshl.live.position import Position
from livedshl.music import Grid
from livedshl.units import tick_s_to_bpm

_MOST_OFF_S = 0.005  # how far the file's time may leave what was heard; below what anybody hears
_MOST_TREMBLE_S = 0.003  # a beat that differs by more has another tempo
_MOST_JUMP_BEATS = 4  # further on between two reports: somebody moved the clock


class HeardTempo:
    """Turns what the player reports of its clock into a tempo map.

    It looks at every beat. As long as the file's time agrees with the clock's, the tempo stays: a
    clock that trembles by a millisecond gives a few tempi, not thousands. Time in which the clock
    stood still does not count.
    """

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._latest: Position | None = None  # while the clock runs
        self._beat = (0, 0.0)  # the last beat's tick and time
        self._since = (0, 0.0)  # where the clock took this tempo
        self._tick_s = 0.0  # how long a tick lasts in the file; 0 before the first beat
        self._ahead_s = 0.0  # of the file's time at the last beat, before the clock's

    def hear(self, position: Position) -> list[tuple[int, float]]:
        """Takes in a report. Returns changes of tempo: the tick and BPM in beats of the metre."""
        before, self._latest = self._latest, position if position.running else None
        if not position.running:
            return []
        jump = _MOST_JUMP_BEATS * self._grid.beat_ticks
        if before is None or not 0 <= position.tick - before.tick <= jump:
            self._beat = self._since = position.tick, position.time_s
            return []
        changes = []
        for tick in _multiples(self._grid.beat_ticks, before.tick, position.tick):
            share = (tick - before.tick) / (position.tick - before.tick)
            time_s = before.time_s + share * (position.time_s - before.time_s)
            changes += self._reach(tick, time_s)
        return changes

    def _reach(self, tick: int, time_s: float) -> list[tuple[int, float]]:
        """A beat at `time_s`. Returns the changes of tempo that it takes to be there in time."""
        (last_tick, last_s), self._beat = self._beat, (tick, time_s)
        ticks = tick - last_tick
        tick_s = (time_s - last_s) / ticks
        is_first = not self._tick_s
        off_s = self._ahead_s + (self._tick_s - tick_s) * ticks
        if not is_first and abs(off_s) <= _MOST_OFF_S:
            self._ahead_s = off_s
            return []
        since_tick, since_s = self._since
        steady_s = (time_s - since_s) / (tick - since_tick)
        if abs(steady_s - tick_s) * ticks > _MOST_TREMBLE_S:
            self._since, steady_s = (last_tick, last_s), tick_s
        # This beat makes good what the file's time is off; then the clock's tempo.
        this_s = max(tick_s - self._ahead_s / ticks, tick_s / 2)
        self._tick_s, self._ahead_s = steady_s, 0.0
        if is_first:
            last_tick = 0  # while the first section is planned, nobody asks where the clock is
        now, then = self._bpm(this_s), self._bpm(steady_s)
        return [(last_tick, now)] if now == then else [(last_tick, now), (tick, then)]

    def _bpm(self, tick_s: float) -> float:
        return round(self._grid.beat_bpm(tick_s_to_bpm(tick_s)), 3)


def _multiples(step: int, after: int, until: int) -> range:
    """The multiples of `step` that are above `after` and at most `until`."""
    return range((after // step + 1) * step, until + 1, step)
