import json
from dataclasses import replace

import numpy as np
import pytest
from support.bundles import write_kind
from support.strategies import VOCABULARY

from livedshl.bundle import Background, open_bundle, write_bundle
from livedshl.bundle.catalogue import find_bundle, kind_folder
from livedshl.errors import BundleError
from livedshl.index import unpack
from livedshl.music import GRIDS, Mode


@pytest.fixture
def written(tmp_path):
    return tmp_path / "b", *write_kind(tmp_path / "b")


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
    assert isinstance(bundle.backward.base, np.memmap)
    assert isinstance(bundle.library.steps.base, np.memmap)


def test_the_network_that_ranks_joins_comes_back_and_may_be_missing(written, tmp_path):
    assert open_bundle(written[0]).next_step is None
    weights = np.arange(36 * 31, dtype=np.float32).reshape(36, 31)
    folder = tmp_path / "with"
    write_kind(folder, next_step=weights)
    assert np.array_equal(open_bundle(folder).next_step, weights)
    (folder / "next_step.npy").unlink()
    with pytest.raises(BundleError, match=r"next_step\.npy"):
        open_bundle(folder)


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


def test_a_folder_without_manifest_is_not_a_model(tmp_path):
    with pytest.raises(BundleError, match="there is no model here"):
        open_bundle(tmp_path)


def test_another_format_version_is_refused_with_a_remedy(written):
    manifest = json.loads((written[0] / "manifest.json").read_text())
    manifest["format_version"] = 99
    (written[0] / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(BundleError, match=r"format 99.*Build the model again"):
        open_bundle(written[0])


def test_pickled_arrays_are_never_loaded(written):
    folder = written[0]
    np.save(folder / "starts.npy", np.array([{"a": 1}], object), allow_pickle=True)
    with pytest.raises(BundleError):
        open_bundle(folder)


def test_writing_over_a_bundle_leaves_other_files_alone(written):
    folder = written[0]
    (folder / "README.md").write_text("card")
    write_bundle(folder, replace(open_bundle(folder), follow_beats=4), b"", Background({}, [], {}))
    assert (folder / "README.md").read_text() == "card"
    assert open_bundle(folder).follow_beats == 4


@pytest.mark.parametrize("mode", [Mode.MAJOR, Mode.MINOR])
@pytest.mark.parametrize("metre", GRIDS)
def test_a_bundle_of_any_kind_reads_back(tmp_path, metre, mode):
    grid = GRIDS[metre]
    for overlaps in (True, False):
        follow_beats = grid.hop_beats if overlaps else grid.segment_beats
        library, _ = write_kind(tmp_path, metre, mode, follow_beats)
        bundle = open_bundle(tmp_path)
        assert (bundle.library.grid, bundle.mode, bundle.overlaps) == (grid, mode, overlaps)
        assert np.array_equal(bundle.library.contents(), library.contents())


@pytest.mark.parametrize(
    ("metre", "follow_beats", "phases"),
    [("3/4", 2, None), ("6/8", 3, None), ("3/4", 3, 2), ("9/8", 1, 3), ("4/4", 2, -2)],
)
def test_what_does_not_fit_the_metre_is_noticed(tmp_path, metre, follow_beats, phases):
    write_kind(tmp_path, metre, follow_beats=follow_beats, phases=phases)
    with pytest.raises(BundleError, match="do not fit together"):
        open_bundle(tmp_path)


def test_a_kind_of_tunes_is_found_beside_the_models_own(tmp_path):
    write_kind(tmp_path / "model", "6/8")
    write_kind(tmp_path / "model" / "4-4-minor", "4/4", Mode.MINOR)
    model = str(tmp_path / "model")
    assert find_bundle(model) == find_bundle(model, "6/8") == tmp_path / "model"
    assert find_bundle(model, "4/4", Mode.MINOR) == tmp_path / "model" / "4-4-minor"
    with pytest.raises(
        BundleError, match=r"no tunes in 3/4 major\. It has 6/8 major, 4/4 minor\. Choose one"
    ):
        find_bundle(model, "3/4")
    with pytest.raises(BundleError, match="no tunes in 6/8 minor"):
        find_bundle(model, None, Mode.MINOR)


def test_a_kind_that_is_damaged_is_told_not_passed_over(tmp_path):
    write_kind(tmp_path / "model")
    write_kind(tmp_path / "model" / "3-4", "3/4")
    (tmp_path / "model" / "3-4" / "manifest.json").write_text("{}")
    with pytest.raises(BundleError, match=r"3-4.manifest\.json: damaged"):
        open_bundle(find_bundle(str(tmp_path / "model"), "3/4"))


def test_kinds_have_folder_names_that_every_system_takes():
    assert kind_folder("6/8", Mode.MAJOR) == "6-8"
    assert kind_folder("9/8", Mode.MINOR) == "9-8-minor"
