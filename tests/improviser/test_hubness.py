"""Hubs: what lies near to everything is held back, and what lies far from everything helped."""

from dataclasses import replace

import numpy as np
from support.bundles import random_bundle

from livedshl.improviser.hubness import handicaps
from livedshl.index import CodeShape, pack, unpack


def test_a_segment_near_to_everything_counts_as_farther_than_one_far_from_all():
    shape = CodeShape(8, 4)
    bundle = random_bundle(shape=shape)
    forward, backward = (unpack(codes, shape) for codes in (bundle.forward, bundle.backward))
    forward = forward % 2  # everything asks with symbols 0 and 1
    backward[0], backward[1] = forward[5], 3
    forward[:] = forward[5]
    changed = replace(bundle, forward=pack(forward, shape), backward=pack(backward, shape))
    hub, hermit, *others = handicaps(changed, np.arange(20, dtype=np.int32)).tolist()
    assert hub > max(others)
    assert hermit < 0 <= hub
    assert np.median([hub, hermit, *others]) == 0


def test_no_segments_have_no_handicaps():
    assert len(handicaps(random_bundle(), np.empty(0, np.int32))) == 0
