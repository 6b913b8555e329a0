"""The best sequence of chords, beside trying all of them."""

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from livedshl.improviser.chord_sequence import best_sequence, lengths

N_HOPS, N_CHORDS = 5, 3


def total(chords, scores, moves, roots, most, longer):
    """What a sequence counts for, hop by hop."""
    counted = scores[0, chords[0]]
    stayed = 1
    for at in range(1, len(chords)):
        before, now = chords[at - 1], chords[at]
        stayed = stayed + 1 if roots[before] == roots[now] else 1
        counted += scores[at, now] + moves[at, before, now] + longer * (stayed > most)
    return counted


@given(st.integers(0, 999), st.integers(1, 3), st.sampled_from([0.0, -1.0, -9.0]))
def test_no_other_sequence_counts_for_more(seed, most, longer):
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=(N_HOPS, N_CHORDS))
    moves = rng.normal(size=(N_HOPS, N_CHORDS, N_CHORDS))
    roots = rng.integers(0, 2, N_CHORDS)
    found = best_sequence(scores, moves, lengths(roots, most, longer))
    best = max(
        product(range(N_CHORDS), repeat=N_HOPS),
        key=lambda chords: total(chords, scores, moves, roots, most, longer),
    )
    assert found.tolist() == list(best)
