from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st
from support.accompaniments import accompanied, accompanied_bars, chords_drawn

from livedshl.arranger.figures import BarGround, ending_pitches, laid
from livedshl.music import Chord
from livedshl.music.accompaniment import HAND, LENGTH, NOTE_PITCH, ONSET, accompaniment_of, roles

MAJOR = frozenset({0, 2, 4, 5, 7, 9, 11})
ALBERTI = [(0, 4, 48, 1), (4, 4, 55, 1), (8, 4, 52, 1), (12, 4, 55, 1)]


def ground_of(chords, melody=None, scale=MAJOR, lowest=36, highest=84):
    """A ground of equal shares of some chords."""
    each = 16 // len(chords)
    steps = [Chord.parse(name) if name else None for name in chords for _ in range(each)]
    return BarGround(steps, melody or [0] * 16, scale, lowest, highest)


def laid_on(notes, own, ground, before=()):
    cut = accompaniment_of(accompanied(notes, [(0, own)]))
    return laid(cut.bar(0), cut.chords[0], 4, ground, before)


def pitches(notes):
    return notes[:, NOTE_PITCH].tolist()


def test_a_figure_stays_itself_on_its_own_chord():
    assert laid_on(ALBERTI, "C", ground_of(["C"])).tolist() == [list(row) for row in ALBERTI]


def test_an_alberti_bass_stays_root_fifth_third_fifth_on_another_chord():
    on_f = pitches(laid_on(ALBERTI, "C", ground_of(["F"])))
    assert [pitch % 12 for pitch in on_f] == [5, 0, 9, 0]
    assert on_f[0] < on_f[2] < on_f[1]


def test_a_figure_follows_a_chord_that_changes_within_the_bar():
    found = pitches(laid_on(ALBERTI, "C", ground_of(["C", "G"])))
    assert [pitch % 12 for pitch in found[:2]] == [0, 7]
    assert {pitch % 12 for pitch in found[2:]} <= {7, 11, 2}


def test_chords_of_the_right_hand_move_by_small_steps():
    chord = [(0, 16, pitch, 0) for pitch in (60, 64, 67)]
    assert pitches(laid_on(chord, "C", ground_of(["F"]), before=(60, 64, 67))) == [60, 65, 69]


def test_a_passing_note_passes_by_the_scale_on_another_chord():
    rising = [(0, 4, 60, 0), (4, 4, 62, 0), (8, 8, 64, 0)]
    first, passing, last = pitches(laid_on(rising, "C", ground_of(["F"])))
    assert first < passing < last
    assert passing % 12 in MAJOR


def test_an_accompaniment_moves_down_where_the_melody_is_low():
    high = [(0, 16, pitch, 0) for pitch in (72, 76, 79)]
    found = laid_on(high, "C", ground_of(["C"], melody=[67] * 16))
    assert len(found)
    assert max(pitches(found)) < 67


def test_it_is_silent_where_there_is_no_chord():
    assert not len(laid_on(ALBERTI, "C", ground_of([None])))


def test_a_held_note_ends_where_the_chord_changes_to_one_without_it():
    held = [(0, 16, 48, 1)]
    assert laid_on(held, "C", ground_of(["C", "F"]))[0, LENGTH] == 16
    assert laid_on(held, "C", ground_of(["C", "G"]))[0, LENGTH] == 8


def test_a_bar_ends_with_the_notes_that_sound_last():
    cut = accompaniment_of(accompanied([(0, 16, 48, 1), (0, 4, 64, 0), (8, 8, 67, 0)], []))
    assert sorted(ending_pitches(cut.bar(0))) == [48, 67]


def highest_by_onset(notes):
    return {row[ONSET]: row[NOTE_PITCH] for row in sorted(notes.tolist(), key=lambda row: row[2])}


@st.composite
def situations(draw):
    """A bar of accompaniment and something else to lay it on."""
    cut = accompaniment_of(draw(accompanied_bars()))
    assume(cut is not None and len(cut.notes))
    grid = cut.grid
    chords = [draw(st.one_of(st.none(), chords_drawn)) for _ in range(grid.bar_beats)]
    shift = draw(st.integers(0, 11))
    lowest = draw(st.integers(28, 45))
    melody = draw(
        st.lists(
            st.sampled_from([0, 58, 62, 65, 67, 72, 79]),
            min_size=grid.bar_steps, max_size=grid.bar_steps,
        )
    )  # fmt: skip
    ground = BarGround(
        chords=[chord for chord in chords for _ in range(grid.beat_steps)],
        melody=melody,
        scale=frozenset((pitch + shift) % 12 for pitch in MAJOR),
        lowest=lowest,
        highest=lowest + draw(st.integers(12, 48)),
    )
    return cut, ground, draw(st.lists(st.integers(40, 80), max_size=4))


@given(situations())
def test_whatever_it_is_laid_on_it_keeps_its_range_and_stays_below_the_melody(situation):
    cut, ground, before = situation
    found = laid(cut.bar(0), cut.chords[0], cut.grid.beat_steps, ground, before)
    for onset, length, pitch, _ in found.tolist():
        assert ground.lowest <= pitch <= ground.highest
        for step in range(onset, onset + length):
            assert step < cut.grid.bar_steps
            assert ground.melody[step] == 0 or pitch < ground.melody[step]


@given(situations())
def test_chord_tones_go_to_chord_tones_and_no_note_is_struck_while_it_sounds(situation):
    cut, ground, before = situation
    notes = cut.bar(0)
    of_notes = roles(notes, cut.chords[0], cut.grid.beat_steps)
    found = laid(notes, cut.chords[0], cut.grid.beat_steps, ground, before)
    only_chord_tones = {
        onset
        for onset in notes[:, ONSET].tolist()
        if (of_notes[notes[:, ONSET] == onset, 1] == 0).all()
    }
    for onset, _, pitch, _ in found.tolist():
        chord = ground.chords[onset]
        assert chord
        assert onset not in only_chord_tones or pitch % 12 in chord.pitch_classes
    for pitch in set(pitches(found)):
        same = found[found[:, NOTE_PITCH] == pitch].tolist()
        for one, other in pairwise(same):
            assert one[ONSET] + one[LENGTH] <= other[ONSET]


@given(situations())
def test_a_figure_keeps_its_rhythm_and_what_rises_never_falls(situation):
    cut, ground, before = situation
    ground = BarGround(
        [ground.chords[0]] * len(ground.chords), [0] * len(ground.melody), ground.scale,
        ground.lowest, ground.highest,
    )  # fmt: skip
    notes = cut.bar(0)
    chords = cut.chords[0, :1].repeat(cut.grid.bar_beats, axis=0)
    of_notes = roles(notes, chords, cut.grid.beat_steps)
    notes = notes[of_notes[:, 1] == 0]
    found = laid(notes, chords, cut.grid.beat_steps, ground, before)
    if ground.chords[0] is None:
        assert not len(found)
        return
    assert set(found[:, ONSET].tolist()) == set(notes[:, ONSET].tolist())
    top = {
        onset: max(notes[notes[:, ONSET] == onset, NOTE_PITCH]) for onset in set(notes[:, ONSET])
    }
    now = {onset: max(found[found[:, ONSET] == onset, NOTE_PITCH]) for onset in top}
    ordered = sorted(top, key=lambda onset: top[onset])
    for one, other in pairwise(ordered):
        assert now[one] <= now[other]
    assert set(found[:, HAND].tolist()) <= set(notes[:, HAND].tolist())


def test_a_note_goes_out_of_the_way_of_a_melody_a_semitone_beside_it():
    chord = [(0, 16, pitch, 0) for pitch in (55, 60, 64)]
    found = pitches(laid_on(chord, "C", ground_of(["C"], melody=[77] * 16)))
    assert 64 not in found
    assert {pitch % 12 for pitch in found} <= {0, 7}
