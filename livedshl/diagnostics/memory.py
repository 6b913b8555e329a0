"""How much memory livedshl uses, and whether that grows from hour to hour."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from livedshl.diagnostics.check import Check
from livedshl.errors import MissingDependencyError
from livedshl.outputs.missing import install_extra

MOST_MB_PER_HOUR = 1.0
_WARM_UP_H = 1.0
_LEAST_SAMPLES = 60  # in less than an hour single pages matter more than growth


class MemoryGrowth:
    """Whether memory grows after the first hour of music."""

    def __init__(self) -> None:
        self._last_mb = 0.0
        self._n = 0
        # Sums over the samples, for the method of least squares.
        self._x = self._y = self._xx = self._xy = 0.0

    def sample(self, hour: float, mb: float) -> None:
        """Takes in the memory in use at an hour of the music."""
        self._last_mb = mb
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
            return Check("memory", f"{self._last_mb:.1f} MB; growth shows from two hours on")
        found = f"{self._last_mb:.1f} MB, {slope:+.3f} MB an hour after the first"
        grows = slope >= MOST_MB_PER_HOUR
        return Check("memory", found, f"memory grows by {slope:.2f} MB an hour" if grows else None)


def memory_meter() -> Callable[[], float]:
    """A function that returns the resident memory of this process and its children, in MB.

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

    def resident_mb() -> float:
        total = 0
        for process in (this, *this.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):  # it has just ended
                total += process.memory_info().rss
        return total / 1e6

    return resident_mb
