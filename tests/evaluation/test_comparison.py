from dataclasses import replace

import numpy as np
import pytest
from support.bundles import random_bundle

from livedshl.evaluation.music.comparison import SOURCES, Comparison, ablate, compare
from livedshl.evaluation.music.measures import LONGEST_QUOTE, MEASURES
from livedshl.improviser.ranking import TERMS
from livedshl.music import GRIDS, Mode
from livedshl.performance.preset import load_preset

# Beats of six steps have no rhythm mix, tunes no plan, and random ones seldom a close.
OFTEN_NONE = ("V-I", "rhythm mix", "bars that stay", "recurring motifs", "sequences")
# A chain has no songs, and neither it nor a tune is made of segments that were searched for.
UNKNOWN_OF = {
    "distinct songs": ("Markov",),
    "tunes alike": ("real tunes", "Markov"),
    "distance of new joins": ("real tunes", "Markov"),
}
LEAP = MEASURES[0]
SONGS = next(measure for measure in MEASURES if measure.name == "distinct songs")


def comparison_of(**values):
    """Of every measure the same values."""
    named = dict(zip(("real", "default"), SOURCES[:2], strict=True))
    nothing = {measure.name: np.full(1, np.nan) for measure in MEASURES}
    found = dict.fromkeys(SOURCES, nothing)
    for source, numbers in values.items():
        array = np.array(numbers, float)
        found[named[source]] = {measure.name: array for measure in MEASURES}
    return Comparison(found)


def test_the_middle_of_real_tunes_says_where_the_default_should_lie():
    real = range(101)  # the middle 80 % is 10 to 90
    inside = comparison_of(real=real, default=[5, 20, 90, 95]).within(LEAP)
    assert (inside.median, inside.share) == (True, 0.5)
    outside = comparison_of(real=real, default=[5, 9, 95, 9]).within(LEAP)
    assert (outside.median, outside.share) == (False, 0)


def test_pieces_that_have_no_such_thing_do_not_count():
    found = comparison_of(real=[1, 2, np.nan, 3], default=[np.nan, 2])
    assert found.spread(SOURCES[0], LEAP).mean == 2
    assert found.within(LEAP).share == 1
    assert found.spread(SOURCES[2], LEAP) is None
    assert comparison_of(default=[2]).within(LEAP) is None


def test_a_difference_is_of_pairs_that_both_have_the_measure():
    nothing = {measure.name: np.full(4, np.nan) for measure in MEASURES}
    values = {
        "default": nothing | {LEAP.name: np.array([1.0, 2.0, 3.0, np.nan])},
        "other": nothing | {LEAP.name: np.array([2.0, 4.0, 6.0, 9.0])},
        "as much more each": nothing | {LEAP.name: np.array([2.0, 3.0, 4.0, 5.0])},
    }
    found = Comparison(values, ("other", "as much more each"))
    difference = found.difference("other", LEAP)
    assert (difference.default, difference.mean) == (2, 4)
    assert difference.t == pytest.approx(2 * 3**0.5)  # 1, 2 and 3 more
    assert found.difference("as much more each", LEAP) is None  # chance cannot be told
    assert found.difference("other", SONGS) is None


def test_real_tunes_are_no_measure_of_how_many_songs_there_should_be():
    assert comparison_of(real=[1, 2], default=[1]).within(SONGS) is None


@pytest.mark.parametrize("grid", GRIDS.values(), ids=str)
@pytest.mark.parametrize("mode", [Mode.MAJOR, Mode.MINOR])
def test_bundles_of_every_metre_and_mode_are_measured(grid, mode):
    bundle = replace(random_bundle(n_bars=40, grid=grid), mode=mode)
    found = compare(bundle, load_preset("session"), 2, 5, lambda stage, share: None)
    for source in SOURCES:
        assert found.pieces(source) == 2
        for measure in MEASURES:
            if measure.name not in OFTEN_NONE:
                assert (found.spread(source, measure) is None) == (
                    source in UNKNOWN_OF.get(measure.name, ())
                )
    assert found.spread("real tunes", SONGS).mean == 1 < found.spread("default", SONGS).mean
    assert found.longest_quotes().mean() == found.spread("default", LONGEST_QUOTE).mean


def test_a_library_of_short_tunes_is_measured_without_a_range():
    found = compare(random_bundle(), load_preset("session"), 1, 5, lambda stage, share: None)
    assert found.pieces(SOURCES[0]) == 0
    shown = found.as_json()["measures"][LEAP.name]
    assert shown["within"] is None
    assert shown["sources"][SOURCES[0]] is None
    assert shown["sources"]["default"]["median"] > 0


def test_other_seeds_measure_other_pieces():
    def leaps(seed):
        found = compare(random_bundle(), load_preset("session"), 2, seed, lambda *_: None)
        return [found.values[source][LEAP.name].tolist() for source in SOURCES[1:]]

    assert leaps(1) == leaps(1)
    assert all(one != other for one, other in zip(leaps(1), leaps(9), strict=True))


def test_every_term_that_ranks_is_left_out_once():
    found = ablate(random_bundle(n_bars=40), load_preset("session"), 1, 5, lambda *_: None)
    without = {name.removeprefix("without ") for name in found.sources if "without" in name}
    assert without == set(TERMS) - {"chart"}
    assert {"adventure 0", "adventure 1"} < set(found.sources)
    assert set(found.composed) == set(found.sources) - {"real tunes", "default"}
    leaps = {found.spread(source, LEAP).mean for source in found.sources}
    assert len(leaps) > len(found.sources) // 2  # another ranking, other music
