"""Keeps a few segments from being the nearest to everything.

Where there are few codes of many symbols, some lie near to all others: hubs. In 3/4 one minuet
would open a section in most pieces. As in CSLS, a segment counts as farther by how much nearer than
the others it lies to those that ask for it most.

References: Radovanovic, Nanopoulos, Ivanovic: Hubs in space (2010); Conneau et al.: Word
translation without parallel data (2018), for CSLS.
"""

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import Bundle
from livedshl.index import hamming

_NEAREST = 5  # queries that a segment's nearness is the mean over
_FEWEST, _MOST = 64, 256  # queries
_DISTANCES = 2_000_000  # that are measured: with more segments, fewer queries are looked at


def handicaps(bundle: Bundle, segments: NDArray[np.int32]) -> NDArray[np.int64]:
    """By how many symbols each of some segments should count as farther, int64[m].

    Less than 0 for a segment that lies far from everything. The queries are forward codes of
    segments that end at a bar line, since a section opens after one. They are spread evenly over
    the library, so they are the same every time.
    """
    if not len(segments):
        return np.empty(0, np.int64)
    n_queries = min(_MOST, max(_FEWEST, _DISTANCES // len(segments)))
    library = bundle.library
    before = np.flatnonzero((library.phases + bundle.follow_beats) % library.grid.cycle_beats == 0)
    if not len(before):
        return np.zeros(len(segments), np.int64)
    rows = before[:: max(1, len(before) // n_queries)]
    backward = bundle.backward[segments]
    distances = np.stack([hamming(bundle.forward[row], backward, bundle.shape) for row in rows])
    nearest = min(_NEAREST, len(rows))
    nearness = np.partition(distances, nearest - 1, axis=0)[:nearest].mean(axis=0)
    hubness: NDArray[np.int64] = np.rint(np.median(nearness) - nearness).astype(np.int64)
    return hubness
