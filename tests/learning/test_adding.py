"""A folder of a user's tunes becomes a model by the networks that ship, whatever lies in it."""

import json
import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from support.own_tunes import own_book, own_sheets
from support.surroundings import livedshl_without
from support.torch_codes import loaded, torch_codes

from livedshl.bundle import open_bundle
from livedshl.bundle.catalogue import find_bundle, own_bundles
from livedshl.errors import BundleError, CorpusError
from livedshl.index import pack
from livedshl.learning.adding import FEWEST_TUNES, Added, add_model
from livedshl.music import GRIDS, Mode


def silent(stage: str, share: float) -> None:
    pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Own tunes in 6/8 and 4/4 minor, too few in 4/4 major, and what cannot be used."""
    folder = tmp_path_factory.mktemp("tunes") / "mine"
    folder.mkdir()
    (folder / "jigs.abc").write_text(own_book(own_sheets(8, grid=GRIDS["6/8"], seed=2)))
    (folder / "minor.abc").write_text(own_book(own_sheets(6, n_bars=8, seed=3), "Am"))
    (folder / "few.abc").write_text(own_book(own_sheets(2, seed=4)))
    (folder / "cut.mid").write_bytes(b"MThd\0\0\0\6\0\1")
    (folder / "notes.txt").write_text("no tune")
    odd = 'X:1\nT:Odd\nM:5/4\nL:1/4\nK:C\nCDEFG|GFEDC|\n\nX:2\nT:Torn\nM:4/4\nK:C\n"C\n'
    (folder / "odd.abc").write_text(odd)
    return folder


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory):
    """The folder of the user's own models."""
    folder = tmp_path_factory.mktemp("models")
    with pytest.MonkeyPatch.context() as patch:
        for module in ("bundle.catalogue", "learning.adding"):
            patch.setattr(f"livedshl.{module}.own_models", lambda: folder)
        yield folder


@pytest.fixture(scope="module")
def added(folder: Path, models: Path) -> Added:
    return add_model([str(folder)], "mine", "session", silent)


def test_every_kind_of_which_there_are_enough_tunes_is_in_the_model(added: Added) -> None:
    assert [(kind.name, kind.tunes) for kind in added.kinds] == [("6/8 major", 8), ("4/4 minor", 6)]
    assert added.left == {"4/4 major": f"2 tunes, and at least {FEWEST_TUNES} are needed"}
    assert own_bundles() == {"mine": added.folder}
    for kind in added.kinds:
        metre, mode = kind.name.split()
        bundle = open_bundle(find_bundle("mine", metre, Mode(mode)))
        assert len(bundle.library) == kind.segments
        assert all(tune.title.startswith("Own tune") for tune in bundle.library.tunes)


def test_what_cannot_be_used_is_listed_with_its_reason_and_stops_nothing(added: Added) -> None:
    reasons = Counter(skipped.reason.split(" (")[0] for skipped in added.skipped)
    assert reasons["metre 5/4"] == 1
    assert {skipped.title for skipped in added.skipped if skipped.damaged} >= {"cut"}
    assert len(added.skipped) == 2


def test_the_codes_are_those_of_the_networks_that_ship(added: Added) -> None:
    own = open_bundle(find_bundle("mine", "4/4", Mode.MINOR))
    shipped = open_bundle(find_bundle("session", "4/4", Mode.MINOR))
    forward, backward = torch_codes(loaded(shipped.networks), own.library)
    assert np.array_equal(own.forward, pack(forward, own.shape))
    assert np.array_equal(own.backward, pack(backward, own.shape))
    assert own.vocabulary == shipped.vocabulary
    assert np.array_equal(own.next_step, shipped.next_step)


def test_it_is_told_how_well_they_fit_beside_the_tunes_learned_from(added: Added) -> None:
    for kind in added.kinds:
        assert kind.fit.next_distance < kind.fit.other_distance < kind.fit.any_distance
        assert 0.5 < kind.fit.found <= kind.learned.found <= 1
        assert kind.learned.among == pytest.approx(kind.fit.among, rel=0.2)
        assert kind.chords is not None and 0.5 < kind.chords <= 1


def test_adding_a_model_again_replaces_it_whole(added: Added, folder: Path, models: Path) -> None:
    shutil.copytree(added.folder, models / "again")
    of_jigs = add_model([str(folder / "jigs.abc")], "again", "session", silent)
    assert [kind.name for kind in of_jigs.kinds] == ["6/8 major"]
    assert sorted(path.name for path in models.iterdir()) == ["again", "mine"]
    with pytest.raises(BundleError, match=r"no tunes in 4/4 minor\. It has 6/8 major"):
        find_bundle("again", "4/4", Mode.MINOR)
    shutil.rmtree(models / "again")


def test_the_model_is_the_same_whatever_number_of_processes_make_it(
    added: Added, folder: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    alone = add_model([str(folder)], "alone", "session", silent).folder
    files = [path.relative_to(alone) for path in alone.rglob("*") if path.is_file()]
    assert len(files) > 20
    for file in files:
        assert (alone / file).read_bytes() == (added.folder / file).read_bytes(), file
    shutil.rmtree(alone)


def test_where_no_kind_has_enough_tunes_no_model_is_made(folder: Path, models: Path) -> None:
    before = sorted(models.iterdir())
    with pytest.raises(CorpusError, match=r"too few tunes of any kind .4/4 major: 2 tunes, and at"):
        add_model([str(folder / "few.abc")], "few", "session", silent)
    with pytest.raises(CorpusError, match="too few tunes of any kind"):
        add_model([str(folder / "odd.abc")], "odd", "session", silent)
    assert sorted(models.iterdir()) == before


def test_the_name_of_a_model_that_ships_is_refused(folder: Path, models: Path) -> None:
    with pytest.raises(BundleError, match="a model called 'session' ships with livedshl"):
        add_model([str(folder)], "session", "session", silent)


@pytest.mark.slow
def test_from_a_folder_of_tunes_to_music_that_begins_with_one(folder: Path, tmp_path: Path) -> None:
    def run(*arguments):
        done = subprocess.run(
            livedshl_without("torch", *arguments),
            cwd=tmp_path, capture_output=True, text=True, check=False,
            env=os.environ | {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    told = run("models", "add", folder)
    assert "6/8 major: 8 tunes. Fits " in told
    assert "4/4 major: left out, 2 tunes, and at least 6 are needed" in told
    assert "mine/cut.mid cut: not a MIDI file" in told
    assert "mine" in run("models").split()
    (line,) = run("library", "--model", "mine", "tune 5", "minor.abc").splitlines()
    number, title, source, metre, mode, bars, _ = line.split("\t")
    assert (title, source, metre, mode, bars) == (
        "Own tune 5", "mine/minor.abc#6", "4/4", "minor", "8",
    )  # fmt: skip
    run("generate", "t.mid", "--model", "mine", "--from", number, "--trace", "t.jsonl")
    records = [json.loads(text) for text in (tmp_path / "t.jsonl").read_text().splitlines()]
    assert (records[0]["source"], records[0]["song_beat"]) == (source, 0)
    assert all(record["source"].startswith("mine/minor.abc#") for record in records)
