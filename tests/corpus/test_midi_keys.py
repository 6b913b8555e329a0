"""The key of a MIDI file: as it is written, or as the notes have it."""

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.midi_files import (
    BAR,
    CHORDS,
    MELODY,
    Track,
    block_chords,
    chords,
    melody,
    midi_bytes,
    quarters,
    read,
    read_tracks,
)

from livedshl.corpus.account import KeyFrom
from livedshl.music import Mode
from livedshl.music.leadsheet import Key

E_FLAT = Key(3, Mode.MAJOR)


def test_a_written_key_is_believed():
    sheet, account = read_tracks(melody(), chords())
    assert sheet.keys == (E_FLAT,)
    assert account.key_from is KeyFrom.WRITTEN


@pytest.mark.parametrize("written", [None, "C", "E"])
def test_a_key_that_is_missing_or_contradicts_the_notes_is_guessed_from_them(written):
    sheet, account = read_tracks(melody(), chords(), key=written)
    assert sheet.keys == (E_FLAT,)
    assert account.key_from is KeyFrom.GUESSED
    told = [warning for warning in account.warnings if "the notes are in E♭ major" in warning]
    assert len(told) == (written is not None)


@settings(max_examples=12, deadline=None)
@given(st.integers(-6, 5), st.booleans())
def test_a_key_is_guessed_alike_from_any_pitch(up, minor):
    pitches = [57, 59, 60, 62, 64, 62, 60, 59, 57, 60, 64, 65, 64, 62, 59, 57] * 2
    names = ["Am", "Dm", "E7", "Am"] * 2
    if not minor:
        pitches, names = MELODY, CHORDS
    tune = Track([(t, n, p + up) for t, n, p in quarters(pitches)], "Melody")
    under = Track([(t, n, p + up) for t, n, p in block_chords(names)], "Piano", 1)
    sheet, _ = read_tracks(tune, under, key=None)
    home = Key(9, Mode.MINOR) if minor else E_FLAT
    assert sheet.keys == (home.transposed(up),)


def test_the_signatures_of_transposing_instruments_are_no_change_of_key():
    clarinet = Track(quarters(MELODY[::-1]), "Clarinet in Bb", 3,
                     metas=[(0, mido.MetaMessage("key_signature", key="F"))])  # fmt: skip
    drums = Track([(0, 10, 38)], "Kit", 9, metas=[(0, mido.MetaMessage("key_signature", key="C"))])
    tune = melody(metas=[(0, mido.MetaMessage("key_signature", key="Eb"))])
    sheet, account = read_tracks(clarinet, drums, tune, chords(), key=None)
    assert sheet.keys == (E_FLAT,)
    assert account.key_from is KeyFrom.WRITTEN


def test_a_written_change_of_key_is_kept_where_it_happens():
    change = (4 * BAR, mido.MetaMessage("key_signature", key="F"))
    sheet, _ = read_tracks(melody(metas=[change]), chords())
    assert sheet.key_changes == ((0, E_FLAT), (4 * BAR, Key(5, Mode.MAJOR)))


def test_a_signature_that_does_not_say_major_or_minor_takes_the_likelier():
    content = midi_bytes([melody(), chords()]).replace(
        b"\xff\x59\x02\xfd\x00", b"\xff\x59\x02\xfd\xff"
    )
    sheet, account = read(content)
    assert sheet.keys == (E_FLAT,)
    assert account.key_from is KeyFrom.GUESSED


def test_a_clearly_mixolydian_tune_is_called_so():
    pitches = [67, 69, 71, 72, 74, 72, 71, 69, 67, 65, 67, 69, 71, 69, 67, 65] * 4
    under = block_chords(["G", "C", "F", "G"] * 4)
    sheet, _ = read_tracks(Track(quarters(pitches), "Melody"), Track(under, "Piano", 1), key="G")
    assert sheet.keys == (Key(7, Mode.MIXOLYDIAN),)


def test_a_clearly_dorian_tune_is_called_so():
    pitches = [62, 64, 65, 67, 69, 71, 69, 67, 65, 67, 69, 71, 72, 69, 65, 62] * 4
    under = block_chords(["Dm", "G", "C", "Dm"] * 4)
    sheet, _ = read_tracks(Track(quarters(pitches), "Melody"), Track(under, "Piano", 1), key="Dm")
    assert sheet.keys == (Key(2, Mode.DORIAN),)


def test_an_unwritten_lift_by_a_tone_splits_the_keys():
    times = 4
    tune = quarters(MELODY * times)
    lift = 8 * BAR * times
    tune += [(t + lift, n, p + 2) for t, n, p in quarters(MELODY * times)]
    under = block_chords(CHORDS * times)
    under += [(t + lift, n, p + 2) for t, n, p in under]
    sheet, _ = read_tracks(Track(tune, "Melody"), Track(under, "Piano", 1), key=None)
    assert [key for _, key in sheet.key_changes] == [E_FLAT, Key(5, Mode.MAJOR)]
    assert abs(sheet.key_changes[1][0] - lift) <= BAR


def test_a_written_key_that_the_tune_comes_home_to_is_believed_however_far_it_roams():
    away = [pitch + 4 for pitch in MELODY]
    tune = quarters([*MELODY[:8], *away, *away, *MELODY[8:16]])
    names = ["Eb", "Ab", *["G", "C", "D", "G"] * 4, "Bb", "Eb"]
    under = Track(block_chords(names), "Piano", 1)
    sheet, account = read_tracks(Track(tune, "Melody"), under, key="Eb")
    assert sheet.keys == (E_FLAT,)
    assert account.key_from is KeyFrom.WRITTEN
