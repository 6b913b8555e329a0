"""Says at which sample of an audio stream a moment sounds."""

# How far a stream may stray from where it is expected before it counts as begun again.
_LOST_S = 0.25
# An audio system fills its buffers first: no steady pace is known until then.
_SETTLING_S = 0.3
_FILLING_BLOCKS = 9
_GAIN = 0.01  # of the loop that follows the sound card's own clock; a block is about 10 ms
_LONGEST_DELAY_S = 0.1


class Interruptions:
    """Counts how often a block came later than the stock of sound lasts.

    The blocks after it are as late, and do not count. buffer_s: how much sound is in stock.
    """

    def __init__(self, buffer_s: float) -> None:
        self.count = 0
        self._buffer_s = buffer_s
        self._counted_s = 0.0  # how late the block was that counted last

    def hear(self, late_s: float) -> None:
        """Takes in how late a block came."""
        if late_s > self._counted_s + self._buffer_s:
            self.count += 1
            self._counted_s = late_s
        elif late_s < self._buffer_s / 2:
            self._counted_s = 0.0


class AudioClock:
    """Follows a stream by the blocks that the audio system asks for.

    buffer_s: how much sound the system holds in stock. runs_free: the device asks for sound at no
    pace. steady: its pace is known.

    Every moment sounds the same time later, whenever its block is asked for: `delay` samples,
    which is the most that has been asked for at once. So the delay is constant after the start.
    """

    def __init__(self, sample_rate: int, buffer_s: float) -> None:
        self.runs_free = False
        self.steady = False
        self._rate = sample_rate
        self._interruptions = Interruptions(buffer_s)
        self._origin_s = 0.0  # when sample 0 would have been asked for at a steady pace
        self._delay = 0.0
        self._asked = 0  # samples so far
        self._blocks = 0  # since the stream began, or began again
        self._settled_s: float | None = None  # from when on the pace counts

    @property
    def dropouts(self) -> int:
        """How often the sound was interrupted because a block came too late."""
        return self._interruptions.count

    def begin_block(self, time_s: float, frames: int) -> int:
        """Takes in that `frames` more samples are asked for; returns the first one's number."""
        first = self._asked
        self._asked += frames
        error_s = time_s - self._origin_s - first / self._rate
        if self._settled_s is None or abs(error_s) > _LOST_S:
            if self._settled_s is not None:
                if self.steady:
                    self._interruptions.hear(error_s)
                self.runs_free |= error_s < 0
            self._settled_s = time_s + _SETTLING_S
            self._blocks = 0
        self._blocks += 1
        self.steady = time_s >= self._settled_s
        if self.steady:
            self._interruptions.hear(error_s)
        # The mean of the first blocks at first.
        self._origin_s += error_s * max(_GAIN, 1 / max(1, self._blocks - _FILLING_BLOCKS))
        if not self.steady:
            self._delay = frames
            return first
        # Whatever comes from now on can sound in the next block at the earliest.
        needed = self._asked - (time_s - self._origin_s) * self._rate
        self._delay = min(max(self._delay, needed), _LONGEST_DELAY_S * self._rate)
        return first

    def sample_at(self, time_s: float) -> int:
        """The number of the sample that sounds what happens at this time."""
        return round((time_s - self._origin_s) * self._rate + self._delay)
