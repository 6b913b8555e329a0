"""Keeps a few segments from being the nearest to everything.

Where there are few codes of many symbols, some lie near to all others: hubs. In 3/4 one minuet
would open a section in most pieces. So a segment counts as farther by so many symbols, or nearer,
that every tune is asked for about as often as every other.

References: Radovanovic, Nanopoulos, Ivanovic: Hubs in space (2010); Smith et al.: Offline bilingual
word vectors, orthogonal transformations and the inverted softmax (2017), of which these are several
rounds; Sinkhorn: A relationship between arbitrary positive matrices and doubly stochastic matrices
(1964), for why that is a balance.
"""

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import Bundle
from livedshl.index import hamming

_FEWEST, _MOST = 64, 512  # queries
_DISTANCES = 500_000  # that are measured, as far as the fewest queries allow
_ROUNDS = 5  # of the balance: after that it hardly changes
_SOFTNESS = 2.0  # symbols: what lies so much farther is asked for 1 / e times as often
# Added to how often a segment is asked for, and should be: what is asked for less than once by all
# queries together is not judged by that.
_UNASKED = 1.0


def handicaps(bundle: Bundle, segments: NDArray[np.int32]) -> NDArray[np.int64]:
    """By how many symbols each of some segments should count as farther, int64[m].

    Less than 0 for a segment that lies far from everything. What ends at a bar line asks for a new
    section: see `retrieval.bridges`. The queries are spread evenly over the library, so they are
    the same every time.
    """
    library = bundle.library
    asking = np.flatnonzero((library.phases + bundle.follow_beats) % library.grid.cycle_beats == 0)
    if not len(segments) or not len(asking):
        return np.zeros(len(segments), np.int64)
    n_queries = min(_MOST, max(_FEWEST, _DISTANCES // len(segments)))
    asking = asking[:: max(1, len(asking) // n_queries)]
    backward = bundle.backward[segments]
    distances = np.stack([hamming(bundle.forward[row], backward, bundle.shape) for row in asking])
    added = _balance(distances.astype(np.float32), library.tune_of[segments])
    symbols: NDArray[np.int64] = np.rint(added).astype(np.int64)
    return symbols


def _balance(distances: NDArray[np.float32], tune_of: NDArray[np.int32]) -> NDArray[np.float32]:
    """Symbols to add to each segment's distances, float32[m], for tunes to be asked for alike.

    distances: float32[queries, m]. tune_of: int32[m], the tune of each segment.
    """
    n_of_tune = np.bincount(tune_of)
    wanted = len(distances) / (np.count_nonzero(n_of_tune) * n_of_tune[tune_of])
    nearer = distances.min(axis=1, keepdims=True) - distances
    added = np.zeros(len(tune_of), np.float32)
    for _ in range(_ROUNDS):
        likely = np.exp((nearer - added) / _SOFTNESS)
        asked = (likely / likely.sum(axis=1, keepdims=True)).sum(axis=0)
        added += _SOFTNESS * np.log((asked + _UNASKED) / (wanted + _UNASKED))
    return added
