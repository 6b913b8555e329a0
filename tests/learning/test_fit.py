from dataclasses import replace

import numpy as np
import pytest
from support.bundles import random_bundle

from livedshl.bundle import Bundle
from livedshl.index import CodeShape, pack
from livedshl.learning.fit import FOUND_AMONG, Fit, measure_fit

SHAPE = CodeShape(16, 8)
FIT = Fit(found=0.9, among=500, next_distance=10, any_distance=50, other_distance=20)


def with_codes(bundle: Bundle, forward: np.ndarray, backward: np.ndarray) -> Bundle:
    return replace(bundle, forward=pack(forward, SHAPE), backward=pack(backward, SHAPE))


def told_apart(bundle: Bundle) -> Bundle:
    """Each segment's forward code is the backward code of the one that follows it in its tune."""
    n = len(bundle.library)
    codes = np.random.default_rng(1).integers(0, SHAPE.symbols, (n + 1, SHAPE.length))
    return with_codes(bundle, codes[1:].astype(np.uint8), codes[:-1].astype(np.uint8))


def test_codes_that_name_what_comes_next_find_it_and_random_ones_do_not() -> None:
    bundle = random_bundle(shape=SHAPE)
    best = measure_fit(told_apart(bundle), 10_000, np.random.default_rng(0))
    assert (best.found, best.next_distance, best.among) == (1, 0, len(bundle.library))
    assert 12 < best.any_distance < 15 and 5 < best.other_distance < 12
    chance = measure_fit(bundle, 10_000, np.random.default_rng(0))
    assert chance.found == pytest.approx(FOUND_AMONG / chance.among, abs=0.03)
    assert chance.next_distance == pytest.approx(chance.any_distance, abs=0.5)


def test_codes_that_are_all_alike_find_what_comes_next_as_often_as_a_lot_would() -> None:
    bundle = random_bundle(shape=SHAPE)
    none = np.zeros((len(bundle.library), SHAPE.length), np.uint8)
    fit = measure_fit(with_codes(bundle, none, none), 10_000, np.random.default_rng(0))
    assert fit.found == pytest.approx(FOUND_AMONG / fit.among)


def test_a_large_library_is_compared_by_some_of_its_tunes() -> None:
    bundle = random_bundle(n_tunes=40, shape=SHAPE)
    fit = measure_fit(told_apart(bundle), 300, np.random.default_rng(0))
    assert 300 <= fit.among < 300 + 31


@pytest.mark.parametrize(
    ("found", "other_distance", "verdict"),
    [
        (0.9, 20, "Fits well."),
        (0.82, 24, "Fits well."),
        (0.7, 20, "Fits fairly well."),
        (0.5, 20, "Fits badly."),
        (0.9, 30, "Fits well. Your tunes rarely join each other: add more."),
    ],
)
def test_the_verdict_goes_by_the_tunes_that_were_learned_from(
    found, other_distance, verdict
) -> None:
    assert replace(FIT, found=found, other_distance=other_distance).verdict(FIT) == verdict
