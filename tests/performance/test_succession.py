"""Another chart and another model while the music plays: where they begin, and what they change."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from support.bundles import index_of, random_bundle
from support.performed import BAR, composed, performed

from livedshl.bundle.model import Model
from livedshl.errors import TakeError
from livedshl.improviser import Chart
from livedshl.midi.sounding import notes_of
from livedshl.music import Chord, ChordVocabulary
from livedshl.music.chords import NO_CHORD
from livedshl.music.leadsheet import Key
from livedshl.music.segments import CHORD
from livedshl.performance.command_text import ALL_COMMANDS, parse_command, text_of
from livedshl.performance.commands import FollowChart as Follow
from livedshl.performance.commands import (
    Freeze,
    Hold,
    Mute,
    NextTune,
    OpenWith,
    SetIntensity,
    SetKey,
    UseModel,
)
from livedshl.performance.composer import Change
from livedshl.performance.material import FollowedChart, NamedModel
from livedshl.performance.options import make_settings
from livedshl.performance.replay import models_of
from livedshl.performance.take_log import TakeLog

C, E = Key.parse("C"), Key.parse("E")
FAR = ("Abm6", "F#7#5", "Bmmaj7", "Ebaug")  # chords that no tune has


def chart(names, key):
    beats = tuple(Chord.parse(name) for name in names for _ in range(4))
    return FollowedChart(" ".join(names), key, Chart(beats).transposed(-key.shift))


FOLLOWED = chart(FAR, E)
OTHER = NamedModel("other", manifest="abc")


@pytest.fixture(scope="module")
def bundle():
    return random_bundle(n_tunes=30, n_bars=40)


@pytest.fixture(scope="module")
def models():
    """A model that numbers other chords, and has fewer tunes."""
    other = random_bundle(n_tunes=12, n_bars=24, seed=8)
    library = replace(
        other.library,
        tunes=tuple(replace(tune, title=f"Other {tune.title}") for tune in other.library.tunes),
    )
    chords = ChordVocabulary(tuple(reversed(other.vocabulary.classes)))
    other = replace(other, library=library, vocabulary=chords)
    return {"abc": Model(other, index_of(other))}


@pytest.fixture
def settings():
    return make_settings("session", key="C", seed=5, form="AABB")


def chords_in(chunk, vocabulary):
    numbers = chunk.steps[::4, CHORD].tolist()
    key = chunk.key.shift
    return [n != NO_CHORD and vocabulary.classes[n].transposed(key).name for n in numbers]


def test_a_chart_begins_with_the_next_section_from_its_top_and_in_its_key(bundle, settings):
    heard, changes = performed(bundle, settings, [Change(2 * BAR, Follow(FOLLOWED))], 14)
    again, vocabulary = composed(bundle, settings, changes, 14)
    assert np.array_equal(*(np.concatenate([c.events for c in c14]) for c14 in (
        heard, again[: len(heard)]
    )))  # fmt: skip
    before = [chunk for chunk in heard if chunk.start_tick < 8 * BAR]
    after = [chunk for chunk in heard if chunk.start_tick >= 8 * BAR]
    assert {str(chunk.key) for chunk in before} == {"C"} and after[0].start_tick == 8 * BAR
    assert after[0].provenance.place.bar == after[0].provenance.place.tune == 1
    assert {str(chunk.key) for chunk in after} == {"E"}
    sounding = [name for chunk in after for name in chords_in(chunk, vocabulary)]
    assert sounding[:16] == [name for name in FAR for _ in range(4)]
    unchanged, _ = composed(bundle, settings, (), 8)
    ends = [min(64, len(before)), min(64, len(unchanged))]
    assert [c.provenance for c in before[: ends[0]]] == [c.provenance for c in unchanged[: ends[1]]]
    assert all(a.end_tick == b.start_tick for a, b in pairwise(heard))


def test_next_tune_brings_the_chart_at_once_and_none_gives_the_tunes_their_own_chords(
    bundle, settings
):
    wanted = [
        Change(BAR, Follow(FOLLOWED)),
        Change(2 * BAR, NextTune()),
        Change(5 * BAR, Follow(FollowedChart("none", E))),
        Change(6 * BAR, NextTune()),
    ]
    heard, changes = performed(bundle, settings, wanted, 10)
    assert {c.tick for c in changes if isinstance(c.command, NextTune)} == {3 * BAR, 7 * BAR}
    _, vocabulary = composed(bundle, settings, changes, 10)
    for chunk in heard:
        over = 3 * BAR <= chunk.start_tick < 7 * BAR
        assert set(chords_in(chunk, vocabulary)) <= set(FAR) if over else True
        assert str(chunk.key) == ("C" if chunk.start_tick < 3 * BAR else "E")
    own = {name for c in heard if c.start_tick >= 7 * BAR for name in chords_in(c, vocabulary)}
    assert not own & set(FAR)


def test_a_key_that_is_set_before_the_chart_begins_is_the_key_of_the_chart(bundle, settings):
    wanted = [Change(BAR, Follow(FOLLOWED)), Change(2 * BAR, SetKey(Key.parse("F")))]
    heard, changes = performed(bundle, settings, wanted, 10)
    _, vocabulary = composed(bundle, settings, changes, 10)
    first = next(chunk for chunk in heard if chunk.start_tick == 8 * BAR)
    assert str(first.key) == "F" and chords_in(first, vocabulary)[0] == "Am6"


def test_a_chart_that_is_taken_back_in_time_changes_nothing(bundle, settings):
    wanted = [
        Change(BAR, Follow(FOLLOWED)),
        Change(3 * BAR, Follow(replace(settings.steering.chart))),
    ]
    heard, _ = performed(bundle, settings, wanted, 12)
    unchanged, _ = composed(bundle, settings, (), 12)
    pairs = list(zip(heard, unchanged, strict=False))
    assert len(pairs) > 18
    assert all(a.provenance == b.provenance for a, b in pairs)


def test_another_model_plays_its_own_tunes_with_the_band_and_the_chart_as_they_are(
    bundle, settings, models
):
    wanted = [
        Change(BAR, Mute("Bass", True)),
        Change(BAR, SetIntensity(0.9)),
        Change(2 * BAR, Follow(FOLLOWED)),
        Change(10 * BAR, UseModel(OTHER)),
        Change(20 * BAR, OpenWith(29 * 30)),  # which only the first model has
        Change(21 * BAR, UseModel(settings.steering.model)),
    ]
    heard, changes = performed(bundle, settings, wanted, 28, models)
    songs = {number: [] for number in range(4)}
    for chunk in heard:
        songs[chunk.start_tick // (8 * BAR)].append(chunk.provenance.song)
    assert all(song.startswith("Other") for song in songs[2])
    assert not any(song.startswith("Other") for n in (0, 1, 3) for song in songs[n])
    again, vocabulary = composed(bundle, settings, changes, 28, models)
    for chunk in heard:
        if chunk.start_tick >= 8 * BAR:
            assert set(chords_in(chunk, vocabulary)) <= set(FAR)
    (bass,) = [part.channel for part in settings.parts if part.name == "Bass"]
    events = np.concatenate([c.events for c in heard if c.start_tick >= 3 * BAR])
    assert bass not in notes_of(events)[:, 2]
    assert np.array_equal(
        np.concatenate([c.events for c in heard]),
        np.concatenate([c.events for c in again[: len(heard)]]),
    )


def test_the_tunes_of_another_model_sound_with_its_own_chords(bundle, settings, models):
    (other,) = models.values()
    alone, own = composed(other.bundle, replace(settings, seed=settings.seed + 1), (), 8)
    after, common = composed(bundle, settings, [Change(0, UseModel(OTHER))], 8, models)
    names = [[chords_in(c, chords) for c in chunks] for chunks, chords in
             ((after, common), (alone, own))]  # fmt: skip
    assert names[0] == names[1] and own.classes != common.classes[: len(own)]


@pytest.mark.parametrize("intro", [0, 4])
def test_music_of_so_many_bars_ends_there_whatever_begins_meanwhile(
    bundle, settings, models, intro
):
    settings = replace(settings, bars=28, groove=replace(settings.groove, intro=intro))
    wanted = [
        Change(BAR, Follow(FOLLOWED)),
        Change(13 * BAR - 200, Hold(True)),
        Change(20 * BAR - 200, Hold(False)),
        Change(21 * BAR, UseModel(OTHER)),
        Change(27 * BAR, Freeze(True)),
    ]
    heard, _ = performed(bundle, settings, wanted, 50, models)
    held = sum(chunk.end_tick - chunk.start_tick for chunk in heard if chunk.provenance.held)
    assert held == 7 * BAR and heard[-1].end_tick == 28 * BAR + held  # they are not counted
    assert str(heard[-1].key) == "E"
    assert [c.start_tick < intro * BAR for c in heard] == [c.provenance.is_intro for c in heard]


def test_a_frozen_section_gives_way_to_a_chart_and_what_follows_is_frozen(bundle, settings):
    wanted = [Change(BAR, Freeze(True)), Change(2 * BAR, Follow(FOLLOWED))]
    heard, _ = performed(bundle, settings, wanted, 26)
    names = {c.provenance.place.name[0] for c in heard if c.start_tick >= 8 * BAR}
    assert names == {"A"} and str(heard[-1].key) == "E"


@pytest.mark.parametrize("command", [Follow(FOLLOWED), UseModel(OTHER)])
def test_what_is_followed_is_written_without_loss(command):
    assert parse_command(text_of(command), ALL_COMMANDS) == command


def test_a_take_whose_model_has_gone_says_which(settings, tmp_path):
    model = NamedModel("mine", tmp_path / "gone", "abc")
    log = TakeLog(settings, tmp_path, "", (Change(0, UseModel(model)),), 1, None)
    with pytest.raises(TakeError, match=r"gone: a model of the take is not there\. .*mine"):
        models_of(log)
