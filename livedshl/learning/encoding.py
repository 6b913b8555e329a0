"""Codes the segments of a library: in batches, on the workers of a crew.

The codes of each batch are kept in a file of their own until all are there. So coding that was
broken off goes on with the batches that are missing.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import SegmentLibrary
from livedshl.errors import LivedshlError
from livedshl.index.codes import CodeShape, Words, pack
from livedshl.music.grid import Grid
from livedshl.networks.contexts import Contexts
from livedshl.networks.encoder import Encoder
from livedshl.work import Crew, in_order

BATCH = 1024  # segments


@dataclass(frozen=True, slots=True, eq=False)
class _Stretch:
    """Segments that follow one another in a library, with all that the networks read of them.

    steps: int8[n, 3], from the beginning of the first tune. starts, tune_starts: int64[B], where
    each segment starts, and its tune. phases: int64[B].
    """

    number: int
    grid: Grid
    steps: NDArray[np.int8]
    starts: NDArray[np.int64]
    tune_starts: NDArray[np.int64]
    phases: NDArray[np.int64]


def encode(
    encoder: Encoder,
    library: SegmentLibrary,
    folder: Path,
    crew: Crew,
    progress: Callable[[float], None] = lambda share: None,
) -> tuple[Words, Words]:
    """Packed forward and backward codes of all segments, two uint64[n, words].

    They are files in `folder`. What the folder has already is taken from there: it must belong to
    this library and these networks. `progress` receives the share done. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shape = CodeShape(encoder.shape.length, encoder.shape.symbols)
    forward, backward = (
        _new_array(folder / f"{name}.npy", (len(library), shape.words))
        for name in ("forward", "backward")
    )

    def missing() -> Iterator[list[_Stretch]]:
        for number, rows in enumerate(_batches(library)):
            there = (folder / _name(number)).is_file()
            yield [] if there else [_stretch(library, rows, number)]

    with closing(in_order(crew, _codes, missing(), _ends_the_program, encoder)) as results:
        for number, (rows, fresh) in enumerate(zip(_batches(library), results, strict=True)):
            if fresh:
                _keep(folder / _name(number), fresh[0])
            forward[rows], backward[rows] = np.load(folder / _name(number), allow_pickle=False)
            progress(rows.stop / len(library))
    return np.asarray(forward), np.asarray(backward)


def _codes(stretches: Sequence[_Stretch], encoder: Encoder) -> list[Words]:
    """Packed forward and backward codes, uint64[2, B, words] for each stretch."""
    shape = CodeShape(encoder.shape.length, encoder.shape.symbols)
    found = []
    for one in stretches:
        contexts = Contexts.cut(one.steps, one.starts, one.tune_starts, one.phases, one.grid)
        codes = np.stack([encoder.forward(contexts), encoder.backward(contexts)])
        found.append(pack(codes, shape))
    return found


def _stretch(library: SegmentLibrary, rows: slice, number: int) -> _Stretch:
    starts = library.starts[rows].astype(np.int64)
    tune_starts = library.tune_steps[library.tune_at(library.starts[rows])].astype(np.int64)
    first, end = int(tune_starts[0]), int(starts[-1]) + library.grid.segment_steps
    return _Stretch(
        number=number,
        grid=library.grid,
        steps=library.as_heard(library.steps[first:end]),
        starts=starts - first,
        tune_starts=tune_starts - first,
        phases=library.phases[rows].astype(np.int64),
    )


def _ends_the_program(stretch: _Stretch) -> Words:
    first = stretch.number * BATCH
    raise LivedshlError(
        f"segments {first:,} to {first + len(stretch.starts):,} end the program that codes them",
        remedy="Try again: the codes of the others are kept",
    )


def _batches(library: SegmentLibrary) -> Iterator[slice]:
    """The rows of each batch."""
    for start in range(0, len(library), BATCH):
        yield slice(start, min(start + BATCH, len(library)))


def _keep(path: Path, codes: Words) -> None:
    """Writes the codes of a batch, completely or not at all."""
    beside = path.with_suffix(".new")
    with beside.open("wb") as file:
        np.save(file, codes, allow_pickle=False)
    beside.replace(path)


def _name(number: int) -> str:
    return f"{number:06}.npy"


def _new_array(path: Path, shape: tuple[int, int]) -> NDArray[np.uint64]:
    if not shape[0]:
        return np.empty(shape, np.uint64)
    array: NDArray[np.uint64] = np.lib.format.open_memmap(path, "w+", np.uint64, shape)
    return array
