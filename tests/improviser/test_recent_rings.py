from itertools import islice

import numpy as np

from livedshl.improviser.recent_rings import RecentRings
from livedshl.index import Ring


def test_rings_that_are_asked_for_again_are_the_same_and_searched_once():
    searched = []

    def search(segment):
        for distance in range(3):
            searched.append((segment, distance))
            yield Ring(distance, np.array([segment + distance], np.int32))

    recent = RecentRings()

    def around(segment):
        found = recent.around(segment, lambda: search(segment))
        return ((ring.distance, ring.segments.tolist()) for ring in found)

    first, again = around(5), around(5)
    assert next(first) == next(again) == (0, [5])
    assert searched == [(5, 0)]
    assert list(islice(around(8), 1)) == [(0, [8])]
    assert list(again) == list(first) == [(1, [6]), (2, [7])]
    assert searched == [(5, 0), (8, 0), (5, 1), (5, 2)]
