"""Which section comes when: plans, cadences, sets of keys, and the last bar."""

from collections import Counter
from itertools import groupby, pairwise

import numpy as np
import pytest

from livedshl.improviser.form import Cadence, Form
from livedshl.improviser.programme import NO_FORMS, Programme
from livedshl.music import COMMON_TIME
from livedshl.music.tune_forms import TuneForm

SECTION = 32  # beats


def programme(form=Form.AABB, last_beat=None, seed=0, forms=NO_FORMS):
    return Programme(form, COMMON_TIME, np.random.default_rng(seed), last_beat, forms=forms)


def runs(of, n, beat=0):
    """The next n sections, each from where the one before ends."""
    found = []
    for _ in range(n):
        found.append(of.next_section(beat))
        beat = found[-1].end
    return found


@pytest.mark.parametrize("form", [Form.AABB, Form.AABA, Form.ABAC])
def test_a_tune_has_the_sections_of_its_plan_of_eight_bars_each(form):
    played = runs(programme(form), 8)
    assert "".join(run.letter for run in played) == 2 * form.value
    assert [run.end - run.start for run in played] == [SECTION] * 8
    assert [run.place.tune for run in played] == [1] * 4 + [2] * 4
    times = [(run.letter, run.place.time) for run in played[:4]]
    assert times == [
        (letter, form.value[: n + 1].count(letter)) for n, letter in enumerate(form.value)
    ]


def test_the_usual_plan_is_drawn_most_often():
    plans = Counter(run.place.plan for run in runs(programme(Form.ANY), 800))
    assert plans["AABB"] > 2 * (plans["AABA"] + plans["ABAC"]) > 0
    assert min(plans["AABA"], plans["ABAC"]) > 0


def test_forms_of_the_library_are_drawn_in_proportion_with_sections_of_their_length():
    forms = {TuneForm("AABB", 8): 190, TuneForm("AABBCC", 8): 100, TuneForm("AABB", 12): 50}
    played = runs(programme(Form.ANY, forms=forms), 3000)
    drawn = Counter((run.place.plan, (run.end - run.start) // 4) for run in played)
    tunes = {form: count / len(form[0]) for form, count in drawn.items()}
    assert set(tunes) == {("AABB", 8), ("AABBCC", 8), ("AABB", 12), ("AABA", 8), ("ABAC", 8)}
    assert 1.5 < tunes["AABB", 8] / tunes["AABBCC", 8] < 2.6
    assert 1.4 < tunes["AABBCC", 8] / tunes["AABB", 12] < 2.8
    assert not any(run.half < run.end for run in played if run.end - run.start == 48)
    themes = [run for run in played if run.place.from_tune]
    lengths = {run.place.tune: run.end - run.start for run in played}
    assert themes and all(lengths[run.place.from_tune] == run.end - run.start for run in themes)


def test_a_form_that_was_asked_for_has_sections_of_eight_bars():
    played = runs(programme(Form.AABB, forms={TuneForm("AABBCC", 12): 100}), 40)
    assert {(run.place.plan, run.end - run.start) for run in played} == {("AABB", SECTION)}


def test_a_set_has_two_or_three_tunes_each_in_another_key_than_the_one_before():
    shifts = [run.place.key_shift for run in runs(programme(), 400)[::4]]
    assert set(shifts) == {0, 5, -5}
    homes = [at for at, shift in enumerate(shifts) if shift == 0]
    assert {b - a for a, b in pairwise(homes)} <= {1, 2, 3}
    away = [[*run] for home, run in groupby(shifts, lambda shift: shift == 0) if not home]
    assert {len(run) for run in away} == {1, 2}
    assert all(len(set(run)) == len(run) for run in away)


def test_some_third_tunes_begin_with_the_theme_of_the_first_in_its_key():
    played = runs(programme(Form.ANY, seed=2), 2000)
    tunes = [played[at : at + 4] for at in range(0, len(played), 4)]
    back = [tune for tune in tunes if tune[0].place.from_tune]
    assert 1 / 16 < len(back) / len(tunes) < 1 / 7
    for tune in back:
        place = tune[0].place
        assert (place.tune - place.from_tune, place.key_shift) == (2, 0)
        assert place.name == f"A from tune {place.from_tune}"
        assert {run.place.from_tune for run in tune if run.letter != "A"} <= {None}


def test_who_leaves_a_tune_does_not_hear_its_theme_again():
    for seed in range(10):
        going = programme(seed=seed)
        runs(going, 2)
        going.leave_tune()
        assert not any(run.place.from_tune for run in runs(going, 5, 64))


def test_the_last_section_of_a_tune_ends_it_and_some_sections_close_half_first():
    seen = set()
    for seed in range(30):
        tune = runs(programme(seed=seed), 4)
        cadences = [run.cadence for run in tune]
        assert cadences[3] is Cadence.END
        assert cadences[0] in (Cadence.HALF, Cadence.FULL)
        assert cadences[1] is Cadence.FULL
        assert cadences[2] in (Cadence.HALF, Cadence.END)
        seen.update(cadences[::2])
    assert seen == {Cadence.HALF, Cadence.FULL, Cadence.END}


@pytest.mark.parametrize(
    ("bars", "lengths"), [(8, [8]), (11, [11]), (12, [8, 4]), (16, [8, 8]), (19, [8, 11])]
)
def test_what_is_too_short_for_a_section_lengthens_the_last_one(bars, lengths):
    played = runs(programme(last_beat=4 * bars), len(lengths))
    assert [(run.end - run.begins) // 4 for run in played] == lengths
    assert played[-1].end == 4 * bars
    assert played[-1].cadence is Cadence.END


def test_where_a_phrase_is_left_the_last_one_comes_again_as_a_tag():
    for bars, letter in ((12, "A"), (36, "B")):
        *before, tag = runs(programme(last_beat=4 * bars), bars // 8 + 1)
        assert (tag.letter, tag.place.name, tag.cadence) == (letter, "Tag", Cadence.END)
        assert tag.start == before[-1].start + 16  # in its second phrase as the section before
        assert (tag.begins, tag.end) == (4 * bars - 16, 4 * bars)
        assert (tag.place_at(tag.begins, 4).bar, tag.place_at(tag.begins, 4).bars) == (1, 4)


def test_a_frozen_section_repeats_until_it_is_let_go():
    going = programme(Form.ABAC)
    _, second = runs(going, 2)
    going.freeze(True)
    frozen = runs(going, 5, second.end)
    going.freeze(False)
    assert [run.letter for run in frozen] == ["B"] * 5
    assert [run.place.time for run in frozen] == [2, 3, 4, 5, 6]
    assert going.next_section(frozen[-1].end).letter == "A"


def test_a_tune_that_is_left_is_followed_by_another():
    going = programme()
    runs(going, 2)
    going.leave_tune()
    after = going.next_section(64)
    assert (after.place.tune, after.letter, after.place.time) == (2, "A", 1)


def test_only_body_segments_vary_and_at_most_one_of_them():
    early, late, close = (None, 6), (None, 8), (Cadence.FULL, -4)
    varied = []
    for seed in range(40):
        going = programme(Form.AABB, seed=seed)
        remembered = going.memory_of(going.next_section(0))
        remembered.segments.update({early: 1, late: 2, (None, 10): 3, close: 4})
        going.next_section(32)
        varied.append(remembered.varied)
    assert {len(spots) for spots in varied} == {0, 1}
    assert frozenset().union(*varied) == {late, (None, 10)}


def test_what_comes_back_is_varied_anew_each_time_but_not_while_it_is_frozen():
    going = programme(Form.AABB)
    remembered = going.memory_of(going.next_section(0))
    assert remembered.seed is None  # the first time is as it is
    going.next_section(32)
    heard = remembered.seed
    assert heard is not None
    going.freeze(True)
    going.next_section(64)
    assert (remembered.seed, remembered.varied) == (heard, frozenset())


def test_a_copy_goes_on_the_same_and_leaves_the_first_as_it_is():
    going = programme(Form.ANY)
    runs(going, 3)
    copied = going.copy(np.random.default_rng(5))
    again = going.copy(np.random.default_rng(5))
    of_copy = runs(copied, 20, 96)
    assert runs(again, 20, 96) == of_copy
    assert going.next_section(96).letter == of_copy[0].letter
    assert going.next_section(128).place.tune == 2


def test_a_free_run_is_one_section_without_end():
    free = programme(Form.NONE, last_beat=64)
    run = free.next_section(10)
    assert free.is_free
    assert (run.letter, run.place, free.memory_of(run)) == ("", None, None)
    assert run.end > 10**9
    assert free.last_beat > 10**9
