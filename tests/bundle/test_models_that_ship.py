"""Every model that ships: it is told of, it fits beside the others, and it plays."""

import zlib

import pytest

import livedshl
from livedshl.bundle.catalogue import kind_manifests, shipped_bundles
from livedshl.bundle.shipped import shipped

MOST_BYTES = 40_000_000  # of all models, packed as in a wheel


@pytest.mark.parametrize("name", sorted(shipped_bundles()))
def test_the_card_of_a_model_has_the_figures_of_every_kind(name):
    folder = shipped_bundles()[name]
    card = (folder / "README.md").read_text()
    for manifest in kind_manifests(folder):
        assert f"{manifest.metre} {manifest.mode.value}" in card
        assert f"{manifest.segments:,}" in card


def test_all_that_ships_is_small_enough():
    files = [
        file
        for file in shipped("models").rglob("*")
        if file.is_file() and file.suffix != ".png" and "training" not in file.parts
    ]
    packed = sum(len(zlib.compress(file.read_bytes())) for file in files)
    assert packed <= MOST_BYTES


@pytest.mark.parametrize("name", sorted(set(shipped_bundles()) - {"session"}))
def test_a_model_plays_its_own_songs_in_every_metre_and_mode_it_has(name):
    for manifest in kind_manifests(shipped_bundles()[name]):
        mode = manifest.mode.value
        key = "Am" if mode == "minor" else "C"
        settings = livedshl.make_settings(model=name, metre=manifest.metre, key=key, bars=8, seed=2)
        model = livedshl.load_model(name, manifest.metre, mode)
        titles = {tune.title for tune in model.tunes}
        hops = list(livedshl.compose(settings, model))
        assert hops[-1].end_tick >= 8 * settings.grid.bar_ticks
        assert {hop.provenance.song for hop in hops} <= titles
