import numpy as np
from hypothesis import given
from support.accompaniments import accompanied, accompanied_bars
from support.strategies import lead_sheets

from livedshl.music.accompaniment import accompaniment_of, roles
from livedshl.music.chords import QUALITIES

ALBERTI = [(0, 2, 48, 1), (2, 2, 55, 1), (4, 2, 52, 1), (6, 2, 55, 1)]


def roles_in(sheet, bar=0):
    cut = accompaniment_of(sheet)
    return roles(cut.bar(bar), cut.chords[bar], cut.grid.beat_steps).tolist()


def test_an_alberti_bass_is_root_fifth_third_fifth():
    sheet = accompanied(ALBERTI, [(0, "C")])
    assert roles_in(sheet) == [[0, 0], [2, 0], [1, 0], [2, 0]]


def test_a_figure_has_the_same_roles_in_every_key():
    moved = [(onset, length, pitch + 7, hand) for onset, length, pitch, hand in ALBERTI]
    assert roles_in(accompanied(moved, [(0, "G")], key="G")) == roles_in(
        accompanied(ALBERTI, [(0, "C")])
    )


def test_a_passing_note_belongs_to_the_chord_tone_that_it_moves_to():
    rising = [(0, 4, 60, 0), (4, 4, 62, 0), (8, 8, 64, 0)]
    falling = [(0, 4, 64, 0), (4, 4, 62, 0), (8, 8, 60, 0)]
    assert roles_in(accompanied(rising, [(0, "C")]))[1] == [1, -2]
    assert roles_in(accompanied(falling, [(0, "C")]))[1] == [0, 2]


def test_the_register_of_a_song_stays_within_a_tritone():
    for key, name in (("F#", "F#"), ("G", "G"), ("Bb", "Bb")):
        cut = accompaniment_of(accompanied(ALBERTI, [(0, name)], key=key))
        assert abs(int(cut.bar(0)[0, 2]) - 48) <= 6


def test_two_bars_in_two_four_make_one_segment_and_a_bar_in_twelve_eight_makes_two():
    notes = [(0, 8, 48, 1), (8, 8, 55, 1)]
    assert len(accompaniment_of(accompanied(notes, [], metre=(2, 4), bars=2))) == 1
    assert len(accompaniment_of(accompanied(notes, [], metre=(12, 8), bars=1))) == 2


def test_a_bar_with_triplets_or_without_a_note_is_not_used_but_keeps_its_place():
    sheet = accompanied([*ALBERTI, (16, 16, 48, 1), (48, 16, 48, 1)], [(0, "C")], bars=4)
    sheet.accompaniment[4, 0] += 40  # an eighth of a triplet after the bar line
    cut = accompaniment_of(sheet)
    assert cut.used.tolist() == [True, False, False, True]
    assert cut.joined.tolist() == [False, True, True, True]


def test_the_melody_above_a_bar_is_where_the_song_has_it():
    cut = accompaniment_of(accompanied(ALBERTI, [(0, "C")], melody=[(0, 4, 72), (8, 2, 74)]))
    assert cut.melody[0, :, 0].tolist() == [72] * 4 + [0] * 4 + [74] * 2 + [0] * 6
    assert np.flatnonzero(cut.melody[0, :, 1]).tolist() == [0, 8]


def test_a_song_without_accompaniment_has_none():
    assert accompaniment_of(accompanied([], [(0, "C")])) is None


@given(lead_sheets())
def test_lead_sheets_of_a_melody_and_chords_have_no_accompaniment(sheet):
    assert accompaniment_of(sheet) is None


@given(accompanied_bars())
def test_a_role_says_which_note_of_which_chord_sounds(sheet):
    cut = accompaniment_of(sheet)
    notes = cut.bar(0)
    for (onset, _, pitch, _), (degree, offset) in zip(
        notes.tolist(), roles(notes, cut.chords[0], cut.grid.beat_steps).tolist(), strict=True
    ):
        root, quality = cut.chords[0, onset // cut.grid.beat_steps].tolist()
        assert (root + QUALITIES[quality][1][degree] + offset - pitch) % 12 == 0
