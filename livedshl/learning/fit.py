"""How well the codes of a bundle fit its tunes, which may not be those they were learned from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import Bundle, SegmentLibrary
from livedshl.bundle.library import stored_tunes
from livedshl.index import hamming
from livedshl.learning.pairs import positive_pairs

FOUND_AMONG = 10  # nearest segments
_MOST_JOINS = 1000  # that are measured: the share found is then known to 3 %
_WELL, _SO_SO = 0.9, 0.7  # of the share that is found in the tunes learned from
_FAR = 1.25  # times as far to another tune as in the tunes learned from


@dataclass(frozen=True, slots=True)
class Fit:
    """Figures of the joins that tunes really have; distances are mean Hamming distances.

    found: share of the joins whose second segment is among the `FOUND_AMONG` that lie nearest to
        the first; ties count by their share. among: segments there were to choose from.
    next_distance: from a segment to the one that follows it. any_distance: to any segment.
    other_distance: to the nearest segment of another tune, by which the music gets there.
    """

    found: float
    among: int
    next_distance: float
    any_distance: float
    other_distance: float

    def told(self, learned: "Fit") -> str:
        """A verdict in words, by the figures of the tunes that the networks learned from."""
        if self.found >= _WELL * learned.found:
            fits = "fits well"
        elif self.found >= _SO_SO * learned.found:
            fits = "fits so-so"
        else:
            fits = "fits badly"
        if self.other_distance > _FAR * learned.other_distance:
            fits += ", few ways from tune to tune"
        return fits


def measure_fit(bundle: Bundle, n_segments: int, rng: np.random.Generator) -> Fit:
    """How well a bundle's codes fit its tunes, of which there are at least two.

    n_segments: joins are looked for among whole tunes of about so many segments, so that large
    libraries can be compared with small ones.
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
    """The segments of as many whole tunes as have `n_segments` together, or all; bool[n]."""
    order = rng.permutation(len(library.tunes))
    sizes = np.bincount(library.tune_of, minlength=len(library.tunes))[order]
    n_tunes = int(np.searchsorted(np.cumsum(sizes), n_segments)) + 1
    return np.isin(library.tune_of, order[:n_tunes])
