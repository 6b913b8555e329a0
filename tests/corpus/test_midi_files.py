"""MIDI files of every kind: one track, karaoke, wrapped, cut, damaged."""

import mido
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.midi_files import (
    MELODY,
    Track,
    chord_names,
    chords,
    melody,
    midi_bytes,
    quarters,
    read,
    read_tracks,
    save,
)

from livedshl.corpus import read_corpus
from livedshl.corpus.midi_file import read_midi
from livedshl.errors import CorpusError

WHOLE = midi_bytes([melody(), chords()])


def pitches(sheet):
    return sheet.notes[:, 2].tolist()


def test_a_file_of_one_track_is_read_by_its_channels():
    sheet, account = read(midi_bytes([melody(""), chords("")], kind=0))
    assert pitches(sheet) == MELODY
    assert [name for _, name in chord_names(sheet)] == ["Eb", "Ab", "Bb", "Eb", "Ab", "Bb", "Eb"]
    assert account.taken == (
        "track 1 (acoustic grand piano): melody",
        "track 2 (acoustic grand piano): chords",
    )


def test_a_tune_goes_on_when_the_instrument_changes():
    tune = melody()
    tune.metas.append((480 * 16, mido.Message("program_change", program=73)))
    sheet, account = read_tracks(tune, chords())
    assert pitches(sheet) == MELODY
    assert account.taken[0] == "Melody: melody"


@pytest.mark.parametrize(
    "content",
    [
        b"RIFF\0\0\0\0RMIDdata\0\0\0\0" + WHOLE,
        WHOLE + b"left over",
        WHOLE.replace(b"MTrk", b"XFIH\0\0\0\4abcdMTrk", 1),
        WHOLE.replace(b"MThd\0\0\0\6", b"MThd\0\0\0\7").replace(b"MTrk", b"\0MTrk", 1),
        WHOLE[: -len(b"\0\xff\x2f\0")],
    ],
    ids=["in a RIFF file", "data behind", "a chunk of another kind", "a longer header", "no end"],
)
def test_a_file_is_read_with_what_other_programs_put_around_it(content):
    sheet, _ = read(content)
    assert pitches(sheet) == MELODY
    assert chord_names(sheet)[0] == (0, "Eb")


def test_what_a_cut_file_still_holds_is_read():
    sheet, _ = read(midi_bytes([melody()])[:-80])
    assert 8 < len(sheet.notes) < len(MELODY)
    assert pitches(sheet) == MELODY[: len(sheet.notes)]


def test_a_velocity_that_cannot_be_does_no_harm():
    sheet, _ = read(WHOLE.replace(b"\x90\x3f\x50", b"\x90\x3f\xff", 1))
    assert pitches(sheet) == MELODY


def test_a_note_whose_end_is_lost_lasts_until_the_next():
    notes = quarters(MELODY)
    track = Track(notes[:4] + notes[5:], "Melody")
    track.metas.append((480 * 4, mido.Message("note_on", note=70, velocity=80)))
    sheet, _ = read_tracks(track)
    assert sheet.notes[3:6].tolist() == [[1440, 460, 68], [1920, 480, 70], [2400, 460, 67]]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (WHOLE.replace(b"\x01\xe0", b"\xe7\x28", 1), "its time is counted in film frames"),
        (WHOLE.replace(b"\x01\xe0", b"\0\0", 1), "it does not say how long a beat is"),
        (b"", "not a MIDI file"),
        (b"MThd\0\0\0\6\0\1\0\1\1\xe0", "not a MIDI file"),
        (midi_bytes([Track([], "Melody")]), "no notes"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(content, reason):
    with pytest.raises(CorpusError, match=reason):
        read(content)


def test_of_several_patterns_in_a_file_the_first_is_read_and_told():
    one = midi_bytes([Track(quarters([60, 62, 64, 65] * 4), "One"), melody("Two")], key=None)
    sheet, account = read(one.replace(b"\0\1\0\2", b"\0\2\0\2", 1))
    assert pitches(sheet) == [60, 62, 64, 65] * 4
    assert account.warnings == ("The file holds 2 patterns. Only the first was read.",)


def test_a_name_in_japanese_is_shown_as_it_was_written():
    name = "メロディ".encode("shift_jis").decode("latin-1")
    content = midi_bytes([Track(quarters(MELODY), "x"), chords()])
    content = content.replace(b"\xff\x03\x01x", b"\xff\x03\x08" + name.encode("latin-1"))
    start = content.index(b"MTrk") + 4
    length = int.from_bytes(content[start : start + 4]) + 7
    sheet, account = read(content[:start] + length.to_bytes(4) + content[start + 4 :])
    assert pitches(sheet) == MELODY
    assert account.taken[0] == "メロディ: melody"


def test_a_karaoke_file_in_a_folder_is_a_tune(tmp_path):
    words = [(480 * beat, "la") for beat in range(len(MELODY))]
    content = midi_bytes([chords(""), Track(quarters(MELODY), "", 2, words=words)])
    save(tmp_path / "song.kar", content)
    (sheet,) = read_corpus([str(tmp_path)], cache=tmp_path / "cache").sheets
    assert pitches(sheet) == MELODY


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_damaged_file_is_read_or_refused(tmp_path, data):
    content = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    del content[data.draw(st.integers(20, len(content))) :]
    path = save(tmp_path / "t.mid", bytes(content))
    try:
        sheet, _ = read_midi(path, "t.mid")
    except CorpusError:
        return
    assert (sheet.notes[:, 1] > 0).all()
    assert ((sheet.notes[:, 2] >= 0) & (sheet.notes[:, 2] < 128)).all()
    assert sheet.bars[0] == 0
