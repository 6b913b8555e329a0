"""The transport: where the music is, and when each tick of it sounds."""

from livedshl.units import TICKS_PER_BEAT


class Transport:
    """Turns ticks into seconds and back through a tempo map.

    The map is a list of anchors, each a tick, the time at which it sounds and the seconds a tick
    lasts from there on. Times are computed from an anchor, never added up, so nothing drifts.
    Seconds are those of `time.perf_counter`.
    """

    def __init__(self, tempo_bpm: float) -> None:
        self._tempo_bpm = tempo_bpm
        self._anchors: list[tuple[int, float, float]] = []

    @property
    def running(self) -> bool:
        """Whether ticks have times yet."""
        return bool(self._anchors)

    def start(self, tick: int, time_s: float) -> None:
        """Lets `tick` sound at `time_s`, forgetting what was before."""
        self._anchors = [(tick, time_s, _seconds_per_tick(self._tempo_bpm))]

    def set_tempo(self, tick: int, tempo_bpm: float) -> None:
        """Changes the tempo from `tick` on; whatever was planned from there on is forgotten.

        The position in beats is the same just before and just after.
        """
        self._tempo_bpm = tempo_bpm
        if not self._anchors:
            return
        time_s = self.time_of(tick)
        kept = [anchor for anchor in self._anchors if anchor[0] < tick]
        self._anchors = [*kept, (tick, time_s, _seconds_per_tick(tempo_bpm))]

    def time_of(self, tick: int) -> float:
        """The time in seconds at which `tick` sounds. The transport must be running."""
        anchor_tick, anchor_s, seconds_per_tick = self._anchors[0]
        for anchor in self._anchors[1:]:
            if anchor[0] > tick:
                break
            anchor_tick, anchor_s, seconds_per_tick = anchor
        return anchor_s + (tick - anchor_tick) * seconds_per_tick

    def tick_at(self, time_s: float) -> float:
        """The position in ticks at a time in seconds. The transport must be running."""
        anchor_tick, anchor_s, seconds_per_tick = self._anchors[0]
        for anchor in self._anchors[1:]:
            if anchor[1] > time_s:
                break
            anchor_tick, anchor_s, seconds_per_tick = anchor
        return anchor_tick + (time_s - anchor_s) / seconds_per_tick


def _seconds_per_tick(tempo_bpm: float) -> float:
    return 60.0 / tempo_bpm / TICKS_PER_BEAT
