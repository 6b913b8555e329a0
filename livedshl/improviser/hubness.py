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
from livedshl.music.sections import SectionRole

_NEAREST = 5  # queries that a segment's nearness is the mean over
_FEWEST, _MOST = 64, 256  # queries
_NEAR = 3 / 32  # of the symbols: so much farther than the nearest, a segment asks too
_DISTANCES = 2_000_000  # that are measured at once: with more segments, fewer queries are looked at


def handicaps(bundle: Bundle, segments: NDArray[np.int32]) -> NDArray[np.int64]:
    """By how many symbols each of some segments should count as farther, int64[m].

    Less than 0 for a segment that lies far from everything. A section closes, and what ends at the
    bar line next and lies near to the close asks for the next one. So the queries are the segments
    that end at a bar line and lie little farther from a full close than the nearest: see
    `retrieval.bridges`. They are spread evenly over the library, so they are the same every time.
    """
    if not len(segments):
        return np.empty(0, np.int64)
    rows = _asking(bundle)
    if not len(rows):
        return np.zeros(len(segments), np.int64)
    n_queries = min(_MOST, max(_FEWEST, _DISTANCES // len(segments)))
    rows = rows[:: max(1, len(rows) // n_queries)]
    backward = bundle.backward[segments]
    distances = np.stack([hamming(bundle.forward[row], backward, bundle.shape) for row in rows])
    nearest = min(_NEAREST, len(rows))
    nearness = np.partition(distances, nearest - 1, axis=0)[:nearest].mean(axis=0)
    # Not by `np.median`, which imports masked arrays: that takes as long as all of this.
    ordered = np.sort(nearness)
    median = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    hubness: NDArray[np.int64] = np.rint(median - nearness).astype(np.int64)
    return hubness


def _asking(bundle: Bundle) -> NDArray[np.intp]:
    """The segments that ask for a section.

    All that end at a bar line if there is no full close, or if there are so many that it would take
    too long: in a large library hubs matter less.
    """
    library = bundle.library
    before = np.flatnonzero((library.phases + bundle.follow_beats) % library.grid.cycle_beats == 0)
    closes = np.flatnonzero(bundle.roles & SectionRole.FULL)
    if not len(closes) or len(closes) * len(before) > _DISTANCES:
        return before
    backward = bundle.backward[before]
    asks, reach = np.zeros(len(before), np.bool_), round(_NEAR * bundle.shape.length)
    for close in closes.tolist():
        distances = hamming(bundle.forward[close], backward, bundle.shape)
        asks |= distances <= distances.min() + reach
    return before[asks]
