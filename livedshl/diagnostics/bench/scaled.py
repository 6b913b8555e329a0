"""Libraries as large as wanted, made from smaller ones, to measure queries among."""

from dataclasses import replace

import numpy as np

from livedshl.bundle import Bundle, SegmentLibrary
from livedshl.bundle.accompaniment import AccompanimentLibrary
from livedshl.index import pack, unpack
from livedshl.index.codes import CodeShape, Words
from livedshl.music import Grid
from livedshl.music.segments import PITCH, REST

_CHANGED = 0.1  # share of symbols, or of notes, that an invented code or bar changes
_BLOCK = 1_000_000


def codes_like(backward: Words, shape: CodeShape, size: int, rng: np.random.Generator) -> Words:
    """Backward codes, repeated, each with some symbols drawn at random.

    uint64[size, words].
    """
    blocks = []
    for start in range(0, size, _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, size)) % len(backward)
        codes = unpack(backward[rows], shape)
        changed = rng.random(codes.shape, np.float32) < _CHANGED
        codes[changed] = rng.integers(shape.symbols, size=int(changed.sum()), dtype=np.uint8)
        blocks.append(pack(codes, shape))
    return np.asfortranarray(np.concatenate(blocks))


def bundle_like(bundle: Bundle, backward: Words) -> Bundle:
    """The bundle's tunes, repeated at other pitches each time, with these backward codes."""
    library, size = bundle.library, len(backward)
    copies = -(-size // len(library))
    copy = np.arange(copies)
    steps = np.tile(library.steps, (copies, 1))
    shift = np.repeat(copy % 25 - 12, len(library.steps))
    sounding = steps[:, PITCH] != REST
    steps[sounding, PITCH] += shift[sounding].astype(np.int8)
    offsets = copy[:, None] * len(library.steps)
    starts = (offsets + library.starts).ravel()[:size]
    tune_starts = (offsets + library.tune_steps[:-1]).ravel()
    n_tunes = int(np.searchsorted(tune_starts, starts[-1], "right"))
    ends = np.append(tune_starts, len(steps))[: n_tunes + 1]
    return replace(
        bundle,
        library=SegmentLibrary(
            (library.tunes * copies)[:n_tunes],
            ends.astype(np.int32),
            steps[: ends[-1]],
            starts.astype(np.int32),
            np.tile(library.phases, copies)[:size],
            library.grid,
        ),
        forward=np.tile(bundle.forward, (copies, 1))[:size],
        backward=backward,
        roles=np.tile(bundle.roles, copies)[:size],
    )


def accompaniment_like(
    library: AccompanimentLibrary, grid: Grid, size: int, rng: np.random.Generator
) -> AccompanimentLibrary:
    """The bars of a metre, repeated up to `size`, without some notes; codes as above."""
    arrays, rows = library.arrays, library.rows_in(grid)
    rows = np.tile(rows, -(-size // len(rows)))[:size]
    counts = np.diff(arrays.offsets)[rows]
    first = np.cumsum(counts) - counts
    of_notes = np.repeat(arrays.offsets[rows] - first, counts) + np.arange(counts.sum())
    kept = rng.random(len(of_notes), np.float32) >= _CHANGED
    kept[first[counts > 0]] = True  # no bar is left without notes
    offsets = np.append(0, np.cumsum(kept))[np.append(first, len(kept))]
    stretch_bars = np.append(np.flatnonzero(np.diff(library.stretch_of[rows], prepend=-1)), size)
    stretches = library.stretch_of[rows[stretch_bars[:-1]]]
    return replace(
        library,
        stretches=tuple(library.stretches[number] for number in stretches.tolist()),
        arrays=replace(
            arrays,
            stretch_bars=stretch_bars.astype(np.int32),
            grids=arrays.grids[stretches],
            offsets=offsets.astype(np.int32),
            notes=arrays.notes[of_notes[kept]],
            chords=arrays.chords[rows],
            used=np.ones(size, np.uint8),
            backward=codes_like(arrays.backward[rows], library.shape, size, rng),
        ),
    )
