"""The transport: where the music is, and when each tick of it sounds."""

from livedshl.units import bpm_to_tick_s, tick_s_to_bpm


class Transport:
    """Turns ticks into seconds and back through a tempo map; runs or stands still.

    The map is a list of anchors, each a tick, the time at which it sounds and the seconds a tick
    lasts from there on. Times are computed from an anchor, never added up, so nothing drifts.
    Seconds are those of `time.perf_counter`.
    """

    def __init__(self, tempo_bpm: float) -> None:
        self._seconds_per_tick = bpm_to_tick_s(tempo_bpm)
        self._anchors: list[tuple[float, float, float]] = []
        self._resting_tick = 0.0
        self._halted: list[tuple[float, float]] = []  # ticks and rates, to go on with after `halt`

    @property
    def running(self) -> bool:
        """Whether ticks have times."""
        return bool(self._anchors)

    def start(self, tick: float, time_s: float) -> None:
        """Lets `tick` sound at `time_s`, forgetting what was before."""
        halted, self._halted = self._halted, []
        rate = halted[0][1] if halted else self._seconds_per_tick
        self._anchors = [(tick, time_s, rate)]
        for at, later in halted[1:]:
            self._anchors.append((at, self.time_of(at), later))

    def pause(self, time_s: float) -> None:
        """Stands still from `time_s` on. The transport must be running."""
        self.rest(self.tick_at(time_s))

    def rest(self, tick: float) -> None:
        """Stands still at `tick`."""
        self._resting_tick = tick
        self._anchors = []

    def halt(self, tick: float) -> None:
        """Stands still at `tick`, to start again with the tempi that hold from there on."""
        rates = [(at, rate) for at, _, rate in self._anchors]
        before = [rate for at, rate in rates if at <= tick]
        rate = before[-1] if before else self._seconds_per_tick
        self._halted = [(tick, rate), *((at, rate) for at, rate in rates if at > tick)]
        self.rest(tick)

    def follow(self, tick: float, time_s: float, tempo_bpm: float) -> None:
        """Runs along with a clock source: `tick` sounds at `time_s`, at that tempo."""
        self._seconds_per_tick = bpm_to_tick_s(tempo_bpm)
        self.start(tick, time_s)

    def shift(self, seconds: float) -> None:
        """Lets everything sound that much later."""
        self._anchors = [(tick, time_s + seconds, rate) for tick, time_s, rate in self._anchors]

    def set_tempo(self, tick: float, tempo_bpm: float) -> None:
        """Changes the tempo from `tick` on, and forgets any later changes.

        The position in beats is the same just before and just after.
        """
        self._seconds_per_tick = bpm_to_tick_s(tempo_bpm)
        if self._halted:
            kept_halted = [tempo for tempo in self._halted if tempo[0] < tick]
            self._halted = [*kept_halted, (tick, self._seconds_per_tick)]
        if not self._anchors:
            return
        time_s = self.time_of(tick)
        kept = [anchor for anchor in self._anchors if anchor[0] < tick]
        self._anchors = [*kept, (tick, time_s, self._seconds_per_tick)]

    def forget_before(self, time_s: float) -> None:
        """Forgets the tempi that ended by then, so that the map does not grow for ever."""
        while len(self._anchors) > 1 and self._anchors[1][1] <= time_s:
            self._anchors.pop(0)

    def time_of(self, tick: float) -> float:
        """The time in seconds at which `tick` sounds. The transport must be running."""
        anchor_tick, anchor_s, seconds_per_tick = self._anchors[0]
        for anchor in self._anchors[1:]:
            if anchor[0] > tick:
                break
            anchor_tick, anchor_s, seconds_per_tick = anchor
        return anchor_s + (tick - anchor_tick) * seconds_per_tick

    def tick_at(self, time_s: float) -> float:
        """The position in ticks at a time in seconds, or where it stands still."""
        if not self._anchors:
            return self._resting_tick
        anchor_tick, anchor_s, seconds_per_tick = self._anchors[0]
        for anchor in self._anchors[1:]:
            if anchor[1] > time_s:
                break
            anchor_tick, anchor_s, seconds_per_tick = anchor
        return anchor_tick + (time_s - anchor_s) / seconds_per_tick

    def tempo_at(self, time_s: float) -> float:
        """The tempo in BPM at a time in seconds, or the next one while it stands still."""
        rate = self._seconds_per_tick
        for _, anchor_s, seconds_per_tick in self._anchors:
            if anchor_s <= time_s:
                rate = seconds_per_tick
        return tick_s_to_bpm(rate)
