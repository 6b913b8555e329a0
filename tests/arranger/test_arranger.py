import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import VOCABULARY, grids, step_arrays

from livedshl.arranger import Arranger, Part, Pattern, Role, program_number
from livedshl.arranger.voicing import voice_chord
from livedshl.music import COMMON_TIME, GRIDS, Chord

MELODY = Part("Melody", Role.MELODY, 0, 73, 100, 80, 60, 84)
CHORDS = Part("Chords", Role.CHORDS, 1, 24, 90, 70, 50, 70)
BASS = Part("Bass", Role.BASS, 2, 32, 90, 70, 31, 50, Pattern.ROOT_FIFTH)

patterned_parts = st.tuples(
    st.just(MELODY),
    st.sampled_from(
        [
            Part("Chords", Role.CHORDS, 1, 24, 90, 70, 50, 70, pattern)
            for pattern in (Pattern.SUSTAIN, Pattern.BEATS, Pattern.OFFBEATS)
        ]
    ),
    st.sampled_from(
        [Part("Bass", Role.BASS, 2, 32, 90, 70, 31, 50, pattern) for pattern in Pattern]
    ),
)

hops = grids.flatmap(
    lambda grid: st.tuples(
        st.just(grid),
        st.lists(step_arrays(grid.hop_steps, grid.beat_steps), min_size=1, max_size=6),
    )
)


def events_of(passages, parts, key_shift=0, grid=COMMON_TIME):
    """The events of passages played one after the other, and the end."""
    arranger = Arranger(parts, VOCABULARY, grid, key_shift)
    events, beat = [arranger.setup()], 0
    for steps in passages:
        events.append(arranger.arrange(steps, beat))
        beat += len(steps) // grid.beat_steps
    return np.concatenate([*events, arranger.end(beat * grid.beat_ticks)])


def notes_of(events, channel):
    """(onset, end, pitch) of every note of a channel; fails on a note left on or off twice."""
    sounding, notes = {}, []
    for tick, status, pitch, _ in events.tolist():
        if status == 0x90 | channel:
            assert pitch not in sounding, "struck while sounding"
            sounding[pitch] = tick
        elif status == 0x80 | channel:
            notes.append((sounding.pop(pitch), tick, pitch))
    assert not sounding
    return sorted(notes)


@settings(deadline=None)
@given(hops, patterned_parts, st.integers(-5, 6))
def test_every_note_ends_and_lies_in_its_parts_range(grid_and_hops, parts, key_shift):
    grid, passages = grid_and_hops
    events = events_of(passages, parts, key_shift, grid)
    assert events[-1, 0] <= len(passages) * grid.hop_beats * grid.beat_ticks
    assert (np.diff(events[:, 0]) >= 0).all()
    for part in parts:
        for onset, end, pitch in notes_of(events, part.channel):
            assert end > onset
            assert part.lowest <= pitch <= part.highest


@settings(deadline=None)
@given(hops, st.integers(-5, 6))
def test_the_melody_is_played_as_written_in_the_key(grid_and_hops, key_shift):
    grid, passages = grid_and_hops
    notes = notes_of(events_of(passages, [MELODY], key_shift, grid), 0)
    steps = np.concatenate(passages)
    for step, (pitch, _, _) in enumerate(steps.tolist()):
        sounding = [p for onset, end, p in notes if onset <= step * 120 < end]
        assert len(sounding) == (pitch > 0)
        assert all((p - pitch - key_shift) % 12 == 0 for p in sounding)


@given(st.lists(st.sampled_from(VOCABULARY.classes), min_size=2, max_size=20))
def test_chords_move_little_and_sound_like_themselves(chords):
    before = None
    for chord in chords:
        voicing = voice_chord(chord, 52, 71, before)
        assert {p % 12 for p in voicing} <= chord.pitch_classes
        assert chord.root in {p % 12 for p in voicing}
        if before:
            assert sum(abs(a - b) for a, b in zip(voicing, before, strict=True)) <= 9
        before = voicing


def test_a_held_note_sounds_on_over_the_hop():
    steps = np.zeros((16, 3), np.int8)
    steps[:, 0], steps[4, 1], steps[:4, 0] = 72, 1, 0
    notes = notes_of(events_of([steps[:8], steps[8:]], [MELODY]), 0)
    assert notes == [(480, 1920, 72)]


def test_the_bass_plays_root_and_fifth_and_follows_the_chord():
    steps = np.zeros((16, 3), np.int8)
    steps[8:, 2] = VOCABULARY.index(Chord.parse("F"))
    same, changed = steps.copy(), steps
    same[:, 2] = 0
    pitches = [[p % 12 for _, _, p in notes_of(events_of([s], [BASS]), 2)] for s in (same, changed)]
    assert pitches == [[0, 7], [0, 5]]


@pytest.mark.parametrize(
    ("metre", "of_a_bar"),
    [
        ("4/4", [10, -6, 0, -6, 5, -6, 0, -6]),
        ("3/4", [10, -6, 0, -6, 5, -6]),
        ("6/8", [10, -6, -6, 0, -6, -6]),
        ("9/8", [10, -6, -6, 0, -6, -6, 5, -6, -6]),
    ],
)
def test_the_beats_of_the_metre_are_accented(metre, of_a_bar):
    grid = GRIDS[metre]
    eighths = np.zeros((2 * grid.bar_steps, 3), np.int8)
    eighths[:, 0], eighths[::2, 1] = 72, 1
    events = events_of([eighths], [MELODY], grid=grid)
    struck = events[events[:, 1] == 0x90]
    assert (struck[:, 3] - MELODY.velocity).tolist() == of_a_bar * 2


def test_the_bass_does_not_climb_and_stay_up():
    passages = [np.zeros((8, 3), np.int8) for _ in range(60)]
    for number, steps in enumerate(passages):
        steps[:, 2] = number * 5 % len(VOCABULARY)
    pitches = [pitch for _, _, pitch in notes_of(events_of(passages, [BASS]), 2)]
    assert np.mean(pitches[30:]) < (BASS.lowest + BASS.highest) / 2
    assert np.abs(np.diff(pitches)).max() <= 12


def test_programs_and_volumes_come_first():
    setup = Arranger([MELODY, BASS], VOCABULARY, COMMON_TIME).setup().tolist()
    assert sorted(setup) == [
        [0, 0xB0, 7, 100],
        [0, 0xB2, 7, 90],
        [0, 0xC0, 73, 0],
        [0, 0xC2, 32, 0],
    ]


def test_a_silent_harmony_silences_chords_and_bass():
    steps = np.zeros((16, 3), np.int8)
    steps[8:, 2] = -1
    events = events_of([steps], [CHORDS, BASS])
    assert all(end <= 960 for channel in (1, 2) for _, end, _ in notes_of(events, channel))


def test_instrument_names_are_general_midis():
    assert program_number("Acoustic Grand Piano") == 0
    assert program_number("flute") == 73
    assert program_number("gunshot") == 127
    with pytest.raises(ValueError, match=r"near it: .*acoustic guitar"):
        program_number("accoustic guitar")
