from dataclasses import replace

import numpy as np
import pytest
from support.bundles import index_of, random_bundle, random_tunes
from support.hand_made import steps_of
from support.provenances import place, provenance

from livedshl.bundle import SegmentLibrary
from livedshl.evaluation.music.pieces import (
    BARS,
    composed_piece,
    real_pieces,
    traced_piece,
    uncut_piece,
)
from livedshl.improviser import Retrieve
from livedshl.music import COMMON_TIME, GRIDS, Mode
from livedshl.music.leadsheet import Key
from livedshl.performance.chunk import Chunk
from livedshl.performance.preset import load_preset
from livedshl.performance.settings import Settings

C_MAJOR = Key(0, Mode.MAJOR)


def chunk(beat, source, song_beat, splice=4, **known):
    found = provenance(beat=beat, source=source, song_beat=song_beat, splice=splice, **known)
    return Chunk(0, 0, np.empty((0, 4), np.int64), steps_of([(60, 8)]), C_MAJOR, found)


def test_a_join_is_where_a_segment_comes_that_does_not_follow_in_its_song():
    chunks = [
        chunk(0, "a", 8, splice=None),
        chunk(2, "a", 10),  # goes on
        chunk(4, "b", 12, splice=6),
        chunk(6, "b", 18, splice=2),  # the same song, elsewhere
        chunk(8, "b", 12, splice=None),  # set on end to end
    ]
    piece = traced_piece(COMMON_TIME, chunks)
    assert piece.joins.tolist() == [22, 26, 32]
    assert piece.songs == {"a", "b"}
    assert len(piece.steps) == 40
    assert not piece.planned.any()


def test_provenance_says_which_steps_are_planned_to_return():
    chunks = [chunk(0, "a", 8, place=place()), chunk(2, "b", 0, place=place(planned=True))]
    assert traced_piece(COMMON_TIME, chunks).planned.tolist() == [False] * 8 + [True] * 8


def test_new_segments_and_their_distances_are_those_that_the_form_did_not_bring_back():
    chunks = [
        chunk(0, "a", 8, segment=3, hamming=None),
        chunk(2, "a", 10, segment=4, hamming=2),
        chunk(4, "b", 0, segment=9, hamming=7, place=place(planned=True)),
    ]
    piece = traced_piece(COMMON_TIME, chunks)
    assert piece.segments.tolist() == [3, 4]
    assert piece.distances.tolist() == [2]


@pytest.mark.parametrize("grid", GRIDS.values(), ids=str)
@pytest.mark.parametrize("overlaps", [True, False])
def test_real_pieces_are_the_first_bars_of_different_tunes_that_have_so_many(grid, overlaps):
    long_enough = random_bundle(n_tunes=5, n_bars=BARS + 4, grid=grid, overlaps=overlaps)
    pieces = list(real_pieces(long_enough, 10, np.random.default_rng(1)))
    library = long_enough.library
    assert sorted(piece.tune for piece in pieces) == list(range(5))
    for piece in pieces:
        first = library.tune_steps[piece.tune]
        assert (piece.steps == library.steps[first : first + BARS * grid.bar_steps]).all()
        hop = long_enough.follow_beats * grid.beat_steps
        assert (np.diff(piece.joins // hop) == 1).all()
    assert len(list(real_pieces(long_enough, 3, np.random.default_rng(1)))) == 3
    too_short = random_bundle(n_tunes=5, n_bars=BARS - 1, grid=grid)
    assert not list(real_pieces(too_short, 10, np.random.default_rng(1)))


def test_tunes_with_other_bars_or_notes_off_the_grid_are_no_measure():
    regular, off_grid, irregular = random_tunes(3, BARS, seed=1)
    off_grid = replace(off_grid, starts=off_grid.starts[:-1], phases=off_grid.phases[:-1])
    irregular = replace(irregular, phases=np.roll(irregular.phases, 1))
    bundle = replace(
        random_bundle(), library=SegmentLibrary.of_tunes([regular, off_grid, irregular])
    )
    (piece,) = real_pieces(bundle, 3, np.random.default_rng(1))
    assert piece.tune == 0


def test_a_tune_played_out_is_whole_though_its_library_has_each_segment_once():
    (tune,) = random_tunes(1, BARS // 2, seed=1)
    steps = np.concatenate([tune.steps] * 2)
    starts = np.arange(0, len(steps) - 15, 8, dtype=np.int32)
    twice = replace(tune, steps=steps, starts=starts, phases=(starts // 4 % 4).astype(np.int8))
    bundle = replace(random_bundle(), library=SegmentLibrary.of_tunes([twice]))
    assert len(list(real_pieces(bundle, 1, np.random.default_rng(1)))) == 1


def test_uncut_music_counts_as_joined_near_the_middle_of_each_hop():
    steps = steps_of([(60, 4), (62, 4)] * 8)  # an onset in the middle of each
    assert uncut_piece(random_bundle(), steps).joins.tolist() == [12, 20, 28, 36, 44, 52]
    end_to_end = uncut_piece(random_bundle(overlaps=False), steps)
    assert end_to_end.joins.tolist() == [16, 32, 48]


def test_a_composed_piece_is_what_the_settings_give():
    bundle = random_bundle()
    settings = Settings.of_preset(
        load_preset("session"), COMMON_TIME,
        tempo_bpm=None, key=None, form=None, retrieve=Retrieve.MIN, seed=7, bars=BARS,
    )  # fmt: skip
    piece, again = (composed_piece(bundle, index_of(bundle), settings) for _ in range(2))
    assert len(piece.steps) == BARS * 16
    assert (piece.steps == again.steps).all()
    assert 1 < len(piece.songs) <= 20
    assert ((piece.joins > 0) & (piece.joins <= len(piece.steps))).all()
