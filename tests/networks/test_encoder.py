"""The networks in NumPy give the codes that torch gives, and those that ship."""

from dataclasses import replace

import numpy as np
import pytest
from support.bundles import random_tunes

from livedshl.bundle import SegmentLibrary, open_bundle
from livedshl.bundle.shipped import shipped
from livedshl.errors import BundleError
from livedshl.index import unpack
from livedshl.networks.contexts import Contexts
from livedshl.networks.encoder import Encoder, encoder_of
from livedshl.networks.shape import NetworkShape, Reader
from livedshl.networks.weights import read_networks

WINDOW = NetworkShape(Reader.WINDOW, 12, 8, 32, context_beats=8, overlap=True)
SHAPES = [
    NetworkShape(hidden=24),
    NetworkShape(hidden=24, final_relu=False),
    WINDOW,
    replace(WINDOW, overlap=False),
    replace(WINDOW, recall=3),
    replace(WINDOW, overlap=False, length=13, recall=2, members=2),
    replace(WINDOW, metre="6/8"),
    replace(WINDOW, metre=None),
    replace(WINDOW, metre=None, overlap=False, recall=3),
]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_codes_equal_those_of_torch(shape, tmp_path):
    pytest.importorskip("torch")
    from support.torch_codes import loaded, torch_codes, written

    from livedshl.learning.building import seeded_networks

    path = tmp_path / "networks.safetensors"
    path.write_bytes(written(seeded_networks(shape, np.random.default_rng(1))))
    encoder = Encoder(*read_networks(path))
    for grid in shape.grids:
        library = SegmentLibrary.of_tunes(random_tunes(4, 12, 2, grid))
        forward, backward = torch_codes(loaded(path), library)
        contexts = library.contexts(slice(None))
        assert (encoder.forward(contexts) == forward).all()
        assert (encoder.backward(contexts) == backward).all()


@pytest.mark.parametrize("kind", ["3-4", "4-4-minor"])
def test_the_codes_that_ship_are_those_of_their_networks(kind):
    bundle = open_bundle(shipped("models") / "session" / kind)
    encoder = encoder_of(bundle.networks)
    forward, backward = unpack(bundle.forward, bundle.shape), unpack(bundle.backward, bundle.shape)
    equal = np.concatenate(
        [
            (encode(contexts) == codes[rows]).all(1)
            for rows in np.array_split(np.arange(len(bundle.library)), 8)
            for contexts in [bundle.library.contexts(rows)]
            for encode, codes in ((encoder.forward, forward), (encoder.backward, backward))
        ]
    )
    # Another processor adds up floats in another order, so a tie may fall the other way.
    assert equal.mean() > 0.999


def test_a_segment_of_a_tune_gets_its_own_code_by_what_was_heard_up_to_it():
    bundle = open_bundle(shipped("models") / "session")
    library, grid = bundle.library, bundle.library.grid
    encoder = encoder_of(bundle.networks)
    rng = np.random.default_rng(3)
    for row in rng.integers(len(library), size=40).tolist():
        tune, start = library.tune_of[row], int(library.starts[row])
        heard = library.steps[library.tune_steps[tune] : start + grid.segment_steps]
        place = int(library.phases[row]) // grid.hop_beats
        code = encoder.forward(Contexts.ending(library.as_heard(heard), place, grid))[0]
        assert (code == unpack(bundle.forward[row], bundle.shape)).all()


def test_missing_and_damaged_networks_are_reported(tmp_path):
    path = tmp_path / "networks.safetensors"
    with pytest.raises(BundleError, match="networks are missing"):
        read_networks(path)
    path.write_bytes(b"\x08" + bytes(20))
    with pytest.raises(BundleError, match="damaged"):
        read_networks(path)
