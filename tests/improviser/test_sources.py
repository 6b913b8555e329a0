from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.pieces import piece
from support.provenances import place
from support.strategies import grids

from livedshl.improviser.passage import INTRO
from livedshl.improviser.sources import section_starts, source_spans, summarise_sources
from livedshl.music import COMMON_TIME


@given(grids, st.integers(0, 1000), st.integers(1, 12))
def test_spans_fill_the_music_without_a_gap(grid, seed, bars):
    tune = piece(grid, bars, seed)
    spans = tune.spans
    assert (spans[0].start, spans[-1].end) == (0, len(tune.steps))
    assert all(one.end == other.start for one, other in pairwise(spans))
    assert all(span.start < span.end for span in spans)
    assert {span.start for span in spans} <= {found.takeover_step for found in tune.provenances}


def test_a_new_tune_is_named_and_a_repeated_section_is_counted():
    tune = piece(COMMON_TIME, 32)
    second = [
        replace(found, place=place(tune=2)) if found.beat >= 96 else found
        for found in tune.provenances
    ]
    assert section_starts(second) == [
        (0, "A"), (128, "B"), (256, "A2"), (384, "Tune 2: A")
    ]  # fmt: skip


def test_a_free_run_has_no_sections():
    tune = piece(COMMON_TIME, 8)
    free = [replace(found, place=None) for found in tune.provenances]
    assert section_starts(free) == []


def test_an_intro_has_no_melody_and_so_no_tune():
    tune = piece(COMMON_TIME, 8)
    begun = [
        replace(found, place=place(section=INTRO))
        if found.beat < 8
        else replace(found, splice=None)
        if found.beat == 8
        else found
        for found in tune.provenances
    ]
    assert section_starts(begun)[:2] == [(0, "Intro"), (32, "A")]
    assert source_spans(begun, len(tune.steps))[0].start == 32
    summary = summarise_sources(begun)
    assert (summary.bars, summary.intro_bars, summary.segments) == (8, 2, len(begun) - 4)
    assert sum(share for _, share in summary.songs) == pytest.approx(6)


@given(grids, st.integers(0, 1000), st.integers(1, 12))
def test_the_summary_accounts_for_every_bar(grid, seed, bars):
    tune = piece(grid, bars, seed)
    summary = summarise_sources(tune.provenances)
    assert summary.bars == bars
    assert sum(share for _, share in summary.songs) == pytest.approx(bars)
    shares = [share for _, share in summary.songs]
    assert shares == sorted(shares, reverse=True)
    assert 0 < summary.longest <= shares[0]
    assert summary.segments == len(tune.provenances)
