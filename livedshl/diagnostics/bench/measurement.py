"""What a benchmark measures."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_DRIFT_PARTS = 20


@dataclass(frozen=True, slots=True)
class Measurement:
    """One thing measured. figures: by name, with units in the names."""

    what: str
    figures: Mapping[str, float | str]


def side_by_side(seconds: Mapping[str, float]) -> list[Measurement]:
    """Seconds, and the ratio of each to the first."""
    first = next(iter(seconds.values()))
    return [
        Measurement(what, {"seconds": taken, "ratio": taken / first})
        for what, taken in seconds.items()
    ]


def drift_ppm(due_s: NDArray[np.float64], done_s: NDArray[np.float64]) -> float:
    """How slow a clock runs, in parts per million: the slope of its delay over time.

    due_s, done_s: float64[n], when each event was due and when it came. Only the events with the
    least delay count: the others may have been held up on their way.
    """
    delay_s = done_s - due_s
    parts = np.array_split(np.arange(len(delay_s)), _DRIFT_PARTS)
    least = [int(part[np.argmin(delay_s[part])]) for part in parts if len(part)]
    return float(np.polynomial.polynomial.polyfit(due_s[least], delay_s[least], 1)[1] * 1e6)
