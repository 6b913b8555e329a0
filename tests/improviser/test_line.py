from collections import Counter
from dataclasses import replace
from itertools import islice, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.bundles import index_of, random_bundle
from support.charts import chart_of
from support.strategies import grids

from livedshl.improviser import (
    ContinuationRules,
    Form,
    Groundwork,
    Improvisation,
    Repertoire,
    Retrieve,
)
from livedshl.improviser.chart import ChartDistance
from livedshl.index import CodeShape, hamming
from livedshl.music import GRIDS

FREE = ContinuationRules(song_cap=1000, window=1000, recency=0, adventure=0, max_quote=1000)


def passages(bundle, n, rules=ContinuationRules(), retrieve=Retrieve.MIN, seed=1):  # noqa: B008
    rng = np.random.default_rng(seed)
    repertoire = Repertoire(Groundwork(bundle), index_of(bundle), rules, retrieve)
    return list(islice(Improvisation(repertoire, Form.NONE, rng), n))


def distances_from(bundle, segment):
    return hamming(bundle.forward[segment], bundle.backward, bundle.shape)


def in_place(bundle, passage):
    """Which segments of the library begin where in the bar the passage begins."""
    return bundle.library.phases == passage.beat % bundle.library.grid.cycle_beats


@pytest.mark.parametrize("overlaps", [True, False])
@pytest.mark.parametrize("metre", GRIDS)
def test_the_music_goes_on_without_a_gap(metre, overlaps):
    grid = GRIDS[metre]
    played = passages(random_bundle(grid=grid, overlaps=overlaps), 100)
    assert played[0].beat == 0
    hops = 1 if overlaps else 2
    for before, after in pairwise(played):
        assert len(before.steps) == hops * grid.hop_steps
        assert after.beat == before.beat + len(before.steps) / grid.beat_steps


def test_segments_set_end_to_end_are_played_whole():
    bundle = random_bundle(overlaps=False)
    for passage in passages(bundle, 20):
        assert passage.splice is None
        assert np.array_equal(passage.steps, bundle.library.contents(np.array(passage.segment)))


@settings(max_examples=20)
@given(st.integers(0, 99), st.sampled_from([CodeShape(4, 3), CodeShape(16, 8)]), grids)
def test_what_follows_is_nearest_in_the_whole_index(seed, shape, grid):
    bundle = random_bundle(shape=shape, seed=seed, grid=grid)
    played = passages(bundle, 30, FREE, seed=seed)
    for before, after in pairwise(played):
        distances = distances_from(bundle, before.segment)
        found = after.continuation
        assert found.nearest == distances.min()
        assert found.hamming == distances[after.segment]
        assert found.hamming == distances[in_place(bundle, after)].min()
        assert found.ties == (distances == found.hamming).sum()


def test_the_farthest_is_retrieved_on_request():
    bundle = random_bundle()
    played = passages(bundle, 30, FREE, Retrieve.MAX)
    for before, after in pairwise(played):
        distances = distances_from(bundle, before.segment)
        assert after.continuation.hamming == distances[after.segment] == distances.max()


def test_a_tie_that_agrees_with_what_plays_is_preferred():
    # One code for all: every segment ties, and each tune's own next segment agrees in 8 steps.
    bundle = random_bundle(shape=CodeShape(1, 2), n_tunes=3)
    bundle.forward[:] = bundle.backward[:] = 0
    played = passages(bundle, 20, FREE)
    assert all(p.continuation.agreeing_steps == 8 for p in played[1:15])
    assert all(p.continuation.ties == len(bundle.library) for p in played[1:])


@pytest.mark.parametrize("overlaps", [True, False])
@pytest.mark.parametrize("metre", GRIDS)
def test_the_music_never_leaves_its_place_in_the_bar(metre, overlaps):
    bundle = random_bundle(grid=GRIDS[metre], overlaps=overlaps)
    for passage in passages(bundle, 200):
        assert in_place(bundle, passage)[passage.segment]


def test_near_ties_take_part_when_they_agree_better_and_farther_ones_where_those_are_few():
    bundle = random_bundle(shape=CodeShape(12, 4))
    rules = replace(FREE, adventure=0.5)
    near = rules.near(12)
    strict, wide = passages(bundle, 60, FREE), passages(bundle, 60, rules)
    for before, after in pairwise(wide):
        found = after.continuation
        distances = distances_from(bundle, before.segment)
        possible = distances[in_place(bundle, after)]
        assert distances.min() == found.nearest
        assert found.hamming >= possible.min()
        if found.hamming > possible.min() + near:
            assert (possible < found.hamming).sum() < rules.choice
        assert found.hamming == distances[after.segment]
        assert found.ties == (distances == found.hamming).sum()
    assert np.mean([p.continuation.hamming - p.continuation.nearest for p in wide[1:]]) > 0.5
    agreeing = [
        np.mean([p.continuation.agreeing_steps for p in played[1:]]) for played in (strict, wide)
    ]
    assert agreeing[0] < agreeing[1]


def test_without_terms_all_ties_are_drawn_alike():
    bundle = random_bundle(shape=CodeShape(1, 2), n_tunes=2, n_bars=4)
    bundle.forward[:] = bundle.backward[:] = 0
    rules = replace(FREE, terms=())
    counts = Counter(p.segment for p in passages(bundle, 3000, rules)[1:])
    phases = bundle.library.phases
    for phase in (0, 2):  # every other passage is on the bar line
        alike = [counts[segment] for segment in np.flatnonzero(phases == phase).tolist()]
        expected = 1500 / len(alike)
        assert all(0.8 * expected < count < 1.2 * expected for count in alike)


def test_the_bolder_the_farther_is_what_follows():
    bundle = random_bundle(shape=CodeShape(32, 4))
    safe, bold = (
        [p.continuation for p in passages(bundle, 200, ContinuationRules(adventure=a))[1:]]
        for a in (0.0, 1.0)
    )
    beyond = [np.mean([found.hamming - found.nearest for found in run]) for run in (safe, bold)]
    assert beyond[0] + 2 < beyond[1]


def test_the_bolder_the_less_predictable():
    # One code for all: every segment ties, and what opens the one tune may go on anyhow.
    bundle = random_bundle(shape=CodeShape(1, 2), n_tunes=1)
    bundle.forward[:] = bundle.backward[:] = 0
    seconds = [
        {
            passages(bundle, 2, replace(FREE, adventure=a), seed=seed)[1].segment
            for seed in range(40)
        }
        for a in (0.0, 1.0)
    ]
    assert len(seconds[0]) == 1 < 3 < len(seconds[1])


def codes_that_follow(bundle):
    """Gives the bundle codes by which each segment is followed by the next of its own song."""
    n = len(bundle.library)
    bundle.backward[:, 0] = np.arange(n)
    bundle.forward[:, 0] = np.roll(bundle.backward[:, 0], -1)


@pytest.mark.parametrize("overlaps", [True, False])
def test_no_song_is_quoted_for_too_long(overlaps):
    bundle = random_bundle(shape=CodeShape(8, 4), overlaps=overlaps)
    codes_that_follow(bundle)
    library = bundle.library
    rules = replace(FREE, max_quote=8)
    played = passages(bundle, 120, rules)
    free = passages(bundle, 120, FREE)
    assert all(p.continuation.rules_kept for p in played[1:])
    heard = np.concatenate([p.steps for p in played])[:, :2].tobytes()
    songs = [library.steps[a:b, :2].tobytes() for a, b in pairwise(library.tune_steps)]
    quoted = [heard[2 * at : 2 * (at + 33)] in song for at in range(len(heard) // 2 - 32)
              for song in songs]  # fmt: skip
    assert not any(quoted)
    assert max(p.quote_beats for p in played) <= 8
    if overlaps:  # what is set end to end leaves its song after each segment
        assert max(p.quote_beats for p in free) > 8


def test_a_chart_draws_segments_whose_chords_are_near_it():
    bundle = random_bundle(n_tunes=60, shape=CodeShape(32, 4))
    chart = chart_of("C | F | G7 | C", bundle.library.grid)
    distance = ChartDistance(chart, bundle.vocabulary)

    def mean_distance(chart):
        rng = np.random.default_rng(1)
        index = index_of(bundle)
        played = islice(
            Improvisation(Repertoire(Groundwork(bundle), index, FREE), Form.NONE, rng, chart=chart),
            100,
        )
        return np.mean([distance.of(p.steps[None, ::4, 2], p.beat) for p in played])

    assert mean_distance(chart) < 0.7 * mean_distance(None)


def test_without_the_network_the_music_goes_on_and_says_so_once(caplog):
    passages(random_bundle(), 50)
    assert len(caplog.records) == 1
    assert "memory has no network" in caplog.text


def test_no_song_takes_more_than_its_cap_of_any_window():
    bundle = random_bundle(n_tunes=12)
    rules = ContinuationRules(song_cap=2, window=10, recency=20)
    songs = [bundle.library.tune_of[p.segment] for p in passages(bundle, 300, rules)]
    for start in range(len(songs) - 9):
        assert max(Counter(songs[start : start + 10]).values()) <= 2


def test_nothing_returns_within_the_recency():
    bundle = random_bundle()
    rules = ContinuationRules(song_cap=5, window=10, recency=50)
    contents = [bundle.library.content_ids[p.segment] for p in passages(bundle, 300, rules)]
    for start in range(len(contents) - 50):
        assert len(set(contents[start : start + 51])) == 51


def test_in_a_small_library_a_quarter_of_the_contents_rests_and_the_rules_are_kept():
    bundle = random_bundle(n_tunes=8)
    played = passages(bundle, 500)
    contents = [bundle.library.content_ids[p.segment] for p in played]
    resting = len(set(bundle.library.content_ids)) // 4
    for start in range(len(contents) - resting):
        assert len(set(contents[start : start + resting + 1])) == resting + 1
    assert all(p.continuation.rules_kept for p in played[1:])


def test_a_library_of_one_tune_still_plays_on_and_says_that_rules_gave_way():
    played = passages(random_bundle(n_tunes=1, n_bars=2), 50)
    assert len(played) == 50
    assert not played[-1].continuation.rules_kept


def test_the_same_seed_plays_the_same_and_another_does_not():
    bundle = random_bundle()
    first, again, other = (
        [p.segment for p in passages(bundle, 50, seed=seed)] for seed in (1, 1, 2)
    )
    assert first == again != other
