"""Pieces of 32 bars to measure: real tunes and compositions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import Bundle, SegmentLibrary
from livedshl.improviser.merge import merge
from livedshl.index import CodeIndex
from livedshl.music import Grid
from livedshl.performance.chunk import Chunk
from livedshl.performance.composition import Composition
from livedshl.performance.settings import Settings

BARS = 32  # of every piece
SECTION_BARS = 8


def _none() -> NDArray[np.int64]:
    return np.empty(0, np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A piece of music in C major or A minor.

    steps: int8[n, 3], as in `Tune`, from a bar line on.
    joins: int64[m], steps where the music leaves its song for another place, ascending.
    planned: bool[n], steps that the form repeats on purpose.
    songs: sources of the songs it uses; None if unknown.
    tune: the number of a real tune in the library. It is compared only with the others.
    returns: int64[bars], for each bar of a section that returns, the number of that bar the last
        time; -1 for other bars. Empty if sections are unknown.
    segments: int64[k], those that were found, in order, without what the form brings back. Empty
        if unknown.
    distances: int64[n], in how many symbols the codes of those that were searched for differ from
        the ones asked for.
    """

    grid: Grid
    steps: NDArray[np.int8]
    joins: NDArray[np.int64]
    planned: NDArray[np.bool_]
    songs: frozenset[str] | None
    tune: int | None = None
    returns: NDArray[np.int64] = field(default_factory=_none)
    segments: NDArray[np.int64] = field(default_factory=_none)
    distances: NDArray[np.int64] = field(default_factory=_none)


def real_pieces(bundle: Bundle, n_pieces: int, rng: np.random.Generator) -> Iterator[Piece]:
    """The first 32 bars of random tunes, up to `n_pieces`.

    Repeats are written out. Skips tunes that are shorter or leave the grid or its bars.
    """
    library = bundle.library
    n_steps = BARS * library.grid.bar_steps
    long_enough = np.flatnonzero(np.diff(library.tune_steps) >= n_steps)
    for tune in rng.permutation(long_enough).tolist():
        if n_pieces == 0:
            return
        first = int(library.tune_steps[tune])
        if not _keeps_to_the_grid(library, tune, n_steps):
            continue
        songs = frozenset((library.tunes[tune].source,))
        yield uncut_piece(bundle, library.steps[first : first + n_steps], songs, tune)
        n_pieces -= 1


def uncut_piece(
    bundle: Bundle,
    steps: NDArray[np.int8],
    songs: frozenset[str] | None = None,
    tune: int | None = None,
) -> Piece:
    """A piece without real joins, such as a tune.

    Its joins are where a splice with itself would hand over in each hop. So they lie where composed
    pieces have theirs.
    """
    grid = bundle.library.grid
    length = bundle.follow_beats * grid.beat_steps
    starts = range(length, len(steps) - grid.hop_steps, length)
    joins = np.array(starts, np.int64)
    if bundle.overlaps:
        joins += [
            merge(steps[at - length : at + length], steps[at : at + 2 * length], grid.beat_steps)
            .splice
            for at in starts
        ]  # fmt: skip
    return Piece(grid, steps, joins, np.zeros(len(steps), np.bool_), songs, tune)


def composed_piece(bundle: Bundle, index: CodeIndex, settings: Settings) -> Piece:
    """The piece that the settings compose."""
    return traced_piece(settings.grid, list(Composition(bundle, index, settings)))


def traced_piece(grid: Grid, chunks: Sequence[Chunk]) -> Piece:
    """The piece that chunks make up; joins, songs and repeats come from their provenance."""
    joins = []
    for before, after in pairwise(chunk.provenance for chunk in chunks):
        went_on = after.song_beat - before.song_beat == after.beat - before.beat
        if not (went_on and after.source == before.source):
            joins.append(after.takeover_step)
    planned = [np.full(len(chunk.steps), chunk.provenance.planned) for chunk in chunks]
    found = [chunk.provenance for chunk in chunks if not chunk.provenance.planned]
    return Piece(
        grid,
        steps=np.concatenate([chunk.steps for chunk in chunks]),
        joins=np.array(joins, np.int64),
        planned=np.concatenate(planned),
        songs=frozenset(chunk.provenance.source for chunk in chunks),
        returns=_returns(grid, chunks),
        segments=np.array([new.segment for new in found], np.int64),
        distances=np.array([new.hamming for new in found if new.hamming is not None], np.int64),
    )


def _returns(grid: Grid, chunks: Sequence[Chunk]) -> NDArray[np.int64]:
    """For each bar, the bar as which it returns, int64[bars]; -1 for none."""
    returns = np.full(sum(len(chunk.steps) for chunk in chunks) // grid.bar_steps, -1, np.int64)
    last: dict[tuple[int, str, int], int] = {}
    for provenance in (chunk.provenance for chunk in chunks):
        begins, place = provenance.beat // grid.bar_beats, provenance.place
        for beat in range(provenance.beat, provenance.beat + provenance.beats):
            bar, into = divmod(beat, grid.bar_beats)
            if place and into == 0 and bar < len(returns):
                key = place.tune, place.section, place.bar + bar - begins
                returns[bar] = last.get(key, -1)
                last[key] = bar
    return returns


def _keeps_to_the_grid(library: SegmentLibrary, tune: int, n_steps: int) -> bool:
    """Whether a tune's first steps are full bars without a note off the grid.

    If so, the library has each of their segments in that tune, at a phase that fits the bars.
    """
    grid, first = library.grid, library.tune_steps[tune]
    low, high, end = np.searchsorted(
        library.starts,
        [first, first + n_steps - grid.segment_steps + 1, library.tune_steps[tune + 1]],
    )
    offsets = library.starts[low:high] - first
    in_place = offsets % (grid.cycle_beats * grid.beat_steps) == (
        library.phases[low:high].astype(np.int64) * grid.beat_steps
    )
    own = {content.tobytes() for content in library.contents(slice(low, end))}
    hops = first + np.arange(0, n_steps - grid.segment_steps + 1, grid.hop_steps)
    windows = library.steps[hops[:, None] + np.arange(grid.segment_steps)]
    return bool(in_place.all()) and all(window.tobytes() in own for window in windows)
