"""An intro belongs to the beginning of a performance, and to nothing else."""

import numpy as np
import pytest
from support.band import struck

from livedshl.arranger import Role
from livedshl.bundle.catalogue import find_bundle
from livedshl.bundle.model import open_model
from livedshl.performance.commands import Answer, ChoosePreset, Listen
from livedshl.performance.composer import Change, Composer
from livedshl.performance.composition import Composition
from livedshl.performance.options import make_settings
from livedshl.performance.phrase import Phrase
from livedshl.performance.preset import load_preset
from livedshl.performance.steering import Band

BAR = 1920


@pytest.fixture(scope="module")
def model():
    return open_model(find_bundle("session"))


def melody_from(model, changes=(), start_bar=0, **settings):
    """The bar in which the melody of bossa-nova enters, from a bar on."""
    chosen = make_settings(**{"preset": "bossa-nova", "seed": 4} | settings)
    composer = Composer(Composition(model.bundle, model.index, chosen), BAR)
    for change in changes:
        composer.change(change)
    events = []
    while not composer.over and composer.tick < 8 * BAR:
        events.append(composer.compose().events)
    melody = next(p for p in load_preset("bossa-nova").parts if p.role is Role.MELODY)
    onsets = struck(np.concatenate(events), melody.channel)[:, 0]
    return int(onsets[onsets >= start_bar * BAR - 60].min() + 60) // BAR


def test_the_melody_enters_after_the_intro(model):
    assert melody_from(model) == melody_from(model, bars=16) == 2


def test_short_music_and_a_chosen_tune_have_none(model):
    assert melody_from(model, bars=15) == 0
    assert melody_from(model, opening="1") == 0


def test_a_band_that_comes_in_later_begins_with_the_melody(model):
    band = Band.of(load_preset("bossa-nova"))
    change = Change(BAR, ChoosePreset("bossa-nova"), band)
    assert melody_from(model, [change], 1, preset="session") == 1


def test_an_answer_is_heard_in_the_first_bar(model):
    steps = np.tile(np.array([[67, 1, 0]], np.int8), (8, 1))
    changes = [Change(0, Listen(True)), Change(9 * 120, Answer(Phrase(0, steps)))]
    assert melody_from(model, changes) <= 1
