import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.own_tunes import own_tunes
from support.strategies import tune_lists

from livedshl.bundle import SegmentLibrary
from livedshl.learning.pairs import (
    Edges,
    Negatives,
    PairSplit,
    positive_given,
    positive_pairs,
    split_pairs,
)
from livedshl.music import Tune


def by_hand(library: SegmentLibrary, played: list[Tune], follow_beats: int) -> set[tuple[int, int]]:
    """Positive pairs found by looking every segment of every tune up."""
    pairs = set()
    played = [tune for tune in played if len(tune.starts)]
    contents = library.contents()
    for number, tune in enumerate(played):
        own = np.flatnonzero(library.tune_of == number)
        row = {contents[r].tobytes(): r for r in own}
        grid = tune.grid
        ends = {int(start): start + grid.segment_steps for start in tune.starts}
        at = {start: tune.steps[start:end].tobytes() for start, end in ends.items()}
        for start, content in at.items():
            following = at.get(start + follow_beats * grid.beat_steps)
            if following:
                pairs.add((int(row[content]), int(row[following])))
    return pairs


@given(tune_lists(max_size=4), st.booleans())
def test_positive_pairs_are_those_that_a_tune_plays(played: list[Tune], overlaps: bool) -> None:
    grid = played[0].grid
    follow_beats = grid.hop_beats if overlaps else grid.segment_beats
    library = SegmentLibrary.of_tunes(played)
    found = positive_pairs(played, follow_beats)
    assert {tuple(pair) for pair in found.tolist()} == by_hand(library, played, follow_beats)
    assert len(np.unique(found, axis=0)) == len(found)


def test_a_repeat_leads_back_to_the_first_occurrence() -> None:
    steps = np.zeros((6 * 8, 3), np.int8)
    steps[:, 0] = np.repeat([60, 62, 64, 60, 62, 64], 8)
    starts = np.arange(0, 33, 8, dtype=np.int32)
    tune = Tune("Round", "own#1", steps, starts, np.zeros(5, np.int8))
    # rows: 0 = 60 62, 1 = 62 64, 2 = 64 60; then 0 and 1 again
    assert positive_pairs([tune], 2).tolist() == [[0, 1], [1, 2], [2, 0]]
    assert positive_pairs([tune], 4).tolist() == [[0, 2], [1, 0], [2, 1]]


def test_the_filter_is_equations_6_to_8_counted_pair_by_pair() -> None:
    played = own_tunes(n_tunes=3, n_bars=6)
    library = SegmentLibrary.of_tunes(played)
    positive = positive_pairs(played, 2)
    negatives = Negatives(library, positive, np.empty((0, 2), np.int32))
    contents = library.contents()
    last_chord, first_chord = contents[:, -1, 2].tolist(), contents[:, 0, 2].tolist()
    last_pitch, first_pitch = contents[:, -1, 0].tolist(), contents[:, 0, 0].tolist()
    known = {tuple(pair) for pair in positive.tolist()}
    n = len(library)

    def given_last(last: list[int], first: list[int], i: int, j: int) -> float:
        shares = []
        for sign in (True, False):
            after = [
                first[b] for a in range(n) for b in range(n)
                if ((a, b) in known) is sign and last[a] == last[i]
            ]  # fmt: skip
            shares.append(after.count(first[j]) / len(after) if after else 0.0)
        return shares[0] / sum(shares) if sum(shares) else 0.0

    for i, j in np.random.default_rng(0).integers(n, size=(25, 2)).tolist():
        expected = given_last(last_chord, first_chord, i, j)
        expected = (expected + given_last(last_pitch, first_pitch, i, j)) / 2
        assert negatives.probability(np.array([i]), np.array([j]))[0] == pytest.approx(expected)


def test_a_value_without_positive_pairs_speaks_against_the_pair() -> None:
    table = positive_given(np.array([0, 1]), np.array([0, 1]), np.array([[0, 0]]), 2)
    assert table[1].tolist() == [0.0, 0.0]


def test_the_last_pitch_is_that_of_the_last_note_that_sounds() -> None:
    segment = np.zeros((1, 16, 3), np.int8)
    segment[0, 3:9, 0] = [60, 60, 62, 62, 64, 64]
    segment[0, :, 2] = -1
    edges = Edges.of(segment)
    assert (edges.first_pitch[0], edges.last_pitch[0]) == (60, 64)
    assert (edges.first_chord[0], edges.last_chord[0]) == (0, 0)


def split_of(played: list[Tune], n_validation: int = 40) -> tuple[SegmentLibrary, PairSplit]:
    library = SegmentLibrary.of_tunes(played)
    rng = np.random.default_rng(0)
    return library, split_pairs(library, positive_pairs(played, 2), n_validation, rng)


def test_negatives_pass_the_filter_and_are_no_pair_of_any_tune() -> None:
    played = own_tunes()
    library, split = split_of(played)
    rows = np.arange(len(library))
    drawn = split.negatives.draw(rows, rows, np.random.default_rng(1))
    assert (drawn >= 0).mean() > 0.9
    first, second = rows[drawn >= 0], drawn[drawn >= 0]
    assert (split.negatives.probability(first, second) < 0.5).all()
    ids = library.content_ids
    positive = {(ids[i], ids[j]) for i, j in positive_pairs(played, 2).tolist()}
    assert not positive & set(zip(ids[first].tolist(), ids[second].tolist(), strict=True))


def test_withheld_pairs_are_in_training_under_no_name() -> None:
    library, split = split_of([*own_tunes(), *own_tunes()])  # every content occurs twice
    ids = library.content_ids
    withheld = {tuple(pair) for pair in ids[split.validation_positive].tolist()}
    assert withheld and not withheld & {tuple(pair) for pair in ids[split.training].tolist()}
    first, second = split.validation_negative.T
    assert len(first) and not split.negatives.are_negative(first, second).any()
