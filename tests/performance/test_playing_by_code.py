"""A band that plays by code: the same notes when it is played again, and whose they are."""

import json
import shutil
from itertools import pairwise

import numpy as np
import pytest

import livedshl
from livedshl.bundle.catalogue import find_bundle
from livedshl.bundle.integrity import checksum
from livedshl.bundle.networks_file import networks_of
from livedshl.errors import TakeError
from livedshl.improviser.trace_file import read_trace, trace_line
from livedshl.midi.events import are_note_ons
from livedshl.midi.message import CONTROL, SUSTAIN_PEDAL, channel_of
from livedshl.music import Chord
from livedshl.music.leadsheet import Key
from livedshl.performance.commands import (
    ChoosePreset,
    FollowChord,
    Hold,
    Mute,
    NextTune,
    ReRoll,
    SetKey,
    Solo,
    Vary,
)
from livedshl.performance.composer import Change, Composer
from livedshl.performance.composition import Composition
from livedshl.performance.preset import load_preset
from livedshl.performance.settings import model_of
from livedshl.performance.steering import Band
from livedshl.performance.take_log import LogWriter, log_path

LIED = load_preset("lied")
VOICE, PIANO = LIED.parts
BARS = 16


def settings_of(preset="lied", **others):
    return livedshl.make_settings(preset=preset, seed=4, **others)


@pytest.fixture(scope="module")
def composed():
    """Composes a performance with changes that come while later music is there already."""
    settings = settings_of()
    model, bar = model_of(settings), settings.grid.bar_ticks

    def compose(*changes):
        """The chunks, and the changes as they acted."""
        composer = Composer(Composition(model.bundle, model.index, settings), bar)
        chunks = []
        for change in changes:
            while composer.tick < change.tick + 2 * bar:
                chunks.append(composer.compose())
            acts = composer.change(change)
            chunks = [chunk for chunk in chunks if chunk.start_tick < acts]
        while composer.tick < BARS * bar:
            chunks.append(composer.compose())
        return chunks, composer.keep_before(composer.tick)

    return compose


def struck(chunks, channel):
    events = np.concatenate([chunk.events for chunk in chunks])
    on = events[are_note_ons(events)]
    return on[[channel_of(status) == channel for status in on[:, 1].tolist()]]


GESTURES = [
    ReRoll(), Vary("Piano"), Solo("Piano", True), Solo("Piano", False), Hold(True), Hold(False),
    SetKey(Key.parse("A")), FollowChord(Chord.parse("Ebdim7")), FollowChord(None), NextTune(),
]  # fmt: skip
PRESETS = [ChoosePreset("ambient"), ChoosePreset("lied")]


@pytest.mark.parametrize("commands", [GESTURES, PRESETS], ids=["gestures", "presets"])
def test_a_take_with_commands_is_played_again_note_for_note(composed, commands):
    changes = [
        Change(
            number * 3840 + 4100,
            command,
            Band.of(load_preset(command.name)) if isinstance(command, ChoosePreset) else None,
        )
        for number, command in enumerate(commands)
    ]
    heard, acted = composed(*changes)
    settings = settings_of()
    model = model_of(settings)
    again = Composer(Composition(model.bundle, model.index, settings), settings.grid.bar_ticks)
    for change in acted:
        again.change(change)
    replayed = [again.compose() for _ in heard]
    events = [np.concatenate([chunk.events for chunk in chunks]) for chunks in (heard, replayed)]
    assert np.array_equal(*events)
    assert len(struck(heard, PIANO.channel))
    for one, other in pairwise(heard):
        assert one.end_tick == other.start_tick


def test_a_muted_pianist_is_silent_and_comes_back(composed):
    bar = settings_of().grid.bar_ticks
    chunks, _ = composed(
        Change(4 * bar, Mute("Piano", True)), Change(8 * bar, Mute("Piano", False))
    )
    ticks = struck(chunks, PIANO.channel)[:, 0]
    assert not ((ticks >= 5 * bar) & (ticks < 8 * bar)).any()
    assert ((ticks >= 9 * bar) & (ticks < 10 * bar)).any()
    moves = np.concatenate([chunk.events for chunk in chunks])
    moves = moves[(moves[:, 1] == CONTROL | PIANO.channel) & (moves[:, 2] == SUSTAIN_PEDAL)]
    silenced = next(tick for tick in moves[:, 0].tolist() if 4 * bar <= tick < 5 * bar)
    assert (moves[moves[:, 0] == silenced][0, 3], silenced) == (0, 4 * bar)  # with the notes
    back = moves[moves[:, 0] >= 8 * bar]
    assert back[back[:, 3] > 0][0, 0] < 9 * bar


def test_the_trace_names_the_songs_and_is_read_again(composed, tmp_path):
    chunks, _ = composed()
    path = tmp_path / "trace.jsonl"
    path.write_text("".join(trace_line(chunk.provenance) for chunk in chunks))
    read, cut_off = read_trace(path)
    assert not cut_off
    assert read == [chunk.provenance for chunk in chunks]
    assert all(found.accompaniment[0].song for found in read)


@pytest.mark.parametrize(
    ("preset", "model", "others"),
    [
        ("lied", "songbook", {}),
        ("salon", "session", {}),
        ("lied", "session", {"metre": "9/8"}),
        ("lied", "session", {"key": "Am"}),
        ("lied", "session", {"chords": "C | Am7 | N.C. | F G7"}),
        ("lied", "session", {"form": "none"}),
    ],
)
def test_it_plays_with_any_model_metre_mode_chart_and_form(preset, model, others):
    settings = settings_of(preset, model=model, bars=8, **others)
    hops = list(livedshl.compose(settings))
    piano = next(part for part in settings.parts if part.plays_by_code)
    notes = np.concatenate([hop.notes for hop in hops])
    notes = notes[notes[:, 1] == piano.channel]
    bars = set((notes[:, 0] // settings.grid.bar_ticks).tolist())
    assert len(bars) >= 6
    assert piano.lowest <= notes[:, 2].min() and notes[:, 2].max() <= piano.highest


@pytest.fixture
def model(tmp_path):
    """A model with a library of accompaniment of its own."""
    folder = tmp_path / "model"
    shutil.copytree(find_bundle("songbook"), folder)
    shutil.copy(networks_of(find_bundle("songbook")), folder)
    shutil.copytree(find_bundle("session").parent / "accompaniment", folder / "accompaniment")
    return folder


def change_library(model):
    """Puts another library into a model, one of a song more."""
    path = model / "accompaniment" / "accompaniment.json"
    manifest = json.loads(path.read_text()) | {"checksum": ""}
    manifest["songs"] += 1
    path.write_text(json.dumps(manifest | {"checksum": checksum(manifest)}))


def recorded(take, model, preset):
    """Writes the log of a take of two bars."""
    settings = settings_of(preset, model=model)
    with log_path(take).open("w", encoding="utf-8") as file:
        LogWriter(file, settings, model).heard(2 * settings.grid.bar_ticks)


def test_a_take_is_not_played_again_with_another_accompaniment(model, tmp_path):
    take = tmp_path / "take.mid"
    recorded(take, model, "lied")
    livedshl.replay(take)
    change_library(model)
    with pytest.raises(TakeError) as refused:
        livedshl.replay(take)
    library = str(model / "accompaniment")
    assert refused.value.what == "not the accompaniment that the take was played with"
    assert refused.value.where == library
    assert library in refused.value.remedy
    shutil.rmtree(library)
    livedshl.replay(take)  # with the one that ships, which is the same


def test_takes_without_parts_by_code_and_older_ones_replay_with_any_accompaniment(model, tmp_path):
    for preset in ("session", "lied"):
        take = tmp_path / f"{preset}.mid"
        recorded(take, model, preset)
        if preset == "lied":
            head, heard = log_path(take).read_text().splitlines()
            old = json.loads(head)
            del old["accompaniment"]
            log_path(take).write_text(f"{json.dumps(old)}\n{heard}\n")
        change_library(model)
        assert livedshl.replay(take).path.is_file()
