"""The forward network in NumPy gives the codes that torch gives."""

from dataclasses import replace

import numpy as np
import pytest
from support.bundles import random_tunes

from livedshl.bundle import SegmentLibrary, open_bundle
from livedshl.bundle.shipped import shipped
from livedshl.errors import BundleError
from livedshl.index import unpack
from livedshl.music import GRIDS
from livedshl.networks.contexts import Contexts
from livedshl.networks.forward_code import ForwardEncoder
from livedshl.networks.shape import NetworkShape, Reader

WINDOW = NetworkShape(Reader.WINDOW, 12, 8, 32, context_beats=8, overlap=True)
SHAPES = [
    NetworkShape(hidden=24),
    NetworkShape(hidden=24, final_relu=False),
    WINDOW,
    replace(WINDOW, overlap=False),
    replace(WINDOW, recall=3),
    replace(WINDOW, metre="6/8"),
]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_codes_equal_those_of_torch(shape, tmp_path):
    pytest.importorskip("torch")
    from livedshl.learning.coding import encode, networks_bytes, seeded_networks

    networks = seeded_networks(shape, np.random.default_rng(1))
    library = SegmentLibrary.of_tunes(random_tunes(4, 12, 2, GRIDS[shape.metre]))
    expected, _ = encode(networks, library)
    path = tmp_path / "networks.safetensors"
    path.write_bytes(networks_bytes(networks))
    codes = ForwardEncoder.of_file(path).codes(library.contexts(slice(None)))
    assert (codes == expected).all()


def test_a_segment_of_a_tune_gets_its_own_code_by_what_was_heard_up_to_it():
    bundle = open_bundle(shipped("models") / "session")
    library, grid = bundle.library, bundle.library.grid
    encoder = ForwardEncoder.of_file(bundle.networks)
    rng = np.random.default_rng(3)
    for row in rng.integers(len(library), size=40).tolist():
        tune, start = library.tune_of[row], int(library.starts[row])
        heard = library.steps[library.tune_steps[tune] : start + grid.segment_steps]
        place = int(library.phases[row]) // grid.hop_beats
        code = encoder.codes(Contexts.ending(heard, place, grid))[0]
        assert (code == unpack(bundle.forward[row], bundle.shape)).all()


def test_missing_and_damaged_networks_are_reported(tmp_path):
    path = tmp_path / "networks.safetensors"
    with pytest.raises(BundleError, match="networks are missing"):
        ForwardEncoder.of_file(path)
    path.write_bytes(b"\x08" + bytes(20))
    with pytest.raises(BundleError, match="damaged"):
        ForwardEncoder.of_file(path)
