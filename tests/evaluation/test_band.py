"""The measures of a band, on bands that play what is asked of them."""

import numpy as np
import pytest
from support.band import part

from livedshl.arranger import Role
from livedshl.evaluation.music.band import expression, fit, texture
from livedshl.evaluation.music.band.comparison import BAND_MEASURES, compare_bands
from livedshl.evaluation.music.band.played import BandPiece, PlayedSection
from livedshl.music import COMMON_TIME

BAR = COMMON_TIME.bar_ticks
MELODY, CHORDS, BASS = (part(role) for role in (Role.MELODY, Role.CHORDS, Role.BASS))


def piece(bars=32, sections=(), **played):
    """A piece of parts by the name of their role; notes are (start, end, pitch, velocity)."""
    parts = {"melody": MELODY, "chords": CHORDS, "bass": BASS}
    notes = tuple(np.array(played[name], np.int64).reshape(-1, 4) for name in played)
    return BandPiece(
        COMMON_TIME, tuple(parts[name] for name in played), notes, tuple(sections), 1e-3, 0, bars
    )


def every_bar(bars, pitch=40, velocity=70):
    return [(bar * BAR, bar * BAR + 400, pitch, velocity) for bar in bars]


def test_an_entry_is_counted_at_the_border_where_it_comes():
    melody = every_bar(range(32), 72)
    assert texture.entries_and_exits(piece(melody=melody, bass=every_bar(range(32)))) == 0
    late = piece(melody=melody, bass=every_bar(range(8, 32)))
    assert texture.entries_and_exits(late) == pytest.approx(1 / 3)


def test_a_bass_that_plays_one_bar_over_and_over_is_told_from_one_that_does_not():
    assert texture.commonest_bar(piece(bass=every_bar(range(32))), Role.BASS) == 1
    moved = [(start + 480 * (n % 4), end + 480 * (n % 4), pitch, velocity)
             for n, (start, end, pitch, velocity) in enumerate(every_bar(range(32)))]  # fmt: skip
    assert texture.commonest_bar(piece(bass=moved), Role.BASS) == 0.25


def test_bars_that_return_unchanged_are_counted():
    sections = [PlayedSection(1, "A", 1, 0), PlayedSection(1, "A", 2, 8)]
    bass = every_bar(range(12)) + every_bar(range(12, 16), pitch=43)
    assert texture.identical_returns(piece(16, sections, bass=bass), Role.BASS) == 0.5


def test_a_bass_note_a_semitone_from_the_chord_clashes_in_any_octave():
    chords = [(0, BAR, pitch, 60) for pitch in (52, 55, 60)]
    assert fit.bass_clashes(piece(chords=chords, bass=[(0, BAR, 39, 70)])) == 1
    assert fit.bass_clashes(piece(chords=chords, bass=[(0, BAR, 36, 70)])) == 0


def test_melody_notes_under_a_chord_that_sounds_with_them_are_counted():
    chords = [(0, BAR, 64, 60)]
    melody = [(0, 900, 62, 70), (960, 1900, 67, 70)]
    assert fit.melody_under_chords(piece(melody=melody, chords=chords)) == 0.5


def test_a_melody_without_a_gap_has_no_breath():
    joined = [(n * 480, (n + 1) * 480, 72, 70) for n in range(20)]
    parted = [(start, end - 120 * (n == 9), 72, 70) for n, (start, end, *_) in enumerate(joined)]
    assert expression.longest_breath(piece(melody=joined)) == pytest.approx(9.6)
    assert expression.longest_breath(piece(melody=parted)) == pytest.approx(4.8)


@pytest.mark.slow
def test_the_default_band_meets_its_goals():
    means = compare_bands("session", ["session"], 2, 900, lambda *_: None).means["session"]
    assert set(means) == {measure.name for measure in BAND_MEASURES}
    for name, low, high in (
        ("8-bar borders with an entry or exit", 0.4, 1),
        ("variation of notes a bar", 0.15, 1),
        ("texture step", 0.3, 2),
        ("velocity SD over blocks", 2.5, 20),
        ("commonest bar, bass", 0, 0.6),
        ("commonest bar, chords", 0, 0.5),
        ("commonest bar, drums", 0, 0.5),
        ("identical on return, band", 0, 0.6),
        ("bass a semitone from a chord note", 0, 0.01),
        ("melody at or under the chords", 0, 0.02),
        ("longest melody without a breath, s", 0, 10),
    ):
        assert low <= means[name] <= high, name
