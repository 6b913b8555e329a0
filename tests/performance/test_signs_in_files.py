"""Keys, sections and chord names in the MIDI files of a performance, read by mido."""

from dataclasses import replace

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedshl.arranger import Colour, symbol_of
from livedshl.bundle.catalogue import find_bundle
from livedshl.bundle.model import open_model
from livedshl.live.take import Take
from livedshl.midi.signs import Signs, joined
from livedshl.music import Chord
from livedshl.music.chord_symbols import read_chord_symbol
from livedshl.music.leadsheet import Key
from livedshl.performance.commands import FollowChord, Hold, SetKey
from livedshl.performance.composer import Change, Composer
from livedshl.performance.composition import Composition
from livedshl.performance.options import make_settings
from livedshl.performance.preset import load_preset
from livedshl.rendering import render, replay

BAR = 1920


@pytest.fixture(scope="module")
def model():
    return open_model(find_bundle("session"))


def told(path, kind):
    """The (bar, text or key) of each message of a kind in a file."""
    found = []
    for track in mido.MidiFile(path, charset="utf-8").tracks:
        tick = 0
        for message in track:
            tick += message.time
            if message.type == kind:
                found.append((tick / BAR, message.key if "key" in kind else message.text))
    return found


def test_a_file_says_key_sections_and_the_chords_as_the_band_voices_them(tmp_path, model):
    chart = "[Verse] C | Am7 | D7/F# | G7sus4 | [Bridge] F | Fm6 | Cmaj7 | G7"
    settings = make_settings("bossa-nova", bars=16, seed=5, chords=chart)
    render(settings, tmp_path / "t.mid", model=model)
    assert told(tmp_path / "t.mid", "key_signature") == [(0, "C")]
    assert told(tmp_path / "t.mid", "marker") == [
        (0, "Intro"), (2, "Verse"), (6, "Bridge"), (10, "Verse"), (14, "Bridge")
    ]  # fmt: skip
    names = ["C6/9", "Am7", "D9/F#", "G7sus4", "F6/9", "Fm6", "Cmaj9", "G9"]
    played = [*names[-2:], *names, *names[:5]]  # the intro has the chart's last bars
    assert told(tmp_path / "t.mid", "text")[:15] == list(enumerate(played))


def test_the_sections_of_the_form_are_markers(tmp_path, model):
    render(make_settings("session", bars=32, seed=5), tmp_path / "t.mid", model=model)
    markers = told(tmp_path / "t.mid", "marker")
    assert markers[0] == (0, "A") and len(markers) == 4
    assert all(bar % 8 == 0 for bar, _ in markers)


@pytest.mark.parametrize("killed", [False, True])
def test_a_recording_says_the_same_and_is_replayed_so(tmp_path, model, killed):
    settings = make_settings("session", seed=3)
    composer = Composer(Composition(model.bundle, model.index, settings), BAR)
    for change in (
        Change(2 * BAR, SetKey(Key.parse("E♭"))),
        Change(4 * BAR, FollowChord(Chord.parse("Cm7"))),
        Change(6 * BAR, Hold(True)),
    ):
        composer.change(change)
    take = Take(settings, model.bundle.folder, tmp_path / "take.mid", None)
    while composer.tick < 12 * BAR:
        chunk = composer.compose()
        take.append(chunk, composer.keep_before(chunk.start_tick + 1))
    if not killed:
        take.cut(11 * BAR)
        saved = take.save(tmp_path / "saved.mid", 11 * BAR, composer.chords)
        with take:
            pass
        assert replay(tmp_path / "take.mid").same and replay(saved).same
        assert told(saved, "text") == told(tmp_path / "take.mid", "text")
        assert len(told(tmp_path / "take.mid", "key_signature")) == 2
    assert "Eb" in [key for _, key in told(tmp_path / "take.mid", "key_signature")]
    assert "Cm7" in [name for _, name in told(tmp_path / "take.mid", "text")]
    assert told(tmp_path / "take.mid", "marker")[0] == (0, "A")


def test_a_recording_of_an_older_version_is_the_same_without_its_signs(tmp_path, model):
    settings = make_settings("session", seed=8)
    composer = Composer(Composition(model.bundle, model.index, settings), BAR)
    with Take(settings, model.bundle.folder, tmp_path / "take.mid", None) as take:
        for _ in range(6):
            chunk = composer.compose()
            take.append(chunk, composer.keep_before(chunk.start_tick + 1))
        take.cut(composer.tick)
    old = mido.MidiFile(tmp_path / "take.mid", charset="utf-8")
    signs = ("key_signature", "marker")
    old.tracks[0] = mido.MidiTrack(m for m in old.tracks[0] if m.type not in signs)
    old.tracks[0][-1].time = sum(m.time for m in old.tracks[1])
    del old.tracks[-1]
    old.save(tmp_path / "take.mid")
    assert replay(tmp_path / "take.mid").same


@given(
    chord=st.builds(Chord, st.integers(0, 11), st.integers(0, 14), st.integers(0, 11)),
    colour=st.sampled_from(Colour),
    key=st.sampled_from(
        [Key.parse(f"{tonic}{minor}") for tonic in "CDEFGAB" for minor in ("", "m")]
    ),
)
def test_every_chord_name_is_one_that_readers_of_chords_know(chord, colour, key):
    parts = [replace(part, colour=colour) for part in load_preset("session").parts]
    read = read_chord_symbol(symbol_of(chord, parts, key))
    assert read.chord.root == chord.root
    assert read.bass == (chord.lowest if chord.bass else None)
    thirds = {3, 4} & set(chord.intervals)
    assert thirds == {3, 4} & set(read.chord.intervals)


def test_keys_and_chords_that_go_on_are_said_once():
    c, g = Key.parse("C"), Key.parse("G")
    hops = [
        Signs(((0, c),), ((0, "A"),), ((0, "C"), (480, "G7"))),
        Signs(((960, c),), (), ((960, "G7"),)),
        Signs(((1920, g),), ((1920, "A2"),), ((1920, "G7"), (2400, "C"))),
    ]
    assert joined(hops) == Signs(
        ((0, c), (1920, g)), ((0, "A"), (1920, "A2")), ((0, "C"), (480, "G7"), (2400, "C"))
    )
    assert joined(hops).since(700).chords == ((700, "G7"), (2400, "C"))
