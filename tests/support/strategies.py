"""Hypothesis strategies for what livedshl is made of."""

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from livedshl.bundle import SegmentLibrary
from livedshl.index import CodeShape
from livedshl.music import COMMON_TIME, GRIDS, ChordVocabulary, Grid, LeadSheet, Mode, Tune
from livedshl.music.chords import COMMON_CHORDS
from livedshl.music.leadsheet import Key

VOCABULARY = ChordVocabulary.of_names(COMMON_CHORDS)


def thorough(max_examples, **options):
    """Settings of a costly property: so many examples, a third of them where all is to be quick."""
    share = min(1.0, settings.default.max_examples / 75)
    return settings(max_examples=round(max_examples * share), **options)


grids = st.sampled_from(list(GRIDS.values()))
code_shapes = st.builds(CodeShape, st.integers(1, 24), st.integers(2, 17))


@st.composite
def code_sets(draw: st.DrawFn, shapes: st.SearchStrategy[CodeShape] = code_shapes):
    """A shape, codes uint8[n, L] with many equal ones, and a query uint8[L]."""
    shape = draw(shapes)
    symbols = st.integers(0, shape.symbols - 1)
    distinct = draw(
        hnp.arrays(np.uint8, (draw(st.integers(1, 12)), shape.length), elements=symbols)
    )
    rows = draw(st.lists(st.integers(0, len(distinct) - 1), min_size=1, max_size=40))
    query = distinct[rows[0]].copy()
    for position in draw(st.lists(st.integers(0, shape.length - 1), max_size=shape.length)):
        query[position] = draw(symbols)
    return shape, distinct[rows], query


@st.composite
def step_arrays(draw: st.DrawFn, n_steps: int = 16, beat_steps: int = 4):
    """Playable steps, int8[n, 3]: notes of some steps each, rests, a chord a beat."""
    steps = np.zeros((n_steps, 3), np.int8)
    at = 0
    while at < n_steps:
        length = draw(st.integers(1, 6))
        pitch = draw(st.one_of(st.just(0), st.integers(55, 90)))
        steps[at : at + length, 0] = pitch
        steps[at, 1] = pitch > 0
        at += length
    if draw(st.booleans()):  # the first note may have begun before
        steps[0, 1] = 0
    for beat in range(0, n_steps, beat_steps):
        steps[beat : beat + beat_steps, 2] = draw(st.integers(-1, len(VOCABULARY) - 1))
    return steps


def every_hop(grid: Grid, n_steps: int):
    """Starts and phases of segments, one a hop, in so many steps of full bars."""
    starts = np.arange(0, n_steps - grid.segment_steps + 1, grid.hop_steps, dtype=np.int32)
    return starts, (starts // grid.beat_steps % grid.cycle_beats).astype(np.int8)


@st.composite
def tunes(draw: st.DrawFn, max_bars: int = 8, grid: Grid = COMMON_TIME) -> Tune:
    """A tune with a segment every hop; of at least one cycle."""
    fewest = grid.cycle_beats // grid.bar_beats
    n_steps = draw(st.integers(fewest, max(fewest, max_bars))) * grid.bar_steps
    steps = draw(step_arrays(n_steps, grid.beat_steps))
    number = draw(st.integers(1, 999))
    starts, phases = every_hop(grid, n_steps)
    return Tune(f"Tune {number}", f"book.abc#{number}", steps, starts, phases, grid)


def tune_lists(max_size: int = 5) -> st.SearchStrategy[list[Tune]]:
    """Tunes on one grid, whichever."""
    return grids.flatmap(lambda grid: st.lists(tunes(grid=grid), min_size=1, max_size=max_size))


libraries = tune_lists().map(SegmentLibrary.of_tunes)


@st.composite
def lead_sheets(draw: st.DrawFn) -> LeadSheet:
    """A lead sheet, notes on and off the grid, with an anacrusis at times."""
    metre = draw(st.sampled_from([metre for grid in GRIDS.values() for metre in grid.metres]))
    n_bars = draw(st.integers(2, 8))
    end = n_bars * metre.bar_ticks
    tick = -draw(st.sampled_from([0, 240, 480]))
    notes = []
    while tick < end:
        length = draw(st.sampled_from([120, 240, 240, 360, 480, 160, 960]))
        if draw(st.booleans()) or not notes:
            notes.append((tick, min(length, end - tick), draw(st.integers(55, 88))))
        tick += length
    chords = [
        (tick, draw(st.integers(-1, 11)), draw(st.integers(0, 3))) for tick in range(0, end, 960)
    ]
    return LeadSheet(
        title="A tune",
        source="book.abc#1",
        metre_changes=((0, metre),),
        key_changes=(
            (0, Key(draw(st.integers(0, 11)), draw(st.sampled_from([m for m in Mode if m.home])))),
        ),
        bars=np.arange(0, end, metre.bar_ticks, dtype=np.int32),
        notes=np.array(notes, np.int32).reshape(-1, 3),
        chords=np.array(chords, np.int32).reshape(-1, 3),
        end=end,
    )
