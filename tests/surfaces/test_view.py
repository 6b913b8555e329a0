"""What the screen shows, at every moment of a performance and at every size."""

from dataclasses import replace
from functools import cache

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from support.bundles import index_of, random_bundle
from support.strategies import thorough

from livedshl.improviser import Form, Retrieve
from livedshl.live.overview import Overview
from livedshl.music import GRIDS
from livedshl.performance.composition import Composition
from livedshl.performance.preset import load_preset
from livedshl.performance.settings import Settings, chords_of
from livedshl.player.clock.source import Sync
from livedshl.player.lateness import Lateness
from livedshl.surfaces.view import (
    candidate_lines,
    chunk_at,
    chunk_notes,
    clock_line,
    form_line,
    part_lines,
    roll,
    segment_lines,
)

BUNDLES = {name: random_bundle(n_tunes=30, n_bars=40, grid=grid) for name, grid in GRIDS.items()}


@cache
def performance(metre, form):
    """An overview of the first 40 chunks."""
    bundle = BUNDLES[metre]
    chosen = Settings.of_preset(
        load_preset("session"), GRIDS[metre], tempo_bpm=None, key=None, form=form,
        retrieve=Retrieve.MIN, seed=1, bars=None,
    )  # fmt: skip
    composition = Composition(bundle, index_of(bundle), chosen)
    chunks = tuple(next(composition) for _ in range(40))
    return Overview(
        tick=0, quarter_bpm=110.0, grid=GRIDS[metre], sync=Sync.INTERNAL, latency_ms=0.0,
        steering=composition.steering, chunks=chunks, chords=chords_of(bundle, chosen),
        lateness=Lateness.opened(""),
    )  # fmt: skip


def overview_of(metre="4/4", form=Form.ANY, tick=9000, **shown):
    return replace(performance(metre, form), tick=tick, **shown)


@thorough(max_examples=30)
@given(
    st.sampled_from(list(GRIDS)),
    st.sampled_from([Form.ANY, Form.NONE]),
    st.integers(0, 40_000),
    st.integers(20, 200),
    st.integers(1, 40),
)
def test_everything_fits_at_every_size_and_moment(metre, form, tick, width, height):
    overview = overview_of(metre, form, tick)
    drawn = roll(overview, width, height)
    assert len(drawn) == height + 1
    assert all(len(line.plain) == width for line in drawn)
    assert str(overview.grid) in clock_line(overview).plain
    assert form_line(overview).plain
    assert len(segment_lines(overview)) <= 4
    assert len(candidate_lines(overview, 5)) <= 5
    assert len(part_lines(overview, 0)) == len(overview.steering.band.parts)


def test_symbols_that_differ_are_marked_as_many_as_the_hamming_distance():
    overview = overview_of(form=Form.NONE)
    now = chunk_at(overview.chunks, overview.tick)
    coming = overview.chunks[overview.chunks.index(now) + 1]
    backward = segment_lines(overview)[3]
    marked = [span for span in backward.spans if "bold" in str(span.style)]
    assert len(marked) == coming.provenance.hamming > 0


def test_the_chosen_candidate_is_among_those_shown():
    shown = [line.plain for line in candidate_lines(overview_of(form=Form.NONE), 7)]
    assert sum("▸" in line for line in shown) == 1


def test_every_note_of_the_chunks_is_drawn_where_it_sounds():
    overview = overview_of()
    notes = chunk_notes(overview.chunks)
    ons = sum(int(((chunk.events[:, 1] & 0xF0) == 0x90).sum()) for chunk in overview.chunks)
    assert len(notes) == ons
    assert (notes[:, 1] > notes[:, 0]).all()
    sounding = notes[(notes[:, 0] <= overview.tick) & (notes[:, 1] > overview.tick)]
    assert len(sounding)
    now_column = {line.plain.rfind("│") for line in roll(overview, 120, 30)} - {-1}
    assert len(now_column) == 1
    assert not np.isin(sounding[:, 3], [0]).any()


def test_while_somebody_is_listened_to_what_comes_is_the_next_segment():
    overview = overview_of(form=Form.NONE)
    pieces = [piece for chunk in overview.chunks for piece in chunk.in_steps(overview.grid)]
    listening = replace(overview, chunks=tuple(pieces))
    for shown in (segment_lines, lambda overview: candidate_lines(overview, 5)):
        assert [line.plain for line in shown(listening)] == [line.plain for line in shown(overview)]


def test_a_muted_part_shows_no_level_and_its_mark():
    steering = replace(overview_of().steering, muted=frozenset({"Melody"}))
    (melody, *others) = part_lines(overview_of(steering=steering), 0)
    assert "M" in melody.plain[1:].replace("Melody", "")
    assert "▮" not in melody.plain
    assert any("▮" in line.plain for line in others)
