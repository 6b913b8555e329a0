"""How certain a figure is: the range it would have with other songs held out.

Resampling the held-out songs shows how far their figure is from the figure of all possible songs.
Another set of held-out songs is just as far from that, so the spread is widened by the square root
of 2. The effect of another training run is not included.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
_GROUPS = 20
_LOW, _HIGH = 0.025, 0.975
_NORMAL = 1.96  # standard errors on either side of the middle 95 %
_OF_TWO = np.sqrt(2.0)  # spread of the difference of two figures, relative to one


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float


def mean_over_songs(
    values: NDArray[np.float64], song: NDArray[np.integer], rng: np.random.Generator
) -> Figure:
    """The mean of values, float64[q], with a bootstrap interval from songs drawn with replacement.

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
    """The median of values, float64[q], with an interval as in `mean_over_songs`."""
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
    """A figure of all segments, with a jackknife interval from leaving out groups of songs.

    count: computes the figure of the segments in a mask, bool[n]. song: the song of each, [n]. A
    bootstrap does not work here: it repeats songs, and a repeated song adds no new code.
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
    """The figure with its interval, within the range of the values."""
    low, high = value + _OF_TWO * (np.quantile(resampled, [_LOW, _HIGH]) - value)
    return Figure(
        value, max(float(values.min()), min(value, low)), min(float(values.max()), max(value, high))
    )
