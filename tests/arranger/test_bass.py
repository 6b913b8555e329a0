import numpy as np
from support.band import bars, events_of, notes, notes_of, part, struck
from support.strategies import VOCABULARY

from livedshl.arranger import Arranger, Cue, Groove, Role
from livedshl.music import COMMON_TIME, GRIDS, Chord, Mode

ROOT_FIFTH = part(Role.BASS, "root-fifth")
WALKING = part(Role.BASS, "walking")


def pitch_classes(played):
    return [pitch % 12 for *_, pitch in played]


def test_the_bass_plays_root_and_fifth_and_follows_the_chord():
    first, second = bars(1)
    assert pitch_classes(notes([first, second], ROOT_FIFTH)) == [0, 7]
    second[:, 2] = VOCABULARY.names.index("F")
    assert pitch_classes(notes([first, second], ROOT_FIFTH)) == [0, 5]


def test_in_a_waltz_root_and_fifth_take_turns_bar_by_bar():
    grid = GRIDS["3/4"]
    played = notes(bars(4, grid), ROOT_FIFTH, grid=grid)
    assert pitch_classes(played) == [0, 7, 0, 7]
    assert [onset // grid.bar_ticks for onset, *_ in played] == [0, 1, 2, 3]


def test_the_bass_does_not_climb_and_stay_up():
    passages = bars(30)
    for number, steps in enumerate(passages):
        steps[:, 2] = number * 5 % len(VOCABULARY)
    pitches = [pitch for *_, pitch in notes(passages, ROOT_FIFTH)]
    assert np.mean(pitches[30:]) < (ROOT_FIFTH.lowest + ROOT_FIFTH.highest) / 2
    assert np.abs(np.diff(pitches)).max() <= 12


def test_a_walking_bass_steps_into_the_chord_that_follows():
    f = VOCABULARY.names.index("F")
    for seed in range(20):
        arranger = Arranger([WALKING], VOCABULARY, COMMON_TIME, Mode.MAJOR, Groove(), seed)
        first, second = bars(1)
        arranger.arrange(first, Cue(0, 0))
        last = struck(arranger.arrange(second, Cue(2, 0, following=Chord.parse("F"))))[-1, 2]
        first[:, 2] = f
        root = struck(arranger.arrange(first, Cue(4, 0)))[0, 2]
        assert root % 12 == 5
        assert abs(last - root) <= 2


def test_a_pedal_follows_the_key():
    pedal = part(Role.BASS, "pedal")
    arranger = Arranger([pedal], VOCABULARY, COMMON_TIME, Mode.MAJOR, Groove(), 1)
    passages = bars(2)
    events = [arranger.arrange(steps, Cue(2 * n, 2 * (n > 1))) for n, steps in enumerate(passages)]
    played = notes_of(np.concatenate([*events, arranger.end(8 * 480)]), pedal.channel)
    assert [(onset, end, pitch % 12) for onset, end, pitch in played] == [
        (0, 1920, 0),
        (1920, 3840, 2),
    ]


def test_a_walking_bass_steps_into_a_chord_within_the_passage():
    steps = np.concatenate(bars(2))
    steps[16:, 2] = VOCABULARY.names.index("F")
    played = notes([steps], WALKING)
    assert len(played) == 8
    assert 0 < abs(played[3][2] - played[4][2]) <= 2


def test_a_walking_bass_that_knows_nothing_of_what_follows_stays_in_the_chord():
    assert set(pitch_classes(notes(bars(4), WALKING))) == {0, 4, 7}


def test_a_pedal_stays_on_the_tonic_whatever_the_chords_do():
    first, second = bars(1)
    second[:, 2] = VOCABULARY.names.index("G7")
    pedal = part(Role.BASS, "pedal")
    played = notes([first, second], pedal, key_shift=3)
    assert [(onset, end, pitch % 12) for onset, end, pitch in played] == [(0, 1920, 3)]


def test_a_bass_at_the_edge_of_its_range_still_finds_a_way():
    narrow = part(Role.BASS, "walking", lowest=36, highest=48)
    for seed in range(5):
        passages = bars(24)
        for number, steps in enumerate(passages):
            steps[:, 2] = number % len(VOCABULARY)
        whole = [np.concatenate(passages)]
        pitches = struck(events_of(whole, [narrow], seed=seed))[:, 2]
        assert len(pitches) == 96
        assert ((pitches >= 36) & (pitches <= 48)).all()
