"""Which track is the melody, and what is drawn from a piano's."""

import pytest
from support.midi_files import (
    BAR,
    CHORDS,
    MELODY,
    Track,
    block_chords,
    chord_names,
    chords,
    close_position,
    melody,
    quarters,
    read_tracks,
)

from livedshl.errors import CorpusError

BASS = Track([(BAR * bar + 960 * half, 900, pitch) for bar, pitch in enumerate([39, 44, 46, 39] * 2)
              for half in (0, 1)], "", 2, program=33)  # fmt: skip


def pitches(sheet):
    return sheet.notes[:, 2].tolist()


def test_a_bass_that_comes_first_is_not_the_melody():
    sheet, account = read_tracks(BASS, chords(""), melody("", channel=4))
    assert pitches(sheet) == MELODY
    assert account.taken[0].startswith("track 3")


def test_the_line_that_the_words_fall_on_is_the_melody():
    counter = Track(
        [(240 * eighth, 220, 75 + eighth % 3) for eighth in range(64)], "", 3, program=73
    )
    words = [(480 * beat, "la") for beat in range(len(MELODY))]
    sung = Track(quarters(MELODY), "", 4)
    sheet, _ = read_tracks(counter, chords(""), Track([], "Words", words=words), sung)
    assert pitches(sheet) == MELODY


def test_the_user_chooses_a_track_by_name_or_number():
    other = Track(quarters(MELODY[::-1]), "Flute", 3)
    for wanted in ("flute", "Flu", "3"):
        sheet, account = read_tracks(melody(), chords(), other, melody=wanted)
        assert pitches(sheet) == MELODY[::-1]
        assert account.taken[0] == "Flute: melody"


def test_a_track_that_is_not_there_is_named():
    with pytest.raises(CorpusError, match="it has no track 'Flut2'"):
        read_tracks(melody(), chords(), melody="Flut2")


def test_a_piano_in_one_track_gives_its_top_line_and_its_chords():
    high = [(tick, length, pitch + 12) for tick, length, pitch in quarters(MELODY)]
    sheet, account = read_tracks(Track([*high, *block_chords()], "Piano"))
    assert pitches(sheet) == [pitch + 12 for pitch in MELODY]
    assert [name for _, name in chord_names(sheet)][:4] == ["Eb", "Ab", "Bb", "Eb"]
    assert "top line" in account.warnings[0]
    assert len(sheet.accompaniment) == len(block_chords())


def test_the_hands_of_a_piano_in_two_tracks_are_one_piano():
    right = [(t, n, p + 12) for t, n, p in quarters(MELODY)]
    right += [(BAR * bar, BAR - 20, p) for bar in range(8) for p in close_position("Eb", 5)[:2]]
    left = [(BAR * bar + 240 * place, 230, close_position(name, 3)[place % 3])
            for bar, name in enumerate(CHORDS) for place in range(8)]  # fmt: skip
    sheet, _ = read_tracks(Track(right, ""), Track(left, "", 1))
    assert pitches(sheet) == [pitch + 12 for pitch in MELODY]


def test_the_left_hand_alone_is_no_melody():
    tune = [(t, n, p + 12) for t, n, p in quarters(MELODY)]
    intro = [(240 * place, 230, close_position("Eb", 3)[place % 3]) for place in range(16)]
    after = [(tick + 2 * BAR, length, pitch) for tick, length, pitch in tune]
    left = [(tick + 2 * BAR, length, pitch) for tick, length, pitch in block_chords()]
    sheet, _ = read_tracks(Track([*intro, *after, *left], "Piano"))
    first = [tick for tick, _, _ in sheet.notes.tolist() if tick >= 2 * BAR]
    assert sheet.notes[-len(MELODY) :, 2].tolist() == [p + 12 for p in MELODY]
    assert len(first) == len(MELODY)


def test_all_other_tracks_accompany_on_the_same_grid():
    late = [(tick + 12, length, pitch) for tick, length, pitch in block_chords()]
    tune = [(tick + 12, length, pitch) for tick, length, pitch in quarters(MELODY)]
    sheet, account = read_tracks(BASS_LATE, Track(late, "Piano", 1), Track(tune, "Voice", 4))
    assert sheet.accompaniment[:, 0].tolist() == sorted(sheet.accompaniment[:, 0].tolist())
    assert set(sheet.accompaniment[:, 0] % 120) == {0}
    assert set(sheet.accompaniment[:, 3].tolist()) == {0, 1}
    assert len(sheet.accompaniment) == len(late) + len(BASS_LATE.notes)
    assert account.on_grid == 1


BASS_LATE = Track([(tick + 12, length, pitch) for tick, length, pitch in BASS.notes], "Bass", 2)


def test_drums_are_left_out_and_told():
    beat = Track([(480 * n, 100, 38) for n in range(32)], "Kit", channel=9)
    sheet, account = read_tracks(melody(), chords(), beat)
    assert account.left == ("drums",)
    assert pitches(sheet) == MELODY
