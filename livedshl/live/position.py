"""Where the clock is."""

from dataclasses import dataclass

from livedshl.units import seconds_to_ticks


@dataclass(frozen=True, slots=True)
class Position:
    """The clock at one moment, as the player last reported it.

    tick: 480 a quarter note. time_s: of `time.perf_counter`. tempo_bpm: quarter notes a minute,
    0 while the clock stands still.

    It is one value, replaced whole, so that a reader on another thread never mixes two reports.
    """

    tick: int = 0
    time_s: float = 0.0
    tempo_bpm: float = 0.0

    @property
    def running(self) -> bool:
        """Whether the clock runs."""
        return self.tempo_bpm > 0

    def tick_at(self, time_s: float) -> int:
        """The tick at another time, if the tempo stays the same."""
        return self.tick + round(seconds_to_ticks(time_s - self.time_s, self.tempo_bpm))
