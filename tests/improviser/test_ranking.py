import numpy as np
import pytest
from hypothesis import given, settings
from support.strategies import VOCABULARY, every_hop, libraries

from livedshl.bundle import SegmentLibrary
from livedshl.improviser import ranking
from livedshl.improviser.habits import Habits
from livedshl.improviser.ranking import WEIGHTS, Joins, Ranking
from livedshl.music import COMMON_TIME, Tune
from livedshl.music.motifs import beat_rhythms


def line(*pitches, chord=0):
    """Eighths of these pitches, int8[2 n, 3]."""
    steps = np.zeros((2 * len(pitches), 3), np.int8)
    steps[:, 0] = np.repeat(pitches, 2)
    steps[::2, 1] = 1
    steps[:, 2] = chord
    return steps


def habits():
    """Those of a tune that climbs step by step to a leap and falls back, over C, F, G7 and C."""
    up_and_back = [60, 62, 64, 65, 67, 76, 74, 72]
    names = [VOCABULARY.names.index(name) for name in ("C", "F", "G7", "C")]
    steps = np.concatenate([line(*up_and_back, chord=chord) for chord in names * 4])
    tune = Tune("A tune", "a.abc#1", steps, *every_hop(COMMON_TIME, len(steps)))
    return Habits.of(SegmentLibrary.of_tunes([tune]))


def joins(before, after, **given):
    n = len(after)
    return Joins(
        **{
            "before": before,
            "rhythms": np.zeros(16),
            "after": np.array(after),
            "at": np.zeros(n, np.int64),
            "distance": np.zeros(n, np.int64),
            "agreeing": np.zeros(n, np.int64),
            "of_dance": np.zeros(n, np.bool_),
            "off_chart": np.zeros(n),
        }
        | given
    )


def test_a_step_joins_better_than_a_leap_nobody_sings():
    after = [line(64, *[65] * 7), line(73, *[74] * 7)]
    near, far = ranking.contour(joins(line(60, 62), after), habits())
    assert near > far


def test_after_a_leap_a_step_back_joins_better_than_a_step_on():
    after = [line(74, 72, *[72] * 6), line(78, 80, *[80] * 6)]
    back, on = ranking.contour(joins(line(67, 76), after), habits())
    assert back > on


def test_what_stays_in_the_range_of_the_last_bars_joins_better():
    after = [line(*[62] * 8), line(*[62] * 4, *[84] * 4), line(*[84] * 8)]
    inside, half, outside = ranking.register(joins(line(60, 67), after), habits())
    assert inside == 0 > half > outside


def test_a_melody_that_stands_on_few_notes_is_led_on():
    before = line(*[64, 65] * 16)
    after = [line(*[64, 65] * 4), line(*[64, 67] * 4), line(*[60, 67] * 4)]
    stands, moves, moves_on = ranking.variety(joins(before, after), habits())
    assert stands <= moves <= moves_on
    assert stands < moves_on


def test_a_melody_too_short_to_judge_may_stand():
    stands, moves = ranking.variety(
        joins(line(64), [line(*[64] * 8), line(*[62, 60] * 4)]), habits()
    )
    assert stands == moves


def test_a_reel_goes_on_in_its_own_rhythm():
    heard = np.bincount(beat_rhythms(line(*[60] * 8), 4), minlength=16).astype(float)
    dotted = line(*[62] * 8)
    dotted[2::4, 1], dotted[3::4, 1] = 0, 1
    even, snap = ranking.rhythm(
        joins(line(60, 62), [line(*[62] * 8), dotted], rhythms=heard), habits()
    )
    assert even > snap


def test_a_motif_is_taken_up_at_any_height_and_less_so_by_its_shape_alone():
    heard = line(60, 62, 64, 62)
    overlap = line(67, 67, 67, 67)
    sequence, shape, other = (
        np.concatenate([overlap, line(*pitches)])
        for pitches in ((64, 65, 67, 65), (60, 64, 65, 62), (67, 65, 64, 65))
    )
    of_sequence, of_shape, of_other = ranking.motif(
        joins(heard, [sequence, shape, other]), habits()
    )
    assert of_sequence > of_shape > of_other == 0


def test_a_motif_that_every_candidate_repeats_counts_for_little():
    heard = line(60, 62, 64, 62)
    repeated, other = (
        np.concatenate([line(67, 67, 67, 67), line(*pitches)])
        for pitches in ((64, 65, 67, 65), (67, 65, 64, 65))
    )
    among_others = ranking.motif(joins(heard, [repeated, other, other]), habits())
    among_its_kind = ranking.motif(joins(heard, [repeated, repeated, other]), habits())
    assert among_others[0] > among_its_kind[0]


def test_a_motif_may_be_answered_at_once():
    at_once = np.concatenate([line(60, 62, 64, 62), line(62, 64, 65, 64)])
    later = np.concatenate([line(67, 67, 67, 67), line(62, 64, 65, 64)])
    now, never = ranking.motif(joins(line(72), [at_once, later]), habits())
    assert now > never == 0


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"agreeing": np.array([8, 0])}, {"distance": np.array([20, 0])}),
        ({"distance": np.array([0, 8])}, {}),
        ({"off_chart": np.array([0.0, 2.0])}, {}),
    ],
)
def test_agreement_goes_before_the_code(better, worse):
    same = [line(60, 62, 64, 65, 64, 62, 60, 62)] * 2
    rank = Ranking(habits(), None, {term.__name__ for term in WEIGHTS})
    first, second = rank.scores(joins(line(60, 62), same, **better, **worse))
    assert first > second


@settings(max_examples=15)
@given(libraries)
def test_habits_are_the_shares_of_what_follows(library):
    found = Habits.of(library)
    assert np.allclose(np.exp(found.intervals[:25, :25]).sum(axis=1), 1)
    assert np.exp(found.intervals).min() > 0  # what was never heard may still be played


@settings(max_examples=15)
@given(libraries)
def test_every_term_gives_every_candidate_a_finite_score(library):
    contents = library.contents()
    at = np.arange(len(contents)) % (library.grid.hop_steps + 1)
    rhythms = np.zeros(1 << library.grid.beat_steps)
    for before in (contents[0], contents[0][:1]):
        heard = joins(before, contents, at=at, rhythms=rhythms)
        for term in WEIGHTS:
            scores = term(heard, Habits.of(library))
            assert scores.shape == (len(contents),)
            assert np.isfinite(scores).all()


def test_of_two_that_join_alike_the_one_of_the_same_dance_is_better():
    same = [line(60, 62, 64, 65, 64, 62, 60, 62)] * 2
    rank = Ranking(habits(), None, {"dance", "agreement"})
    first, second = rank.scores(joins(line(60, 62), same, of_dance=np.array([True, False])))
    assert first > second
