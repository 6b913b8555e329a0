"""Keeps a few segments from being the nearest to everything.

Where there are few codes of many symbols, some lie near to all others: hubs. In 3/4 one minuet
would open a section in most pieces. As in CSLS, a segment counts as farther by how much nearer than
the others it lies to those that ask for it most.

What asks for an opening are the few segments that bridge from a close to it. In a small library all
of them can be asked, and openings held back until each tune is found about as often as any other.

References: Radovanovic, Nanopoulos, Ivanovic: Hubs in space (2010); Conneau et al.: Word
translation without parallel data (2018), for CSLS; Smith et al.: Offline bilingual word vectors
(2017), for the inverted softmax.
"""

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import Bundle
from livedshl.index import hamming
from livedshl.music.sections import SectionRole

_NEAREST = 5  # queries that a segment's nearness is the mean over
_FEWEST, _MOST = 64, 256  # queries
_DISTANCES = 2_000_000  # that are measured: with more segments, fewer queries are looked at
_SOFTNESS = 4.0  # symbols: so much farther from a query, a segment is found e times less often
_ROUNDS = 2  # with one, the tune found most is found twice as often in 3/4 minor
_LEAST_FOUND = 0.05  # of an equal share: what is never found comes nearer by so much at most


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


def evening_handicaps(bundle: Bundle, segments: NDArray[np.int32]) -> NDArray[np.int64]:
    """The same, int64[m], so that the tunes of some segments that open are found equally often.

    The queries are forward codes of the segments that bridge from each close to an opening. Finding
    them takes a look at half of the library for every close, so it is for small libraries.
    """
    library = bundle.library
    closes = np.flatnonzero(bundle.roles & (SectionRole.FULL | SectionRole.HALF) > 0)
    before = np.flatnonzero((library.phases + bundle.follow_beats) % library.grid.cycle_beats == 0)
    if not (len(segments) and len(closes) and len(before)):
        return np.zeros(len(segments), np.int64)
    asking = bundle.forward[closes[:: max(1, len(closes) // _MOST)]]
    of_library = bundle.backward[before]
    bridges = [int(hamming(code, of_library, bundle.shape).argmin()) for code in asking]
    backward = bundle.backward[segments]
    queries = bundle.forward[before[bridges]]
    distances = np.stack([hamming(code, backward, bundle.shape) for code in queries])
    tunes, tune = np.unique(library.tune_of[segments], return_inverse=True)
    handicap = np.zeros(len(segments))
    for _ in range(_ROUNDS):
        far = (distances + handicap) / _SOFTNESS
        found = np.exp(far.min(axis=1, keepdims=True) - far)
        found /= found.sum(axis=1, keepdims=True)
        share = np.bincount(tune, weights=found.mean(axis=0)) * len(tunes)
        handicap += _SOFTNESS * np.log(np.maximum(share, _LEAST_FOUND))[tune]
    evening: NDArray[np.int64] = np.rint(handicap - np.median(handicap)).astype(np.int64)
    return evening
