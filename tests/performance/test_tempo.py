"""How music ends: it slows down to its last note, live, in every file and when replayed."""

import wave
from itertools import pairwise
from xml.etree import ElementTree as ET

import mido
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedshl.bundle.catalogue import find_bundle
from livedshl.bundle.model import open_model
from livedshl.live.take import Take
from livedshl.music import COMMON_TIME, GRIDS
from livedshl.performance.commands import Answer, End, Hold, Listen, SetTempo
from livedshl.performance.composer import Change, Composer
from livedshl.performance.composition import Composition
from livedshl.performance.options import make_settings
from livedshl.performance.phrase import Phrase
from livedshl.performance.tempo import ritardando, tempo_map
from livedshl.rendering import render, replay

BAR = COMMON_TIME.bar_ticks


@pytest.fixture(scope="module")
def model():
    return open_model(find_bundle("session"))


def tempi_in(path):
    """(tick, BPM) of each tempo of a MIDI file."""
    tick, found = 0, []
    for message in mido.MidiFile(path).tracks[0]:
        tick += message.time
        if message.type == "set_tempo":
            found.append((tick, mido.tempo2bpm(message.tempo)))
    return found


def test_music_slows_down_to_its_last_note_in_every_file(tmp_path, model):
    settings = make_settings("session", bars=4, seed=2, tempo_bpm=120)
    midi, score, sound = (tmp_path / f"t.{ending}" for ending in ("mid", "musicxml", "wav"))
    render(settings, midi, score, sound, model=model)
    tempi = tempi_in(midi)
    assert tempi[0] == (0, 120)
    assert all(later < earlier for (_, earlier), (_, later) in pairwise(tempi))
    assert tempi[1][0] >= 2.5 * BAR and tempi[-1][1] <= 66.1
    written = [float(sound.get("tempo")) for sound in ET.parse(score).iter("sound")]
    assert written == pytest.approx([bpm for _, bpm in tempi], abs=0.01)
    with wave.open(str(sound)) as audio:
        seconds = audio.getnframes() / audio.getframerate()
    assert seconds == pytest.approx(mido.MidiFile(midi).length + 2, abs=0.1)
    assert seconds > 4 * 2 + 2 + 1


def test_a_band_without_any_timing_of_its_own_keeps_the_tempo(tmp_path, model):
    render(make_settings("house", bars=4, seed=2), tmp_path / "t.mid", model=model)
    assert len(tempi_in(tmp_path / "t.mid")) == 1


def test_a_free_run_that_is_cut_off_keeps_the_tempo(tmp_path, model):
    settings = make_settings("session", bars=4, seed=2, form="none")
    render(settings, tmp_path / "t.mid", model=model)
    assert len(tempi_in(tmp_path / "t.mid")) == 1


@pytest.mark.parametrize("preset", ["session", "waltz-evening", "jig", "slip-jig"])
def test_music_that_is_asked_to_end_slows_down_and_is_replayed_so(tmp_path, preset):
    settings = make_settings(preset, seed=4)
    bundle = open_model(find_bundle("session", str(settings.grid)))
    bar = settings.grid.bar_ticks
    changes = [Change(3 * bar, SetTempo(90)), Change(4 * bar, End())]
    composer = Composer(Composition(bundle.bundle, bundle.index, settings), bar)
    composer.change(changes[1])
    with Take(settings, bundle.bundle.folder, tmp_path / "take.mid", None) as take:
        take.change(changes[0])
        while not composer.over:
            chunk = composer.compose()
            if chunk.slowing and chunk.slowing[0][1] == 1.0:  # faster again, in mid-ritardando
                at = chunk.start_tick + settings.grid.beat_ticks
                take.change(Change(at, SetTempo(120)))
            take.append(chunk, composer.keep_before(chunk.start_tick + 1))
        saved = take.save(tmp_path / "saved.mid", composer.tick, composer.chords)
    assert replay(tmp_path / "take.mid").same
    assert replay(saved).same
    tempi = dict(tempi_in(tmp_path / "take.mid"))
    assert max(tempi.values()) > 90 and list(tempi.values())[-1] <= 0.55 * 120 + 0.1


def test_music_that_goes_on_after_all_is_in_tempo_again(model):
    settings = make_settings("session", bars=8, seed=6)
    composer = Composer(Composition(model.bundle, model.index, settings), BAR)
    composer.change(Change(0, Listen(True)))
    while not composer.over:
        composer.compose()
    steps = np.tile(np.array([[67, 1, 0]], np.int8), (16, 1))
    composer.change(Change(int(7.75 * BAR), Answer(Phrase(int(7 * BAR) // 120, steps))))
    shares = []
    while not composer.over and composer.tick < 12 * BAR:
        chunk = composer.compose()
        shares += chunk.slowing
    assert shares[0][1] == 1.0


def test_a_held_ritardando_is_played_in_tempo(model):
    settings = make_settings("session", bars=8, seed=6)
    composer = Composer(Composition(model.bundle, model.index, settings), BAR)
    while not composer.over:
        last = composer.compose()
    composer.change(Change(last.start_tick, Hold(True)))
    slowed = [composer.compose().slowing for _ in range(6)]
    assert slowed == [((last.start_tick, 1.0),), (), (), (), (), ()]


@given(
    grid=st.sampled_from(list(GRIDS.values())),
    beat=st.integers(0, 400),
    onsets=st.sets(st.integers(0, 63)),
)
def test_a_ritardando_only_ever_slows_down_and_never_stops(grid, beat, onsets):
    steps = np.zeros((grid.segment_steps, 3), np.int8)
    steps[[onset for onset in onsets if onset < len(steps)], 1] = 1
    slowing = ritardando(steps, beat, grid)
    ticks, shares = zip(*slowing, strict=True)
    assert list(ticks) == sorted(set(ticks))
    assert all(0.05 < share <= 1 for share in shares)
    assert all(later <= earlier for earlier, later in pairwise(shares))


def test_a_command_in_a_ritardando_sets_the_tempo_from_which_it_falls():
    slowing = ((0, 1.0), (120, 0.9), (240, 0.8), (360, 0.8))
    assert tempo_map(100, ((120, 200.0), (300, 50.0)), slowing) == (
        (120, pytest.approx(180)),
        (240, 160),
        (300, 40),
    )
