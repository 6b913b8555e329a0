import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from support.own_tunes import own_sheets
from support.torch_codes import loaded, torch_codes

from livedshl.bundle import open_bundle
from livedshl.errors import CorpusError
from livedshl.index import pack
from livedshl.learning.chords import read_harmoniser, with_chords
from livedshl.learning.coding import cached_bundle
from livedshl.learning.harmony import fit_and_measure, measure, write_harmoniser
from livedshl.learning.harmony_network import fit_harmoniser
from livedshl.learning.pipeline import train_bundle
from livedshl.learning.settings import TrainingSettings
from livedshl.music import GRIDS, LeadSheet, Mode
from livedshl.music.leadsheet import Key
from livedshl.music.segments import refusal
from livedshl.networks.shape import NetworkShape

SETTINGS = TrainingSettings(
    shape=NetworkShape(length=6, symbols=4, hidden=8),
    epochs=1,
    batch_size=64,
    pretraining_steps=5,
    pretraining_batch=16,
    validation_pairs=40,
)


def silent(stage: str, share: float) -> None:
    pass


def bare(sheet: LeadSheet) -> LeadSheet:
    return replace(sheet, chords=sheet.chords[:0])


@pytest.fixture
def tunes(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[LeadSheet]]:
    """What the reader will find under each path."""
    found = {"book": own_sheets(), "other": own_sheets(n_tunes=4, seed=9), "empty": []}

    def read(paths, *, grid, mode, progress, crew, melody=None):
        of_paths = [sheet for path in paths for sheet in found[str(path)]]
        tunes = (SimpleNamespace(sheets=(s,)) for s in of_paths if not refusal(s, grid, mode))
        return SimpleNamespace(tunes=tunes)

    monkeypatch.setattr("livedshl.learning.sheets.stream_corpus", read)
    return found


def test_tunes_to_learn_from_alone_stay_out_of_the_bundle(tunes, tmp_path: Path) -> None:
    settings = replace(SETTINGS, epochs=2, own_epochs=1)
    for name, also in (("alone", ()), ("more", ("other",))):
        train_bundle(["book"], tmp_path / name, settings, progress=silent, also=also)
    alone, more = (open_bundle(tmp_path / name) for name in ("alone", "more"))
    assert more.library.tunes == alone.library.tunes
    assert (more.library.steps == alone.library.steps).all()
    assert more.vocabulary == alone.vocabulary
    assert more.manifest.corpora == alone.manifest.corpora
    assert more.manifest.training["also"] == [{"title": "other"}]
    assert (more.backward != alone.backward).any()  # from them it learned


def test_training_leaves_a_bundle_coded_by_its_own_networks(tunes, tmp_path: Path) -> None:
    told: list[str] = []
    result = train_bundle(
        ["book"], tmp_path, SETTINGS, progress=lambda stage, share: told.append(stage)
    )
    bundle = open_bundle(tmp_path)
    forward, backward = torch_codes(loaded(bundle.networks), bundle.library)
    assert (bundle.forward == pack(forward, bundle.shape)).all()
    assert (bundle.backward == pack(backward, bundle.shape)).all()
    assert bundle.manifest.figures["epoch"] == result.best_epoch
    assert bundle.manifest.training["shape"]["hidden"] == 8
    assert bundle.manifest.corpora == ({"title": "book"},)
    assert bundle.manifest.training["also"] == []
    history = json.loads((tmp_path / "history.json").read_text(encoding="utf-8"))
    assert [row["epoch"] for row in history] == [0, 1]
    assert {"Laying out the tunes", "Pre-training", "Coding the segments"} < set(told)


def test_training_twice_writes_the_same_bytes(tunes, tmp_path: Path) -> None:
    for name in ("a", "b"):
        train_bundle(["book"], tmp_path / name, SETTINGS, progress=silent)
    for file in (tmp_path / "a").iterdir():
        if file.is_file():
            assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes(), file.name


def test_tunes_without_chords_are_harmonised_first(tunes, tmp_path: Path) -> None:
    model = fit_harmoniser(own_sheets(seed=5), np.random.default_rng(0), epochs=2)
    tunes["book"] = [bare(sheet) for sheet in tunes["book"]]
    train_bundle(["book"], tmp_path / "with", SETTINGS, harmoniser=model, progress=silent)
    train_bundle(["book"], tmp_path / "without", SETTINGS, progress=silent)
    assert (open_bundle(tmp_path / "with").library.steps[:, 2] >= 0).all()
    assert (open_bundle(tmp_path / "without").library.steps[:, 2] == -1).all()


def test_another_corpus_is_coded_once_by_the_models_networks(tunes, tmp_path: Path) -> None:
    train_bundle(["book"], tmp_path / "model", SETTINGS, progress=silent)
    cache = tmp_path / "cache"
    folder = cached_bundle(tmp_path / "model", ["other"], silent, cache)
    bundle, model = open_bundle(folder), open_bundle(tmp_path / "model")
    assert len(bundle.library.tunes) == 4
    forward, _ = torch_codes(loaded(model.networks), bundle.library)
    assert (bundle.forward == pack(forward, bundle.shape)).all()
    written = (folder / "manifest.json").stat().st_mtime_ns
    assert cached_bundle(tmp_path / "model", ["other"], silent, cache) == folder
    assert (folder / "manifest.json").stat().st_mtime_ns == written
    assert cached_bundle(tmp_path / "model", ["book"], silent, cache) != folder


def test_another_corpus_gives_the_tunes_of_the_models_kind(tunes, tmp_path: Path) -> None:
    jigs, more = (own_sheets(n_tunes=3, seed=seed, grid=GRIDS["6/8"]) for seed in (1, 2))
    tunes["book"], tunes["other"] = jigs, [*tunes["other"], *more]
    in_6_8 = replace(SETTINGS, shape=replace(SETTINGS.shape, metre="6/8"), follow_beats=1)
    train_bundle(["book"], tmp_path / "model", in_6_8, progress=silent)
    bundle = open_bundle(cached_bundle(tmp_path / "model", ["other"], silent, tmp_path / "cache"))
    assert bundle.library.grid == GRIDS["6/8"]
    assert len(bundle.library.tunes) == 3


def test_a_corpus_without_tunes_is_told(tunes, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="empty"):
        train_bundle(["empty"], tmp_path, SETTINGS, progress=silent)


def test_the_harmoniser_is_measured_on_tunes_it_has_not_seen() -> None:
    sheets = own_sheets(n_tunes=20)
    harmoniser, by_kind, recurring = fit_and_measure(sheets, 5, seed=0)
    assert recurring == 0
    figures = by_kind.pop("4/4 major")
    assert not by_kind
    assert figures.tunes == 5 and figures.hops == 5 * 32
    assert figures.most_common < figures.exact <= figures.merged
    assert fit_and_measure(sheets, 5, seed=0)[1] == {"4/4 major": figures}
    assert measure(harmoniser, sheets).tunes == 20
    with pytest.raises(CorpusError, match="chord"):
        fit_and_measure([bare(sheet) for sheet in sheets], 5, seed=0)


def test_each_kind_of_tunes_is_measured_for_itself() -> None:
    jigs, waltz = own_sheets(4, seed=2, grid=GRIDS["6/8"]), own_sheets(1, grid=GRIDS["3/4"])
    minor = [
        replace(sheet, key_changes=((0, Key(9, Mode.MINOR)),))
        for sheet in own_sheets(8, n_bars=8, seed=3)
    ]
    _, figures, _ = fit_and_measure([*own_sheets(4), *jigs, *waltz, *minor], 50, seed=0)
    assert {kind: of_kind.tunes for kind, of_kind in figures.items()} == {
        "4/4 major": 1, "4/4 minor": 2, "6/8 major": 1,
    }  # fmt: skip
    assert figures["6/8 major"].hops == 32


def test_the_harmoniser_comes_back_from_its_file(tmp_path: Path) -> None:
    sheets = own_sheets()
    harmoniser = fit_harmoniser(sheets, np.random.default_rng(0))
    path = tmp_path / "harmoniser.safetensors"
    write_harmoniser(path, harmoniser, {"sources": ["book"]})
    again = read_harmoniser(path)
    assert (again.harmonise(sheets[0]).chords == harmoniser.harmonise(sheets[0]).chords).all()
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(CorpusError, match="not a harmoniser"):
        read_harmoniser(path)


def test_own_chords_are_kept() -> None:
    sheet = own_sheets(n_tunes=1)[0]
    assert refusal(sheet) is None
    harmoniser = fit_harmoniser(own_sheets(), np.random.default_rng(0), epochs=1)
    assert with_chords(sheet, harmoniser) is sheet


@pytest.mark.slow
def test_evaluating_a_bundle_prints_every_figure_and_writes_both_tasks(
    tunes, tmp_path: Path
) -> None:
    train_bundle(["book"], tmp_path / "model", SETTINGS, progress=silent)
    command = [sys.executable, "-m", "livedshl", "evaluate", str(tmp_path / "model")]
    options = ["--holdout", "0.25", "--seed", "3", "-o", str(tmp_path / "out")]
    done = subprocess.run(
        [*command, *options, "--json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["follow"] == 2 and found["split"]["held_out"] == 3
    names = (
        "hamming_positive", "hamming_negative", "auc_filtered", "auc_random", "recall@1",
        "median_rank_percent", "recall@10", "recall@100", "mrr", "distinct_codes",
        "largest_bucket",
    )  # fmt: skip
    for name in names:
        assert found[name]["low"] <= found[name]["value"] <= found[name]["high"], name
        for figures in found["baselines"].values():
            assert (figures[name]["value"] is None) == (
                name.startswith("hamming") or name in ("distinct_codes", "largest_bucket")
            )
    assert set(found["baselines"]) == {"random", "bigram", "pmi", "markov", "reduction", "lstm"}
    assert {"task1.mid", "task1.svg", "task2.mid", "task2.svg"} <= {
        path.name for path in (tmp_path / "out").iterdir()
    }
