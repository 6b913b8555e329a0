import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from livedshl.index.codes import CodeShape, hamming, pack
from livedshl.index.costs import CostIndex, Costing

N_KINDS = 12


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n_rows=st.sampled_from([1, 7, 500, 30_000]),
    shape=st.sampled_from([CodeShape(32, 16), CodeShape(5, 3), CodeShape(40, 6)]),
    weight=st.sampled_from([0.35, 1.0, 2.5]),
    n_wanted=st.sampled_from([1, 12]),
    near=st.sampled_from([0.0, 1.0]),
    knows_code=st.booleans(),
    forbidden=st.sampled_from([0.0, 0.01, 0.999, 1.0]),
    favours=st.booleans(),
)
@example(1, 30_000, CodeShape(32, 16), 1.0, 1, 1.0, True, 0.0, True)
def test_the_rows_that_cost_least_are_those_of_weighing_every_row(
    seed, n_rows, shape, weight, n_wanted, near, knows_code, forbidden, favours
):
    rng = np.random.default_rng(seed)
    kinds = rng.integers(N_KINDS, size=n_rows)
    codes = pack(rng.integers(shape.symbols, size=(n_rows, shape.length), dtype=np.uint8), shape)
    by_kind = rng.integers(6, size=kinds.max() + 1) * rng.random()  # some cost the same
    query = pack(rng.integers(shape.symbols, size=shape.length, dtype=np.uint8), shape)
    others = rng.random(n_rows) * 4
    others[rng.random(n_rows) < forbidden] = np.inf
    favoured = int(rng.integers(n_rows)) if favours else None
    if favoured is not None:
        others[favoured] = -20.0

    def add(rows, costs):
        costs += others[rows]

    costs = by_kind[kinds]
    if knows_code:
        costs += weight * hamming(query, codes, shape)
    costs += others
    last = np.sort(costs)[min(n_wanted, n_rows) - 1]
    expected = np.flatnonzero(costs <= last + near)
    if n_rows < n_wanted:
        expected = np.arange(n_rows)

    costing = Costing(by_kind, query if knows_code else None, weight, add, favoured)
    rows, found = CostIndex(kinds, codes, shape).cheapest(costing, n_wanted, near)
    assert rows.tolist() == expected.tolist()
    assert (found == costs[rows]).all()
