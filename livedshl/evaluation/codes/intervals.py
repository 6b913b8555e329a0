"""How sure a figure is: where it would lie had other songs been held out.

Of a figure of held-out songs, resampling songs tells how far it lies from that of all songs there
could be. The figure of other songs held out lies as far from that again, so the spread is widened
by the square root of 2. What another training would change is not in it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
_GROUPS = 20
_LOW, _HIGH = 0.025, 0.975
_NORMAL = 1.96  # standard errors on either side of the middle 95 %
_OF_TWO = np.sqrt(2.0)  # spread of the difference of two equal figures, beside that of one


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, and the ends of its 95 % interval."""

    value: float
    low: float
    high: float


def mean_over_songs(
    values: NDArray[np.float64], song: NDArray[np.integer], rng: np.random.Generator
) -> Figure:
    """The mean of values, float64[q], and its bootstrap interval: songs drawn with replacement.

    song: the song of each value, [q].
    """
    _, which = np.unique(song, return_inverse=True)
    totals, counts = np.bincount(which, values), np.bincount(which)
    drawn = rng.multinomial(len(counts), np.full(len(counts), 1 / len(counts)), RESAMPLES)
    means = drawn @ totals / np.maximum(drawn @ counts, 1)
    return _figure(float(values.mean()), means, values)


def median_over_songs(
    values: NDArray[np.float64], song: NDArray[np.integer], rng: np.random.Generator
) -> Figure:
    """The median of values, float64[q], and its bootstrap interval, as `mean_over_songs`."""
    _, which = np.unique(song, return_inverse=True)
    n_songs = int(which.max()) + 1
    drawn = rng.multinomial(n_songs, np.full(n_songs, 1 / n_songs), RESAMPLES)
    order = np.argsort(values)
    reached = np.cumsum(drawn[:, which[order]], axis=1)  # (RESAMPLES, q)
    middle = (reached >= reached[:, -1:] / 2).argmax(1)
    return _figure(float(np.median(values)), values[order][middle], values)


def counted_over_songs(
    count: Callable[[NDArray[np.bool_]], float],
    song: NDArray[np.integer],
    rng: np.random.Generator,
) -> Figure:
    """A figure of all segments together, and its jackknife interval: groups of songs left out.

    count: gives the figure of the segments of a mask, bool[n]. song: the song of each, [n]. A
    bootstrap would not do: it repeats songs, which adds no new code.
    """
    n_groups = min(_GROUPS, int(song.max()) + 1)
    group = rng.permutation(np.arange(int(song.max()) + 1) % n_groups)[song]
    whole = count(np.ones(len(song), np.bool_))
    pseudo = np.array(
        [n_groups * whole - (n_groups - 1) * count(group != g) for g in range(n_groups)]
    )
    error = float(pseudo.std(ddof=1)) / np.sqrt(n_groups) if n_groups > 1 else 0.0
    reach = float(_OF_TWO * _NORMAL * error)
    return Figure(whole, whole - reach, whole + reach)


def _figure(value: float, resampled: NDArray[np.float64], values: NDArray[np.float64]) -> Figure:
    """The figure with its interval, which cannot lie outside the range of the values."""
    low, high = value + _OF_TWO * (np.quantile(resampled, [_LOW, _HIGH]) - value)
    return Figure(
        value, max(float(values.min()), min(value, low)), min(float(values.max()), max(value, high))
    )
