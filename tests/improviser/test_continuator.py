from dataclasses import replace

import numpy as np
import pytest
from support.bundles import index_of, random_bundle

from livedshl.improviser import ContinuationRules, Groundwork, Repertoire
from livedshl.improviser.continuator import Continuator
from livedshl.improviser.line import Line
from livedshl.index import CodeShape, hamming, pack, unpack
from livedshl.music import GRIDS


def player(bundle, rules=ContinuationRules(), seed=1):  # noqa: B008
    """A continuator, and the line it is to continue."""
    repertoire = Repertoire(Groundwork(bundle), index_of(bundle), rules)
    return Continuator(repertoire, np.random.default_rng(seed)), Line(repertoire)


@pytest.mark.parametrize("overlaps", [True, False])
@pytest.mark.parametrize("metre", GRIDS)
def test_an_answer_keeps_its_place_in_the_bar_and_the_rules(metre, overlaps):
    grid = GRIDS[metre]
    bundle = random_bundle(grid=grid, overlaps=overlaps)
    library = bundle.library
    continuator, line = player(bundle)
    rng = np.random.default_rng(2)
    n_kept = 0
    for _ in range(60):
        phase, asking = int(rng.choice(grid.phases)), int(rng.integers(len(library)))
        barred = line.memory.barred()
        answer = continuator.answer(line, bundle.forward[asking], phase)
        content = library.content_ids[answer.segment]
        line.memory.add(answer.segment)
        if not answer.rules_kept:
            continue
        n_kept += 1
        assert (library.phases[answer.segment] - phase) % grid.cycle_beats == 0
        assert not barred[content]
        distances = hamming(bundle.forward[asking], bundle.backward, bundle.shape)
        assert answer.nearest == distances.min()
        assert answer.ties == (distances == answer.hamming).sum()
        # Where segments overlap, the code leads to the segment before the answer in its song.
        led_to = np.array([answer.segment])
        if overlaps:
            onward = library.after(np.arange(len(library)), bundle.follow_beats)
            led_to = np.flatnonzero(onward == answer.segment)
        assert answer.hamming in distances[led_to]
    assert n_kept > 40


def test_with_no_segment_at_its_place_in_the_bar_the_nearest_answers():
    bundle = random_bundle()
    continuator, line = player(bundle)
    answer = continuator.answer(line, bundle.forward[0], phase=1)  # segments start every 2 beats
    distances = hamming(bundle.forward[0], bundle.backward, bundle.shape)
    assert not answer.rules_kept
    assert answer.hamming == answer.nearest == distances.min() == distances[answer.segment]


def test_it_opens_with_one_of_those_it_is_given_or_with_a_song():
    bundle = random_bundle()
    continuator, _ = player(bundle)
    assert continuator.open(np.array([17])) == 17
    assert continuator.open() in bundle.library.openings


def test_sections_are_asked_for_by_several_tunes_though_one_lies_nearest_to_all():
    shape = CodeShape(12, 4)
    bundle = random_bundle(shape=shape)
    library = bundle.library
    backward = unpack(bundle.backward, shape)
    backward[library.tune_of == 7] = unpack(bundle.forward[:1], shape)
    bundle = replace(bundle, backward=pack(backward, shape))
    continuator, _ = player(bundle)
    drawn = np.array([continuator.bridge(0) for _ in range(100)])
    ends_at = library.phases[drawn] + bundle.follow_beats
    assert (ends_at % library.grid.bar_beats == 0).all()
    assert len(np.unique(library.tune_of[drawn])) >= 5


def test_a_copy_draws_the_same_from_the_same_lots():
    bundle = random_bundle()
    continuator, line = player(bundle)
    first = continuator.open()
    line.add(first, None, merged=False, n_beats=2, planned=False)
    drawn = [
        continuator.copy(np.random.default_rng(3)).follow(line.copy(), first, None, 3, merged=True)
        for _ in range(2)
    ]
    assert drawn[0] == drawn[1]
    assert drawn[0][0].score == max(option.score for option in drawn[0])


def test_of_several_the_first_is_the_one_that_is_drawn_alone():
    bundle = random_bundle()
    continuator, line = player(bundle)
    first = continuator.open()
    line.add(first, None, merged=False, n_beats=2, planned=False)
    one, several = (
        continuator.copy(np.random.default_rng(3)).follow(line, first, None, most, merged=True)
        for most in (1, 4)
    )
    assert one == several[:1]
    assert len({option.continuation.segment for option in several}) == len(several)
