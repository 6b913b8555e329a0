"""What livedshl uses of the machine, and whether that grows from hour to hour."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from statistics import median_low
from typing import Any

from livedshl.diagnostics.check import Check
from livedshl.errors import MissingDependencyError
from livedshl.outputs.missing import install_extra

MOST_MB_PER_HOUR = 1.0
_WARM_UP_H = 1.0
_LEAST_SAMPLES = 60  # in less than an hour single pages matter more than growth


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process and its children use. descriptors: open files.

    memory_mb: resident, without what they share with others, such as mapped files; macOS does not
    tell the two apart.
    """

    memory_mb: float
    descriptors: int
    threads: int


class MemoryGrowth:
    """Whether memory grows after the first hour of music."""

    def __init__(self) -> None:
        self.last_mb = 0.0
        self._n = 0
        # Sums over the samples, for the method of least squares.
        self._x = self._y = self._xx = self._xy = 0.0

    def sample(self, hour: float, mb: float) -> None:
        """Takes in the memory in use at an hour of the music."""
        self.last_mb = mb
        if hour < _WARM_UP_H:
            return
        self._n += 1
        self._x += hour
        self._y += mb
        self._xx += hour * hour
        self._xy += hour * mb

    @property
    def mb_per_hour(self) -> float | None:
        """The slope of the straight line through the samples; None while there are too few."""
        if self._n < _LEAST_SAMPLES:
            return None
        spread = self._xx - self._x**2 / self._n
        return (self._xy - self._x * self._y / self._n) / spread

    def check(self) -> Check:
        """The check that it is flat."""
        slope = self.mb_per_hour
        if slope is None:
            return Check("memory", f"{self.last_mb:.1f} MB; growth shows from two hours on")
        found = f"{self.last_mb:.1f} MB, {slope:+.3f} MB an hour after the first"
        grows = slope >= MOST_MB_PER_HOUR
        return Check("memory", found, f"memory grows by {slope:.2f} MB an hour" if grows else None)


class CountGrowth:
    """Whether a number of things grows after the first hour of music.

    Some come and go: what counts is the median of the first and of the last half of the samples.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._samples: list[int] = []

    def sample(self, hour: float, number: int) -> None:
        """Takes in how many there are at an hour of the music."""
        if hour >= _WARM_UP_H:
            self._samples.append(number)

    def check(self) -> Check:
        """The check that it is flat."""
        if len(self._samples) < _LEAST_SAMPLES:
            return Check(self._name, "growth shows from two hours on")
        half = len(self._samples) // 2
        before, after = (median_low(part) for part in (self._samples[:half], self._samples[half:]))
        found = f"{before}, then {after}"
        return Check(self._name, found, f"{self._name}: {found}" if after > before else None)


class Growth:
    """Whether memory, descriptors or threads grow. usage: returns what is used now."""

    def __init__(self, usage: Callable[[], Usage]) -> None:
        self._usage = usage
        self._memory = MemoryGrowth()
        self._descriptors = CountGrowth("descriptors")
        self._threads = CountGrowth("threads")

    def sample(self, hour: float) -> None:
        """Looks at what is used at an hour of the music."""
        used = self._usage()
        self._memory.sample(hour, used.memory_mb)
        self._descriptors.sample(hour, used.descriptors)
        self._threads.sample(hour, used.threads)

    @property
    def memory_mb(self) -> float:
        """The memory at the last look."""
        return self._memory.last_mb

    def checks(self) -> list[Check]:
        """The checks that all are flat."""
        return [self._memory.check(), self._descriptors.check(), self._threads.check()]


def usage_meter() -> Callable[[], Usage]:
    """A function that returns what this process and its children use.

    Raises MissingDependencyError without psutil.
    """
    try:
        import psutil
    except ImportError:
        raise MissingDependencyError(
            "psutil is missing, needed to measure memory",
            remedy=f"Install it: {install_extra('dev')}",
        ) from None
    this: Any = psutil.Process()

    def usage() -> Usage:
        resident = descriptors = threads = 0
        for process in (this, *this.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):  # it has just ended
                memory = process.memory_info()
                resident += memory.rss - getattr(memory, "shared", 0)
                threads += process.num_threads()
                descriptors += process.num_handles() if psutil.WINDOWS else process.num_fds()
        return Usage(resident / 1e6, descriptors, threads)

    return usage
