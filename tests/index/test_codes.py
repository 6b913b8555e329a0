import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.strategies import code_sets

from livedshl.index import CodeIndex, CodeShape, hamming, pack, unpack

short_codes = st.builds(CodeShape, st.integers(1, 8), st.integers(2, 4))
long_codes = st.builds(CodeShape, st.integers(21, 70), st.integers(2, 256))


def rings_by_brute_force(codes, query):
    distances = (codes != query).sum(axis=1)
    return [(d, np.flatnonzero(distances == d).tolist()) for d in np.unique(distances).tolist()]


@given(code_sets())
def test_packed_codes_unpack(codes):
    shape, codes, _ = codes
    assert np.array_equal(unpack(pack(codes, shape), shape), codes)


@given(code_sets())
def test_the_packed_distance_counts_differing_symbols(codes):
    shape, codes, query = codes
    distances = hamming(pack(query, shape), pack(codes, shape), shape)
    assert distances.tolist() == (codes != query).sum(axis=1).tolist()


@given(
    codes=code_sets(st.one_of(short_codes, long_codes)),
    distance=st.integers(0, 70),
    farthest_first=st.booleans(),
)
def test_a_distance_stands_as_the_rings_say(codes, distance, farthest_first):
    shape, codes, query = codes
    index = CodeIndex(pack(codes, shape), shape)
    standing = index.standing(pack(query, shape), distance, farthest_first)
    rings = rings_by_brute_force(codes, query)
    assert standing.first == rings[-1 if farthest_first else 0][0]
    assert standing.ties == len(dict(rings).get(distance, []))


@given(codes=code_sets(st.one_of(short_codes, long_codes)), farthest_first=st.booleans())
@pytest.mark.parametrize("first_pass", [1, 1 << 12], ids=["many passes", "one pass"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rings_hold_every_segment_at_its_distance_in_order(
    monkeypatch, first_pass, codes, farthest_first
):
    monkeypatch.setattr("livedshl.index.codes.FIRST_PASS", first_pass)
    shape, codes, query = codes
    index = CodeIndex(pack(codes, shape), shape)
    rings = index.rings(pack(query, shape), farthest_first)
    found = [(ring.distance, ring.segments.tolist()) for ring in rings]
    expected = rings_by_brute_force(codes, query)
    assert found == (expected[::-1] if farthest_first else expected)


@given(code_sets(st.one_of(short_codes, long_codes)))
def test_the_nearest_ring_has_all_ties(codes):
    shape, codes, query = codes
    nearest = next(CodeIndex(pack(codes, shape), shape).rings(pack(query, shape)))
    assert (nearest.distance, nearest.segments.tolist()) == rings_by_brute_force(codes, query)[0]


@given(code_sets(st.one_of(short_codes, long_codes)))
def test_the_least_distance_is_that_of_the_nearest_ring(codes):
    shape, codes, query = codes
    index = CodeIndex(pack(codes, shape), shape)
    queries = pack(np.stack([query, codes[0]]), shape)
    assert index.least_distances(queries).tolist() == [rings_by_brute_force(codes, query)[0][0], 0]


def test_ties_are_not_cut_off_however_many():
    shape = CodeShape(8, 4)
    codes = np.zeros((50_000, 8), np.uint8)
    index = CodeIndex(pack(codes, shape), shape)
    assert len(next(index.rings(pack(codes[0], shape))).segments) == 50_000


def test_scans_longer_than_a_block_stay_exact():
    shape = CodeShape(16, 16)
    codes = np.random.default_rng(7).integers(0, 16, (100_000, 16)).astype(np.uint8)
    index = CodeIndex(pack(codes, shape), shape)
    query = np.full(16, 3, np.uint8)
    expected = rings_by_brute_force(codes, query)
    for farthest_first in (False, True):
        rings = index.rings(pack(query, shape), farthest_first)
        found = [(ring.distance, ring.segments.tolist()) for ring in rings]
        assert found == (expected[::-1] if farthest_first else expected)
