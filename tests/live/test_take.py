"""A take without a clock: what it saves and records is what its log plays again."""

from xml.etree import ElementTree as ET

import pytest

from livedshl.bundle.catalogue import find_bundle
from livedshl.bundle.model import open_model
from livedshl.live.take import Take
from livedshl.performance.commands import ChoosePreset, SetKey, SetTempo
from livedshl.performance.composer import Change, Composer
from livedshl.performance.composition import Composition
from livedshl.performance.options import make_settings
from livedshl.performance.preset import load_preset
from livedshl.performance.settings import chords_of
from livedshl.performance.steering import Band
from livedshl.rendering import replay

BAR = 1920


@pytest.fixture(scope="module")
def model():
    return open_model(find_bundle("session"))


@pytest.fixture
def settings():
    return make_settings(seed=3)


def perform(take, model, settings, until_bar, commands=()):
    """Lets the take hear so many bars; the commands come when they act."""
    composer = Composer(Composition(model.bundle, model.index, settings), BAR)
    commands = list(commands)
    while composer.tick < until_bar * BAR:
        while commands and commands[0].tick <= composer.tick:
            composer.change(commands.pop(0))
        chunk = composer.compose()
        take.append(chunk, composer.keep_before(chunk.start_tick + 1))
    return composer.tick  # where the next chunk begins


@pytest.mark.parametrize("back", [0, 100, 961])
def test_saved_bars_are_played_again_from_their_own_log(tmp_path, model, settings, back):
    band = Band.of(load_preset("solo-piano"))
    commands = [
        Change(4 * BAR, SetKey(settings.key)),
        Change(30 * BAR, ChoosePreset("solo-piano"), band),
    ]
    with Take(settings, model.bundle.folder, None, None) as take:
        take.change(Change(0, SetTempo(200)))
        end = perform(take, model, settings, 50, commands)
        take.change(Change(40 * BAR, SetTempo(90)))
        saved = take.save(tmp_path / "saved.mid", end - back, chords_of(model.bundle, settings))
    assert replay(saved, tmp_path / "again.mid").same
    sheet = ET.parse(saved.with_suffix(".musicxml"))
    assert len(sheet.findall("part/measure")) in (31, 32)
    assert sheet.findall(".//harmony") and sheet.findall(".//note/pitch")


def test_a_tempo_asked_of_others_is_kept_as_it_was_heard(tmp_path, model, settings):
    with Take(settings, model.bundle.folder, tmp_path / "take.mid", None) as take:
        take.hear_tempo(0, 120.0)
        end = perform(take, model, settings, 4)
        take.change(Change(2 * BAR, SetTempo(150)))  # acts on a beat to come
        take.hear_tempo(2 * BAR - 480, 140.0)
        take.hear_tempo(2 * BAR, 150.0)
        take.cut(end)
    assert replay(tmp_path / "take.mid").same
