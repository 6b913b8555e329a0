import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedshl.music import GRIDS
from livedshl.music.dances import Dance, TuneTypes, dance_named

EVEN, SNAPPED = [2, 2, 2, 2], [1, 3, 1, 3]  # lengths of notes in steps, over two beats
JIG = [2, 2, 2]


def tune(lengths, bars=4, grid="4/4", pitch=67):
    steps = np.zeros((bars * GRIDS[grid].bar_steps, 3), np.int8)
    steps[:, 0] = pitch
    starts = np.cumsum([0, *lengths * (len(steps) // sum(lengths))])[:-1]
    steps[starts, 1] = 1
    return steps


def types_of(tunes, grid="4/4"):
    titles, steps = zip(*tunes, strict=True)
    ends = np.cumsum([0, *map(len, steps)])
    return TuneTypes.of(titles, np.concatenate(steps), ends, GRIDS[grid])


def names(types):
    return [list(Dance)[number].value if number >= 0 else None for number in types.dances.tolist()]


@pytest.mark.parametrize(
    ("title", "dance"),
    [
        ("Lord Someone's -- REEL.", Dance.REEL),
        ("The Drovers' Quick Step", Dance.MARCH),
        ("Mrs. B's Strathspey", Dance.STRATHSPEY),
        ("A hop jig", Dance.SLIP_JIG),
        ("The Fairies", None),  # it has "air" in it, but no such word
    ],
)
def test_a_title_names_the_dance(title, dance):
    assert dance_named(title) is dance


def test_what_no_title_says_is_heard_from_the_rhythm():
    titled = [("A reel", tune(EVEN))] * 8 + [("A strathspey", tune(SNAPPED))] * 8
    untitled = [("The Mill", tune(EVEN)), ("The Miller", tune(SNAPPED))]
    assert names(types_of(titled + untitled))[-2:] == ["reel", "strathspey"]


def test_what_neither_says_is_the_dance_of_its_metre():
    assert names(types_of([("Nameless", tune(JIG, grid="6/8"))], "6/8")) == ["jig"]
    assert names(types_of([("A jig", tune(JIG, grid="9/8"))], "9/8")) == ["slip jig"]
    assert names(types_of([("Nameless", tune(EVEN))])) == [None]


def test_sixteenths_do_not_go_with_eighths_of_the_same_dance():
    types = types_of([("A reel", tune(EVEN)), ("A reel", tune([1])), ("My reel", tune(EVEN))])
    assert types.notes.tolist() == [8, 16, 8]
    assert types.like(0).tolist() == [True, False, True]
    assert types.among([Dance.REEL], (7, 9)).tolist() == [True, False, True]
    assert types.among([Dance.MARCH], None).tolist() == [False] * 3
    assert types.among([], None).all()


@given(st.lists(st.integers(1, 5), min_size=1, max_size=4), st.sampled_from(sorted(GRIDS)))
def test_every_tune_is_like_itself_however_short_its_last_beat_is(cut, grid):
    tunes = [("Any", tune([2], bars=2, grid=grid)[:-steps]) for steps in cut]
    types = types_of(tunes, grid)
    assert all(types.like(number)[number] for number in range(len(tunes)))
    assert (types.notes > 0).all()


@given(st.lists(st.tuples(st.sampled_from([EVEN, SNAPPED]), st.integers(1, 6)), min_size=1))
def test_a_tune_is_counted_alike_whatever_comes_before_it(kinds):
    tunes = [("A tune", tune(lengths, bars)) for lengths, bars in kinds]
    together = types_of(tunes).notes
    assert together.tolist() == [types_of([one]).notes[0] for one in tunes]


@given(st.lists(st.sampled_from([[2, 2], [1, 1], [4], [2, 1, 1]]), min_size=1, max_size=12))
def test_a_tune_counts_those_that_it_is_like(kinds):
    types = types_of([("A reel" if len(k) > 2 else "An air", tune(k)) for k in kinds])
    assert types.kin().tolist() == [types.like(n).sum() for n in range(len(kinds))]
