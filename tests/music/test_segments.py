from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from support.strategies import VOCABULARY, grids, lead_sheets

from livedshl.music import GRIDS, LeadSheet, Metre, Mode
from livedshl.music.features import FEATURE_GROUPS, N_FEATURES, features
from livedshl.music.grid import grid_of
from livedshl.music.leadsheet import Key
from livedshl.music.segments import by_kind, distinct_segments, lay_on_grid, refusal


def sheet(notes, *, chords=(), metre=(4, 4), key=(0, Mode.MAJOR), n_bars=2, bars=None):
    bar_ticks = Metre(*metre).bar_ticks
    bars = range(0, n_bars * bar_ticks, bar_ticks) if bars is None else bars
    return LeadSheet(
        "A tune",
        "book.abc#1",
        ((0, Metre(*metre)),),
        ((0, Key(*key)),),
        np.array(bars, np.int32),
        np.array(notes, np.int32).reshape(-1, 3),
        np.array(chords, np.int32).reshape(-1, 3),
        n_bars * bar_ticks,
    )


def quarters(n, start=0, pitch=71):
    return [(start + 480 * i, 480, pitch + i % 3) for i in range(n)]


def test_segments_start_every_two_beats_from_the_bar_line_not_from_the_pickup():
    tune = lay_on_grid(sheet([(-480, 480, 67), *quarters(8)]), VOCABULARY)
    assert tune.starts.tolist() == [0, 8, 16]
    assert tune.phases.tolist() == [0, 2, 0]
    assert tune.steps[0].tolist()[:2] == [71, 1]


def test_two_bars_of_two_four_count_as_one_of_four_four():
    tune = lay_on_grid(sheet(quarters(12), metre=(2, 4), n_bars=6), VOCABULARY)
    assert tune.starts.tolist() == [0, 8, 16, 24, 32]
    assert tune.phases.tolist() == [0, 2, 0, 2, 0]


def test_a_metre_without_a_grid_is_refused_with_its_name():
    odd = sheet(quarters(10), metre=(5, 4))
    for use in (lambda: by_kind([odd]), lambda: lay_on_grid(odd, VOCABULARY)):
        with pytest.raises(ValueError, match=r"tunes in 5/4 cannot be cut into segments"):
            use()


@pytest.mark.parametrize(
    ("metre", "n_bars", "starts", "phases"),
    [
        ((3, 4), 4, [0, 12, 24], [0, 3, 0]),  # two bars each
        ((6, 8), 3, [0, 6, 12, 18, 24], [0, 1, 0, 1, 0]),  # a bar each
        ((9, 8), 2, [0, 6, 12, 18, 24], [0, 1, 2, 0, 1]),  # two beats of three
    ],
    ids=["waltz", "jig", "slip jig"],
)
def test_each_metre_has_its_own_segments_and_places(metre, n_bars, starts, phases):
    eighths = [(240 * i, 240, 71 + i % 3) for i in range(n_bars * Metre(*metre).bar_ticks // 240)]
    tune = lay_on_grid(sheet(eighths, metre=metre, n_bars=n_bars), VOCABULARY)
    assert tune.starts.tolist() == starts
    assert tune.phases.tolist() == phases
    assert tune.segments().shape[1] == tune.grid.segment_steps


def test_bars_of_a_waltz_pair_up_anew_after_an_irregular_one():
    bars = [0, 1440, 2880, 4320, 5280, 6720, 8160]  # the fourth has two quarters
    waltz = sheet(quarters(20), metre=(3, 4), n_bars=7, bars=bars)
    tune = lay_on_grid(replace(waltz, end=9600), VOCABULARY)
    assert tune.starts.tolist() == [0, 12, 44, 56]
    assert tune.phases.tolist() == [0, 3, 0, 3]


def test_a_triplet_spoils_the_segments_that_contain_it_and_no_other():
    triplet = [(1920, 160, 72), (2080, 160, 74), (2240, 160, 76)]
    tune = lay_on_grid(sheet([*quarters(4), *triplet, *quarters(11, 2400)], n_bars=4), VOCABULARY)
    assert tune.starts.tolist() == [0, 24, 32, 40, 48]


def test_an_irregular_bar_takes_part_in_no_segment():
    half_bar_after_the_second = [0, 1920, 3840, 4800, 6720]
    tune = lay_on_grid(sheet(quarters(18), n_bars=4, bars=half_bar_after_the_second), VOCABULARY)
    assert tune.starts.tolist() == [0, 8, 16, 40, 48, 56]


def test_a_last_bar_cut_short_by_the_pickup_still_ends_in_a_segment():
    whole = sheet(quarters(7))
    short = LeadSheet(
        whole.title, whole.source, whole.metre_changes, whole.key_changes, whole.bars, whole.notes,
        whole.chords, whole.end - 480,
    )  # fmt: skip
    assert lay_on_grid(short, VOCABULARY).starts.tolist() == [0, 8, 16]


def test_tunes_are_moved_to_c_with_their_chords_into_one_register():
    in_g_high = sheet(
        [(0, 960, 91), (960, 960, 95)], chords=[(0, 7, 0), (960, 2, 2)], key=(7, Mode.MAJOR)
    )
    tune = lay_on_grid(in_g_high, VOCABULARY)
    assert tune.steps[[0, 8], 0].tolist() == [72, 76]
    assert [VOCABULARY.names[c] for c in tune.steps[[0, 8], 2]] == ["C", "G7"]


def test_a_held_note_is_articulated_once():
    tune = lay_on_grid(sheet([(0, 1920, 72), (1920, 1920, 72)]), VOCABULARY)
    assert np.flatnonzero(tune.steps[:, 1]).tolist() == [0, 16]
    assert (tune.steps[:, 0] == 72).all()


def test_refusals_name_the_reason():
    assert refusal(sheet(quarters(8))) is None
    assert refusal(sheet([])) == "no melody"
    assert refusal(sheet(quarters(6), metre=(6, 8))) == "metre 6/8"
    assert refusal(sheet(quarters(8), key=(9, Mode.MINOR))) == "minor key"
    assert refusal(sheet(quarters(8), key=(9, Mode.MINOR)), mode=Mode.MINOR) is None
    assert refusal(sheet(quarters(8)), mode=Mode.MINOR) == "major key"
    assert refusal(sheet(quarters(6), metre=(6, 8)), GRIDS["6/8"]) is None
    assert refusal(sheet(quarters(8)), GRIDS["6/8"]) == "metre 4/4"
    assert refusal(sheet(quarters(8), key=(2, Mode.OTHER))) == "neither major nor minor"
    assert refusal(sheet(quarters(6), metre=(6, 8), key=(9, Mode.MINOR)), None, None) is None
    assert refusal(sheet(quarters(5), metre=(5, 4)), None, None) == "metre 5/4"
    assert refusal(sheet(quarters(8), key=(2, Mode.OTHER)), None, None) == "neither major nor minor"
    endless = replace(sheet(quarters(8)), end=480 * 20_001)
    assert refusal(endless) == "longer than 20,000 beats"
    low_and_high = [(480 * i, 480, 40) for i in range(7)] + [(3360, 480, 110)]
    assert refusal(sheet(low_and_high)) == "melody too wide for MIDI"


def test_a_tune_that_is_off_the_grid_or_mostly_silent_is_refused():
    late = [(onset + 10, length, pitch) for onset, length, pitch in quarters(16)]
    assert refusal(sheet(late, n_bars=4)) == "off the sixteenth grid"
    assert refusal(sheet(quarters(2), n_bars=16)) == "mostly silent"
    assert refusal(sheet(quarters(2), n_bars=1)) is None
    assert refusal(sheet(quarters(3), metre=(2, 4), n_bars=1)) == "shorter than a segment"


def test_no_segment_is_silent():
    tune = lay_on_grid(sheet([*quarters(8), *quarters(8, 480 * 24)], n_bars=8), VOCABULARY)
    assert tune.segments()[:, :, 0].any(1).all()
    assert tune.starts.tolist() == [0, 8, 16, 24, 88, 96, 104, 112]


def test_dorian_tunes_go_among_those_in_minor_and_mixolydian_ones_among_those_in_major():
    dorian, mixolydian = (
        sheet(quarters(8, pitch=74), key=(2, mode)) for mode in (Mode.DORIAN, Mode.MIXOLYDIAN)
    )
    assert by_kind([dorian, mixolydian]) == {
        (GRIDS["4/4"], Mode.MAJOR): [mixolydian],
        (GRIDS["4/4"], Mode.MINOR): [dorian],
    }
    assert refusal(dorian, mode=Mode.MAJOR) == "Dorian key"
    assert lay_on_grid(dorian, VOCABULARY).steps[0, 0] % 12 == 9
    assert lay_on_grid(mixolydian, VOCABULARY).steps[0, 0] % 12 == 0


def test_sheets_are_told_apart_by_metre_and_mode_bars_of_two_four_with_four_four():
    sheets = [
        sheet(quarters(6), metre=(6, 8), key=(9, Mode.MINOR)),
        sheet(quarters(8), metre=(2, 4), n_bars=4),
        sheet(quarters(8)),
        sheet(quarters(6), metre=(6, 8)),
    ]
    assert by_kind(sheets) == {
        (GRIDS["4/4"], Mode.MAJOR): [sheets[1], sheets[2]],
        (GRIDS["6/8"], Mode.MAJOR): [sheets[3]],
        (GRIDS["6/8"], Mode.MINOR): [sheets[0]],
    }


@given(grids)
def test_the_beats_of_a_grid_fill_its_bars_and_its_hops_its_cycles(grid):
    assert all(grid_of(metre) is grid for metre in grid.metres)
    assert grid.metre.bar_ticks == grid.bar_ticks
    assert grid.cycle_beats % grid.bar_beats == 0
    assert [*grid.phases][-1] + grid.hop_beats == grid.cycle_beats


def test_dotted_quarters_are_counted_as_the_quarters_that_midi_knows():
    assert [GRIDS[name].quarter_bpm(120) for name in ("4/4", "3/4", "6/8", "9/8")] == [
        120, 120, 180, 180,
    ]  # fmt: skip


def test_minor_tunes_are_moved_to_a():
    e_minor = [(0, 960, 76), (960, 960, 79)]
    tune = lay_on_grid(sheet(e_minor, chords=[(0, 4, 1)], key=(4, Mode.MINOR)), VOCABULARY)
    assert (tune.steps[[0, 8], 0] % 12).tolist() == [9, 0]
    assert VOCABULARY.names[tune.steps[0, 2]] == "Am"


@pytest.mark.parametrize(
    ("name", "key", "shift", "shown"),
    [
        ("C", Key(0, Mode.MAJOR), 0, "C"),
        ("Bb", Key(10, Mode.MAJOR), -2, "Bb"),
        ("Gb", Key(6, Mode.MAJOR), 6, "F#"),
        ("Am", Key(9, Mode.MINOR), 0, "Am"),
        ("f#m", Key(6, Mode.MINOR), -3, "F#m"),
        ("E minor", Key(4, Mode.MINOR), -5, "Em"),
        ("Ebm", Key(3, Mode.MINOR), 6, "Ebm"),
    ],
)
def test_keys_are_read_as_musicians_write_them(name, key, shift, shown):
    assert Key.parse(name) == key
    assert (key.shift, str(key)) == (shift, shown)
    assert Key.parse(str(key)) == key


@pytest.mark.parametrize("name", ["", "m", "H", "Hm", "minor", "A major minor", "mm"])
def test_what_is_no_key_is_refused(name):
    with pytest.raises(ValueError, match="not a key"):
        Key.parse(name)


@given(lead_sheets())
def test_every_segment_shows_the_notes_that_the_lead_sheet_sounds_there(lead_sheet):
    tune = lay_on_grid(lead_sheet, VOCABULARY)
    shift = None
    for start, segment in zip(tune.starts.tolist(), tune.segments(), strict=True):
        for step, (pitch, articulated, _) in enumerate(segment.tolist()):
            tick = (start + step) * 120
            sounding = [
                (onset, written)
                for onset, length, written in lead_sheet.notes.tolist()
                if onset <= tick < max(onset // 120 + 1, round((onset + length) / 120)) * 120
            ]
            assert bool(sounding) == (pitch > 0)
            if sounding:
                onset, written = sounding[-1]
                assert articulated == (onset == tick)
                shift = pitch - written if shift is None else shift
                assert pitch - written == shift


@given(lead_sheets())
def test_distinct_segments_are_every_content_once(lead_sheet):
    tune = lay_on_grid(lead_sheet, VOCABULARY)
    contents = [segment.tobytes() for segment in tune.segments()]
    kept = [contents[row] for row in distinct_segments(tune)]
    assert len(kept) == len(set(kept))
    assert set(kept) == set(contents)


def test_the_feature_table_covers_the_29_features_without_gap():
    edges = [(first, first + size) for _, first, size in FEATURE_GROUPS]
    assert [a for a, _ in edges] == [0, *(b for _, b in edges[:-1])]
    assert edges[-1][1] == N_FEATURES == 29


def test_features_of_a_note_a_held_note_and_a_rest():
    segment = np.array([[61, 1, 0], [61, 0, 11], [0, 0, -1]], np.int8)
    assert [np.flatnonzero(row).tolist() for row in features(segment)] == [
        [0, 2, 6, 17],  # articulated; octave 1 of C3..; C sharp; first chord class
        [2, 6, 28],
        [],
    ]
