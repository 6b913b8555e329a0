"""Notes that were played by hand, swung, late, or without bars."""

import mido
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
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
from livedshl.music import Metre

# Eighths, dotted quarters, sixteenths: 4 bars, played four times.
RHYTHM = [0, 240, 480, 960, 1200, 1440, 1920, 2640, 2880, 3360, 3600, 3840, 3960, 4080, 4200, 4320,
          4800, 5280, 5760, 6240, 6480, 6720, 7200]  # fmt: skip


def tune_of(onsets, times=4, span=4 * BAR):
    """A note at each onset, held to the next, over and over."""
    every = [onset + span * turn for turn in range(times) for onset in onsets]
    lengths = np.diff([*every, span * times])
    return [(onset, int(length) - 10, 60 + place % 12)
            for place, (onset, length) in enumerate(zip(every, lengths, strict=True))]  # fmt: skip


def moved(notes, ticks):
    return [(max(0, onset + late), length, pitch)
            for (onset, length, pitch), late in zip(notes, ticks, strict=True)]  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(st.integers(-30, 30))
def test_a_tune_that_is_late_throughout_stands_on_its_beats(late):
    lead = BAR  # so that it can be early
    tune = [(t + lead + late, n, p) for t, n, p in tune_of(RHYTHM)]
    under = [(t + lead + late, n, p) for t, n, p in block_chords(CHORDS * 2)]
    sheet, account = read_tracks(Track(tune, "Melody"), Track(under, "Piano", 1))
    assert sheet.notes[:, 0].tolist() == [onset for onset, _, _ in tune_of(RHYTHM)]
    assert account.on_grid == 1


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000))
def test_what_a_hand_played_stands_on_its_sixteenths(seed):
    rng = np.random.default_rng(seed)
    tune, under = tune_of(RHYTHM), block_chords(CHORDS * 2)
    played = moved(tune, rng.normal(0, 12, len(tune)).round().astype(int).tolist())
    struck = moved(under, rng.normal(0, 12, len(under)).round().astype(int).tolist())
    sheet, _ = read_tracks(Track(played, "Melody"), Track(struck, "Piano", 1))
    assert sheet.notes[:, ::2].tolist() == [[onset, pitch] for onset, _, pitch in tune]
    assert chord_names(sheet)[:3] == [(0, "Eb"), (1, "Ab"), (2, "Bb")]


@pytest.mark.parametrize("swing", [0.58, 0.62, 2 / 3])
def test_swung_eighths_are_read_as_even_and_told(swing):
    even = tune_of(range(0, 4 * BAR, 240))
    swung = [(beat * 480 + round(480 * swing) * (within > 0), 200, pitch)
             for (onset, _, pitch) in even for beat, within in [divmod(onset, 480)]]  # fmt: skip
    sheet, account = read_tracks(Track(swung, "Melody"), chords())
    assert sheet.notes[:, 0].tolist() == [onset for onset, _, _ in even]
    assert any(f"{swing:.0%} of the beat" in warning for warning in account.warnings)


def test_triplets_among_even_notes_stay_triplets():
    onsets = [*range(0, BAR, 240), *range(BAR, 2 * BAR, 160)]
    tune = tune_of(onsets, times=4, span=2 * BAR)
    rng = np.random.default_rng(1)
    played = moved(tune, rng.normal(0, 8, len(tune)).round().astype(int).tolist())
    sheet, account = read_tracks(Track(played, "Melody"))
    right = [note[0] for note in sheet.notes.tolist()] == [onset for onset, _, _ in tune]
    assert right
    assert 0.5 < account.on_grid < 0.8
    assert not any("swing" in warning for warning in account.warnings)


def test_what_keeps_to_no_beat_is_refused():
    rng = np.random.default_rng(3)
    onsets = np.cumsum(rng.uniform(90, 700, 120)).astype(int).tolist()
    tune = [(onset, 80, 60 + place % 12) for place, onset in enumerate(onsets)]
    with pytest.raises(CorpusError, match="played freely"):
        read_tracks(Track(tune, "Melody"))


def test_a_strummed_chord_is_one_chord():
    strummed = [(BAR * bar + 25 * place, 1800, pitch) for bar, name in enumerate(CHORDS)
                for place, pitch in enumerate(close_position(name))]  # fmt: skip
    sheet, _ = read_tracks(melody(), Track(strummed, "Guitar", 1, 25))
    assert [name for _, name in chord_names(sheet)] == ["Eb", "Ab", "Bb", "Eb", "Ab", "Bb", "Eb"]


def test_a_grace_note_gives_its_place_to_the_note_after_it():
    tune = quarters(MELODY)
    onset, length, pitch = tune[5]
    graced = [*tune[:5], (onset, 38, pitch + 2), (onset + 40, length - 40, pitch), *tune[6:]]
    sheet, _ = read_tracks(Track(graced, "Melody"), chords())
    assert sheet.notes[:, 2].tolist() == MELODY
    assert sheet.notes[5, 0] == onset


def test_a_count_in_of_another_length_moves_no_bar():
    change = (960, mido.MetaMessage("time_signature", numerator=4, denominator=4))
    tune = Track(quarters(MELODY, start=960), "Melody", metas=[change])
    under = Track([(t + 960, n, p) for t, n, p in block_chords()], "Piano", 1)
    sheet, _ = read_tracks(tune, under, metre=(2, 4))
    assert sheet.metres == (Metre(4, 4),)
    assert sheet.notes[0].tolist() == [0, 460, MELODY[0]]
    assert sheet.bars.tolist() == [BAR * bar for bar in range(8)]


def test_a_change_of_metre_is_kept_where_it_happens():
    waltz = mido.MetaMessage("time_signature", numerator=3, denominator=4)
    tune = Track(quarters(MELODY), "Melody", metas=[(4 * BAR, waltz)])
    sheet, _ = read_tracks(tune, chords())
    assert sheet.metre_changes == ((0, Metre(4, 4)), (4 * BAR, Metre(3, 4)))
    assert sheet.bars.tolist()[:7] == [0, BAR, 2 * BAR, 3 * BAR, 4 * BAR, 4 * BAR + 1440,
                                       4 * BAR + 2880]  # fmt: skip


@pytest.mark.parametrize("metre", [(1, 4), (0, 4)])
@pytest.mark.parametrize("count", [3, 4])
def test_bars_that_the_file_has_wrongly_are_counted_from_the_music(metre, count):
    names = ["Eb", "Ab", "Bb7", "Eb"] * 4
    under = []
    for bar, name in enumerate(names):
        bass, *upper = close_position(name, 3)
        under.append((480 * count * bar, 400, bass - 12))
        under += [(480 * (count * bar + beat), 400, p) for beat in range(1, count) for p in upper]
    tune = [(480 * count * bar, 480 * count - 20, close_position(name, 5)[0])
            for bar, name in enumerate(names)]  # fmt: skip
    # mido cannot write a metre of nothing.
    written = mido.MetaMessage("time_signature", numerator=metre[0] or 1, denominator=metre[1])
    track = Track(tune, "Melody", metas=[(0, written)])
    sheet, account = read_tracks(track, Track(under, "Piano", 1), metre=None)
    assert sheet.metres == (Metre(count, 4),)
    assert any(f"counted as {count}/4" in warning for warning in account.warnings)
    assert sheet.bars[1] == 480 * count
