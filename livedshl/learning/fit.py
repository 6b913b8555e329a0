"""How well a bundle's codes fit its tunes, even if the networks never saw those tunes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import Bundle, SegmentLibrary
from livedshl.bundle.library import stored_tunes
from livedshl.index import hamming
from livedshl.learning.pairs import positive_pairs

FOUND_AMONG = 10  # nearest segments, for `Fit.found`
_MOST_JOINS = 1000  # measured: enough to know the share found to 3 %
_WELL, _FAIRLY = 0.9, 0.7  # of the share found in the tunes the networks learned from
_FAR = 1.25  # times the distance to another tune in the tunes the networks learned from


@dataclass(frozen=True, slots=True)
class Fit:
    """Figures of the joins in real tunes; distances are mean Hamming distances.

    found: share of joins whose second segment is one of the `FOUND_AMONG` nearest to the first; a
        tie counts by its share. among: segments to choose from.
    next_distance: from a segment to its successor. any_distance: to any segment.
    other_distance: to the nearest segment of another tune, where the music can change tunes.
    """

    found: float
    among: int
    next_distance: float
    any_distance: float
    other_distance: float

    def verdict(self, learned: "Fit") -> str:
        """What the figures mean to a musician.

        learned: the figures of the tunes that the networks learned from, for comparison.
        """
        if self.found >= _WELL * learned.found:
            verdict = "Fits well."
        elif self.found >= _FAIRLY * learned.found:
            verdict = "Fits fairly well."
        else:
            verdict = "Fits badly."
        if self.other_distance > _FAR * learned.other_distance:
            verdict += " Your tunes rarely join each other: add more."
        return verdict


def measure_fit(bundle: Bundle, n_segments: int, rng: np.random.Generator) -> Fit:
    """How well a bundle's codes fit its tunes; it needs at least two.

    n_segments: searches among whole tunes with about this many segments, so that figures of large
    and small libraries compare.
    """
    library, shape = bundle.library, bundle.shape
    asked = _some_tunes(library, n_segments, rng)
    pairs = positive_pairs(stored_tunes(library), bundle.follow_beats)
    pairs = rng.permutation(pairs[asked[pairs[:, 0]]])[:_MOST_JOINS]
    found, next_, any_, other = np.zeros((4, len(pairs)))
    for number, (first, second) in enumerate(pairs.tolist()):
        distances = hamming(bundle.forward[first], bundle.backward, shape)
        own = next_[number] = distances[second]
        nearer = np.count_nonzero(distances[asked] < own)
        tied = np.count_nonzero(distances[asked] == own)
        found[number] = np.clip((FOUND_AMONG - nearer) / tied, 0, 1)
        any_[number] = distances.mean()
        other[number] = distances[library.tune_of != library.tune_of[first]].min()
    return Fit(
        found=float(found.mean()),
        among=int(asked.sum()),
        next_distance=float(next_.mean()),
        any_distance=float(any_.mean()),
        other_distance=float(other.mean()),
    )


def _some_tunes(
    library: SegmentLibrary, n_segments: int, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """The segments of enough random tunes to have `n_segments`, or all of them: bool[n]."""
    order = rng.permutation(len(library.tunes))
    sizes = np.bincount(library.tune_of, minlength=len(library.tunes))[order]
    n_tunes = int(np.searchsorted(np.cumsum(sizes), n_segments)) + 1
    return np.isin(library.tune_of, order[:n_tunes])
