"""Pieces and libraries written by hand."""

from collections.abc import Sequence

import numpy as np

from livedshl.bundle import SegmentLibrary
from livedshl.evaluation.music.pieces import Piece
from livedshl.evaluation.music.real_tunes import RealTunes
from livedshl.music import COMMON_TIME, Grid, Mode, Tune
from support.strategies import VOCABULARY, every_hop


def steps_of(notes: Sequence[tuple[int, int]], chords: Sequence[str] = ("C",)) -> np.ndarray:
    """Steps of (pitch, length in steps), 0 for rests; the chords take equal shares of them."""
    steps = np.zeros((sum(length for _, length in notes), 3), np.int8)
    at = 0
    for pitch, length in notes:
        steps[at : at + length, 0] = pitch
        steps[at, 1] = pitch > 0
        at += length
    names = list(VOCABULARY.names)
    numbers = [names.index(chord) if chord else -1 for chord in chords]
    steps[:, 2] = np.repeat(numbers, len(steps) // len(chords))
    return steps


def piece(
    notes: Sequence[tuple[int, int]],
    chords: Sequence[str] = ("C",),
    joins: Sequence[int] = (),
    grid: Grid = COMMON_TIME,
    tune: int | None = None,
) -> Piece:
    """A piece of these notes and chords, with no songs and no plan."""
    steps = steps_of(notes, chords)
    planned = np.zeros(len(steps), np.bool_)
    return Piece(grid, steps, np.array(joins, np.int64), planned, None, tune)


def library_of(*tunes: np.ndarray, grid: Grid = COMMON_TIME) -> SegmentLibrary:
    """A library of tunes, each given by its steps."""
    return SegmentLibrary.of_tunes(
        [
            Tune(f"Tune {n}", f"book.abc#{n}", steps, *every_hop(grid, len(steps)), grid)
            for n, steps in enumerate(tunes)
        ]
    )


def real_tunes_of(
    *tunes: np.ndarray, mode: Mode = Mode.MAJOR, grid: Grid = COMMON_TIME
) -> RealTunes:
    """A corpus of tunes, each given by its steps; of one plain tune if there are none."""
    plain = steps_of([(60, grid.segment_steps * 2)])
    return RealTunes(library_of(*(tunes or (plain,)), grid=grid), VOCABULARY, mode)
