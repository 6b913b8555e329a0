"""One pair of networks for several models: `livedshl train --together` as a user meets it."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from support.own_tunes import VOCABULARY, own_tunes
from support.surroundings import livedshl
from support.torch_codes import loaded, torch_codes

from livedshl.bundle import Background, CodedLibrary, SegmentLibrary, open_bundle, write_bundle
from livedshl.bundle.networks_file import NETWORKS, sharing
from livedshl.errors import BundleError
from livedshl.evaluation.codes.evaluate import evaluate
from livedshl.index import CodeShape, pack
from livedshl.learning.roles import roles_in
from livedshl.music import GRIDS, ChordVocabulary, Mode
from livedshl.networks.weights import read_networks

# Numbers the same chords otherwise, so that networks must go by their names.
OTHERWISE = ChordVocabulary(VOCABULARY.classes[::-1])
PLACES = ("reels", "reels/6-8", "airs")


def run(*arguments):
    return subprocess.run(livedshl(*arguments), capture_output=True, text=True, check=False)


def write_model(folder: Path, metre: str, seed: int, vocabulary=VOCABULARY) -> None:
    """A bundle of own tunes, with codes and networks that mean nothing."""
    library = SegmentLibrary.of_tunes(own_tunes(10, seed=seed, grid=GRIDS[metre]))
    if vocabulary is OTHERWISE:
        library.steps[:, 2] = len(vocabulary) - 1 - library.steps[:, 2]
    shape = CodeShape(4, 4)
    codes = pack(np.zeros((len(library), 4), np.uint8), shape)
    coded = CodedLibrary(
        library=library,
        vocabulary=vocabulary,
        mode=Mode.MAJOR,
        roles=roles_in(library, vocabulary, Mode.MAJOR),
        shape=shape,
        follow_beats=library.grid.hop_beats,
        forward=codes,
        backward=codes,
    )
    write_bundle(folder, coded, folder.name.encode(), Background({}, [{"title": "own"}], {}))


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two models, one in two metres, which learned together where they lie."""
    folder = tmp_path_factory.mktemp("models")
    write_model(folder / "reels", "4/4", 1)
    write_model(folder / "reels" / "6-8", "6/8", 2)
    write_model(folder / "airs", "4/4", 3, OTHERWISE)
    (folder / "airs" / "README.md").write_text("the card")
    learned = run(
        "train", "--together", folder / "reels", folder / "airs", "-o", folder,
        "--epochs", 2, "--hidden", 16, "--length", 8, "--symbols", 4,
    )  # fmt: skip
    assert learned.returncode == 0, learned.stderr
    return folder


def test_all_kinds_of_all_models_have_the_codes_of_one_file_of_networks(models: Path) -> None:
    assert [path.parent for path in models.rglob(NETWORKS)] == [models]
    assert (models / "airs" / "README.md").read_text() == "the card"
    assert read_networks(models / NETWORKS)[1].metre is None
    for place, metre in zip(PLACES, ("4/4", "6/8", "4/4"), strict=True):
        bundle = open_bundle(models / place)
        assert str(bundle.library.grid) == metre
        assert len(bundle.library.tunes) == 10
        forward, backward = torch_codes(loaded(bundle.networks), bundle.library)
        assert np.array_equal(bundle.forward, pack(forward, bundle.shape))
        assert np.array_equal(bundle.backward, pack(backward, bundle.shape))


def test_chords_are_read_by_their_names(models: Path) -> None:
    reels, airs = open_bundle(models / "reels"), open_bundle(models / "airs")
    read = ChordVocabulary.of_names(airs.manifest.chords_read)
    assert airs.manifest.chords_read == reels.manifest.chords_read
    for bundle in (reels, airs):
        steps = bundle.library.steps[:500]
        heard = bundle.library.as_heard(steps)
        for (_, _, number), (_, _, as_number) in zip(steps.tolist(), heard.tolist(), strict=True):
            assert bundle.vocabulary.classes[number] == read.classes[as_number]


def test_a_bundle_whose_shared_networks_changed_or_are_gone_says_so(
    models: Path, tmp_path: Path
) -> None:
    shutil.copytree(models, tmp_path / "copy")
    networks = tmp_path / "copy" / NETWORKS
    networks.write_bytes(networks.read_bytes()[:-1] + b"?")
    with pytest.raises(BundleError, match="changed or damaged") as error:
        open_bundle(tmp_path / "copy" / "reels" / "6-8")
    assert str(networks) in str(error.value)
    networks.unlink()
    with pytest.raises(BundleError, match=r"networks\.safetensors is missing"):
        open_bundle(tmp_path / "copy" / "airs")


def test_a_model_beside_them_with_networks_of_its_own_keeps_these(models: Path) -> None:
    write_model(models / "strangers", "4/4", 4)
    assert (models / "strangers" / NETWORKS).read_bytes() == b"strangers"
    assert open_bundle(models / "strangers").networks == models / "strangers" / NETWORKS
    assert sharing(models / "airs") == [models / "airs", models / "reels", models / "reels" / "6-8"]
    shutil.rmtree(models / "strangers")


def test_shared_networks_are_measured_on_songs_that_they_learned_nothing_of(models: Path) -> None:
    bundle = open_bundle(models / "reels")
    found = evaluate(bundle, [], "0.2", 0, lambda stage, share: None)
    assert len(found.holdout.songs) == 2
    # Ten tunes of its own kind less two, and ten airs in the same metre.
    assert len(found.holdout.training.tunes) == 18
    assert found.codes["auc_random"].value > 0.5


@pytest.mark.parametrize("option", [("--method", "paper"), ("--metre", "3/4"), ("--also", ".")])
def test_what_has_no_meaning_for_models_together_is_refused(tmp_path: Path, option) -> None:
    shown = run("train", "session", "--together", "-o", tmp_path, *option)
    assert shown.returncode == 2
    assert f"choose either {option[0]} or --together" in " ".join(shown.stderr.split())
