"""A segment library that grows on disk, tune by tune: millions do not fit into memory."""

from array import array
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import SegmentLibrary
from livedshl.bundle.library import TuneInfo
from livedshl.learning.laying import LaidTune
from livedshl.music.grid import Grid


class LibraryFiles:
    """The arrays of a library as files in a folder. In memory stay the names of the tunes.

    joined: how many of its tunes have a segment that follows another.
    """

    def __init__(self, folder: Path, grid: Grid) -> None:
        """The folder is made."""
        folder.mkdir(parents=True)
        self.joined = 0
        self._grid = grid
        self._folder = folder
        self._tunes: list[TuneInfo] = []
        self._tune_steps = array("i", [0])
        self._n_segments = 0
        self._files: dict[str, IO[bytes]] = {}

    def __enter__(self) -> "LibraryFiles":
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files.values():
            file.close()

    @property
    def n_tunes(self) -> int:
        """How many tunes there are."""
        return len(self._tunes)

    def add(self, laid: LaidTune) -> None:
        """Adds a tune at the end, unless it has no segment."""
        tune, rows = laid.tune, laid.distinct
        if not len(rows):
            return
        first = self._tune_steps[-1]
        self._write("steps", tune.steps, np.int8)
        self._write("starts", tune.starts[rows] + first, np.int32)
        self._write("phases", tune.phases[rows], np.int8)
        self._write("pairs", laid.pairs + self._n_segments, np.int32)
        self._tunes.append(TuneInfo(tune.title, tune.source))
        self._tune_steps.append(first + len(tune.steps))
        self._n_segments += len(rows)
        self.joined += bool(len(laid.pairs))

    def library(self, heard_as: NDArray[np.int8] | None) -> SegmentLibrary:
        """All tunes so far: the same as `SegmentLibrary.of_tunes`, with its arrays on disk.

        heard_as: as in `SegmentLibrary`.
        """
        return SegmentLibrary(
            tunes=tuple(self._tunes),
            tune_steps=np.array(self._tune_steps, np.int32),
            steps=self._read("steps", np.int8).reshape(-1, 3),
            starts=self._read("starts", np.int32),
            phases=self._read("phases", np.int8),
            grid=self._grid,
            heard_as=heard_as,
        )

    def pairs(self) -> NDArray[np.int32]:
        """Every pair of rows that follow each other, as from `positive_pairs`, int32[m, 2]."""
        return self._read("pairs", np.int32).reshape(-1, 2)

    def _write(self, name: str, values: NDArray[Any], kind: type[np.generic]) -> None:
        if name not in self._files:
            self._files[name] = (self._folder / name).open("wb")
        self._files[name].write(np.ascontiguousarray(values, kind).tobytes())

    def _read(self, name: str, kind: type[np.generic]) -> NDArray[Any]:
        if name not in self._files:
            return np.empty(0, kind)
        self._files[name].flush()
        path = self._folder / name
        # A plain array over the mapped file: indexing a memmap costs several times as much.
        return np.asarray(np.memmap(path, kind, "r")) if path.stat().st_size else np.empty(0, kind)
