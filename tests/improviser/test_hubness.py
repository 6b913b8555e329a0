"""Hubs: what lies near to everything is held back, and what lies far from everything helped."""

from dataclasses import replace

import numpy as np
from support.bundles import random_bundle

from livedshl.improviser.hubness import handicaps
from livedshl.index import CodeShape, hamming, pack, unpack


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


def test_no_segments_have_no_handicaps():
    assert len(handicaps(random_bundle(), np.empty(0, np.int32))) == 0


def test_with_handicaps_no_tune_is_asked_for_by_far_most():
    shape = CodeShape(8, 4)
    bundle = random_bundle(n_tunes=8, shape=shape)
    library = bundle.library
    backward = unpack(bundle.backward, shape)
    # The openings of two tunes share symbols with whatever asks.
    backward[np.isin(library.tune_of, (2, 5)), :3] = unpack(bundle.forward, shape)[0, :3]
    forward = unpack(bundle.forward, shape)
    forward[:, :3] = forward[0, :3]
    bundle = replace(bundle, forward=pack(forward, shape), backward=pack(backward, shape))
    openings = np.flatnonzero(library.phases == 0).astype(np.int32)[::4]

    def share_of_commonest(added):
        nearest = [
            openings[np.argmin(hamming(asked, bundle.backward[openings], shape) + added)]
            for asked in bundle.forward
        ]
        return np.bincount(library.tune_of[nearest]).max() / len(nearest)

    without, with_them = map(share_of_commonest, (0, handicaps(bundle, openings)))
    assert without > 0.4
    assert with_them < 0.25
