import json

import numpy as np
import pytest
from strategies import VOCABULARY

from livedshl.errors import BundleError
from livedshl.index import SegmentLibrary, open_bundle, unpack, write_bundle
from livedshl.music import Tune


@pytest.fixture
def written(tmp_path):
    rng = np.random.default_rng(1)
    steps = np.zeros((160, 3), np.int8)
    steps[:, 0], steps[::4, 1] = rng.integers(60, 80, 160), 1
    starts = np.arange(0, 145, 8, dtype=np.int32)
    tune = Tune("Ünïcode reel", "book.abc#1", steps, starts, (starts // 4 % 4).astype(np.int8))
    library = SegmentLibrary.of_tunes([tune])
    codes = rng.integers(0, 5, (2, len(library), 9)).astype(np.uint8)
    write_bundle(
        tmp_path / "b",
        library=library,
        vocabulary=VOCABULARY,
        forward=codes[0],
        backward=codes[1],
        symbols=5,
        follow_beats=2,
        networks=b"weights",
        training={"seed": 1},
        corpora=[{"title": "a book"}],
        figures={},
    )
    return tmp_path / "b", library, codes


def test_a_bundle_reads_back_as_written(written):
    folder, library, codes = written
    bundle = open_bundle(folder)
    assert bundle.library.tunes == library.tunes
    assert np.array_equal(bundle.library.contents(), library.contents())
    assert np.array_equal(bundle.library.phases, library.phases)
    assert np.array_equal(unpack(bundle.forward, bundle.shape), codes[0])
    assert np.array_equal(unpack(bundle.backward, bundle.shape), codes[1])
    assert (bundle.shape.length, bundle.shape.symbols, bundle.follow_beats) == (9, 5, 2)
    assert bundle.vocabulary == VOCABULARY
    assert bundle.networks.read_bytes() == b"weights"


def test_arrays_are_memory_mapped(written):
    bundle = open_bundle(written[0])
    assert isinstance(bundle.backward, np.memmap)
    assert isinstance(bundle.library.steps, np.memmap)


def test_a_changed_byte_anywhere_is_noticed(written):
    folder = written[0]
    for path in sorted(folder.iterdir()):
        whole = path.read_bytes()
        for position in (0, len(whole) // 2, len(whole) - 2):
            changed = bytearray(whole)
            changed[position] ^= 1
            path.write_bytes(changed)
            with pytest.raises(BundleError, match=path.name):
                open_bundle(folder)
        path.write_bytes(whole)
    open_bundle(folder)


def test_a_missing_file_is_named(written):
    (written[0] / "steps.npy").unlink()
    with pytest.raises(BundleError, match=r"steps\.npy"):
        open_bundle(written[0])


def test_a_folder_without_manifest_is_no_bundle(tmp_path):
    with pytest.raises(BundleError, match="no bundle here"):
        open_bundle(tmp_path)


def test_another_format_version_is_refused_with_a_remedy(written):
    manifest = json.loads((written[0] / "manifest.json").read_text())
    manifest["format_version"] = 99
    (written[0] / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(BundleError, match=r"bundle format 99.*build the bundle again"):
        open_bundle(written[0])


def test_pickled_arrays_are_never_loaded(written):
    folder = written[0]
    np.save(folder / "starts.npy", np.array([{"a": 1}], object), allow_pickle=True)
    with pytest.raises(BundleError):
        open_bundle(folder)


def test_writing_over_a_bundle_leaves_other_files_alone(written):
    folder, library, codes = written
    (folder / "README.md").write_text("card")
    write_bundle(
        folder, library=library, vocabulary=VOCABULARY, forward=codes[1], backward=codes[0],
        symbols=5, follow_beats=4, networks=b"", training={}, corpora=[], figures={},
    )  # fmt: skip
    assert (folder / "README.md").read_text() == "card"
    assert open_bundle(folder).follow_beats == 4
