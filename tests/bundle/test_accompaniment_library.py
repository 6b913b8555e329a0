import json
import shutil

import numpy as np
import pytest
from support.accompaniment_library import songs_of_ours, write_library

from livedshl.bundle.accompaniment import (
    MANIFEST,
    accompaniment_for,
    accompaniments,
    open_accompaniment,
    read_accompaniment_manifest,
    write_accompaniment,
)
from livedshl.bundle.accompaniment_bars import BarArrays
from livedshl.bundle.catalogue import find_bundle
from livedshl.errors import BundleError
from livedshl.music import COMMON_TIME, GRIDS


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model") / "accompaniment"
    write_library(folder)
    return folder


@pytest.fixture
def folder(written, tmp_path):
    """A copy that a test may damage."""
    return shutil.copytree(written, tmp_path / "accompaniment")


def test_a_library_holds_the_bars_of_its_songs(written):
    library = open_accompaniment(written)
    song = songs_of_ours().accompaniments[0]
    assert library.rows_in(COMMON_TIME).tolist() == list(range(len(library)))
    assert not len(library.rows_in(GRIDS["3/4"]))
    for bar in range(len(song)):
        assert (library.notes(bar) == song.bar(bar)).all()
    last = library.borrowed(len(library) - 1)
    assert (last.song, last.bar) == (song.title, len(song))


def test_its_manifest_says_how_much_there_is(written):
    manifest = read_accompaniment_manifest(written)
    assert (manifest.songs, manifest.bars, manifest.metres) == (8, 8 * 24, ["4/4"])


@pytest.mark.parametrize("name", ["songs.json", "bars.safetensors", "networks.safetensors"])
def test_a_changed_or_missing_file_is_refused(folder, name):
    path = folder / name
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(BundleError, match="changed or damaged"):
        open_accompaniment(folder)
    path.unlink()
    with pytest.raises(BundleError):
        open_accompaniment(folder)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"format_version": 1}', b"\xff", b'{"x": ' * 5000]
)
def test_a_manifest_that_is_none_is_refused(folder, content):
    (folder / MANIFEST).write_bytes(content)
    with pytest.raises(BundleError, match="accompaniment"):
        open_accompaniment(folder)


def test_a_manifest_that_was_changed_is_refused(folder):
    manifest = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps(manifest | {"bars": 3}))
    with pytest.raises(BundleError, match="was changed"):
        open_accompaniment(folder)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("notes", lambda notes: notes + np.int8(100)),
        ("notes", lambda notes: notes[:-1]),
        ("offsets", lambda offsets: offsets[::-1].copy()),
        ("stretch_bars", lambda bars: bars[:-1]),
        ("grids", lambda grids: grids - np.int8(1)),
        ("grids", lambda grids: grids + np.int8(2)),  # a bar of 6/8 is shorter
        ("chords", lambda chords: chords + np.int8(40)),
        ("used", lambda used: used.astype(np.int64)),
        ("backward", lambda backward: backward[:, :0]),
    ],
)
def test_arrays_that_do_not_fit_together_are_refused(written, tmp_path, name, wrong):
    library = open_accompaniment(written)
    arrays = {field: getattr(library.arrays, field) for field in BarArrays.__dataclass_fields__}
    write_accompaniment(
        tmp_path,
        library.stretches,
        BarArrays(**arrays | {name: wrong(arrays[name])}),
        library.networks.read_bytes(),
        library.shape,
        songs=8,
        training={},
        corpora=[],
        figures={},
    )
    with pytest.raises(BundleError, match="damaged"):
        open_accompaniment(tmp_path)


def test_a_library_within_a_model_comes_before_the_one_that_ships(written):
    model = written.parent
    assert accompaniment_for(model) == written
    assert accompaniment_for(model / "3-4") == written
    assert accompaniment_for(find_bundle("session", "6/8")) == accompaniments()["accompaniment"]


def test_the_library_that_ships_has_bars_in_every_metre():
    library = open_accompaniment(accompaniments()["accompaniment"])
    for grid in GRIDS.values():
        assert len(library.rows_in(grid)) > 1000
    card = (library.folder / "README.md").read_text()
    for grid in GRIDS.values():
        assert f"| {grid} | {len(library.rows_in(grid)):,} |" in card
