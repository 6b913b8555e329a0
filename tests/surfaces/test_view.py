"""What the screen shows, at every moment of a performance and at every size."""

from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.bundles import index_of, random_bundle
from support.strategies import thorough

from livedshl.improviser import Form, Retrieve
from livedshl.live.hearing import Hearing
from livedshl.live.snapshot import Snapshot
from livedshl.music import GRIDS
from livedshl.outputs.choice import Output, OutputKind
from livedshl.performance.choices import Choices, TuneChoice
from livedshl.performance.composition import Composition
from livedshl.performance.preset import load_preset
from livedshl.performance.settings import Settings, chords_of
from livedshl.player.clock.source import Sync
from livedshl.player.lateness import Lateness
from livedshl.surfaces.choice_view import candidate_lines, choice_lines, in_words
from livedshl.surfaces.roll_view import roll
from livedshl.surfaces.view import (
    chunk_at,
    chunk_notes,
    clock_line,
    form_line,
    part_line,
    song_lines,
)

BUNDLES = {name: random_bundle(n_tunes=30, n_bars=40, grid=grid) for name, grid in GRIDS.items()}


@cache
def performance(metre, form):
    """A snapshot of the first 40 chunks."""
    bundle = BUNDLES[metre]
    chosen = Settings.of_preset(
        load_preset("session"), GRIDS[metre], tempo_bpm=None, key=None, form=form,
        retrieve=Retrieve.MIN, seed=1, bars=None,
    )  # fmt: skip
    composition = Composition(bundle, index_of(bundle), chosen)
    chunks = tuple(next(composition) for _ in range(40))
    return Snapshot(
        tick=0, quarter_bpm=110.0, grid=GRIDS[metre], sync=Sync.INTERNAL, latency_ms=0.0,
        steering=composition.steering, chunks=chunks, chords=chords_of(bundle, chosen),
        lateness=Lateness.opened(""), hearing=Hearing(Output(OutputKind.PORT, "IAC Bus", "")),
    )  # fmt: skip


def snapshot_of(metre="4/4", form=Form.ANY, tick=9000, **shown):
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
    snapshot = snapshot_of(metre, form, tick)
    drawn = roll(snapshot, width, height)
    assert len(drawn) == height + 1
    assert all(len(line.plain) == width for line in drawn)
    assert str(snapshot.grid) in clock_line(snapshot).plain
    assert form_line(snapshot).plain
    assert len(song_lines(snapshot, codes=False)) <= 2
    assert len(song_lines(snapshot, codes=True)) <= 4
    assert len(candidate_lines(snapshot, 5)) <= 5
    assert choice_lines(snapshot, 5) == []
    for number, part in enumerate(snapshot.steering.band.parts):
        assert part.name in part_line(snapshot, number, selected=False).plain


def test_symbols_that_differ_are_marked_as_many_as_the_hamming_distance():
    snapshot = snapshot_of(form=Form.NONE)
    now = chunk_at(snapshot.chunks, snapshot.tick)
    coming = snapshot.chunks[snapshot.chunks.index(now) + 1]
    backward = song_lines(snapshot, codes=True)[3]
    marked = [span for span in backward.spans if "bold" in str(span.style)]
    assert len(marked) == coming.provenance.hamming > 0


def test_the_chosen_candidate_is_marked_where_it_is_shown():
    chunks = snapshot_of(form=Form.NONE).chunks
    marked = []
    for now, coming in pairwise(chunks):
        lines = candidate_lines(snapshot_of(form=Form.NONE, tick=now.start_tick), 7)
        marked.append(sum("▸" in line.plain for line in lines))
        among = [candidate.segment for candidate in coming.provenance.candidates]
        assert marked[-1] == among.count(coming.provenance.segment)
    assert sum(marked) > len(marked) / 2


def test_every_note_of_the_chunks_is_drawn_where_it_sounds():
    snapshot = snapshot_of()
    notes = chunk_notes(snapshot.chunks)
    ons = sum(int(((chunk.events[:, 1] & 0xF0) == 0x90).sum()) for chunk in snapshot.chunks)
    assert len(notes) == ons
    assert (notes[:, 1] > notes[:, 0]).all()
    sounding = notes[(notes[:, 0] <= snapshot.tick) & (notes[:, 1] > snapshot.tick)]
    assert len(sounding)
    now_column = {line.plain.rfind("│") for line in roll(snapshot, 120, 30)} - {-1}
    assert len(now_column) == 1
    assert not np.isin(sounding[:, 3], [0]).any()


def test_while_somebody_is_listened_to_what_comes_is_the_next_segment():
    snapshot = snapshot_of(form=Form.NONE)
    pieces = [piece for chunk in snapshot.chunks for piece in chunk.in_steps(snapshot.grid)]
    listening = replace(snapshot, chunks=tuple(pieces))
    for shown in (song_lines, lambda snapshot, codes: candidate_lines(snapshot, 5)):
        there, here = shown(listening, True), shown(snapshot, True)
        assert [line.plain for line in there] == [line.plain for line in here]


def test_a_musician_sees_songs_and_no_codes_until_asking_for_them():
    snapshot = snapshot_of(form=Form.NONE)
    songs = song_lines(snapshot, codes=False)
    assert [line.plain[:4] for line in songs] == ["now ", "next"]
    assert not any(mark in line.plain for line in songs for mark in ("Hamming", "fwd", "bwd"))


CHOICES = Choices(
    "B",
    False,
    (
        TuneChoice(3, "The First Door", 1, 20, 0.3),
        TuneChoice(0, "The Second Door", 9, 38, 0.59),
        TuneChoice(9, "The Third Door", 1, None, None),
    ),
)


def test_what_may_come_is_numbered_and_tells_its_bar_and_how_far_it_is():
    heading, *tunes = choice_lines(replace(snapshot_of(), choices=CHOICES), 6)
    assert "section B" in heading.plain and "1-3" in heading.plain
    assert [line.plain[0] for line in tunes] == ["1", "2", "3"]
    assert "near    The First Door, bar 1" in tunes[0].plain
    assert "not far The Second Door, bar 9" in tunes[1].plain
    assert tunes[2].plain.endswith("The Third Door, bar 1")


def test_a_section_that_comes_back_is_said_to():
    choices = replace(CHOICES, section="A2", returns=True)
    heading = choice_lines(replace(snapshot_of(), choices=choices), 6)[0]
    assert "section A2 comes back" in heading.plain


def test_what_was_chosen_is_marked_until_it_plays():
    steering = replace(snapshot_of().steering, opens_with=0)
    heading, *tunes = choice_lines(replace(snapshot_of(steering=steering), choices=CHOICES), 6)
    assert "CHOSEN" in heading.plain
    assert ["▸" in line.plain for line in tunes] == [False, True, False]


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_farther_tune_never_has_a_nearer_word(one, other):
    words = ["near", "not far", "far"]
    near, far = sorted((one, other))
    assert words.index(in_words(near)) <= words.index(in_words(far))


def test_a_muted_part_shows_no_level_and_its_mark():
    steering = replace(snapshot_of().steering, muted=frozenset({"Melody"}))
    snapshot = snapshot_of(steering=steering)
    n_parts = len(steering.band.parts)
    melody, *others = (part_line(snapshot, number, False) for number in range(n_parts))
    assert "M" in melody.plain[1:].replace("Melody", "")
    assert "▮" not in melody.plain
    assert any("▮" in line.plain for line in others)


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ("turn to full close", "heading for the cadence"),
        ("to half close", "heading for the cadence"),
        ("turn to end", "heading for the end"),
        ("half close", "half cadence"),
        ("variation", "variation"),
    ],
)
def test_what_the_form_wishes_is_told_in_a_musicians_words(wish, told):
    snapshot = snapshot_of()
    chunk = chunk_at(snapshot.chunks, snapshot.tick)
    wishing = replace(chunk, provenance=replace(chunk.provenance, wish=wish))
    assert form_line(replace(snapshot, chunks=(wishing,))).plain.count(f", {told} ") == 1
