"""A library of accompaniment on disk: bars of songs, their codes, and the networks.

    accompaniment.json     format version, training settings, corpora, figures, SHA-256 of every
                           other file, and a checksum of all that
    songs.json             title and source of every stretch in one metre and key
    bars.safetensors       the arrays of `AccompanimentLibrary`
    networks.safetensors   weights; no code in it

It serves any model: the chords and the melody decide what accompanies.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle.accompaniment_bars import ARRAY_TYPES, BarArrays, is_consistent
from livedshl.bundle.catalogue import own_bundles
from livedshl.bundle.integrity import check_file, checksum, read_json, sha256, write_json
from livedshl.bundle.library import TuneInfo
from livedshl.bundle.shipped import shipped
from livedshl.errors import BundleError
from livedshl.files import open_regular
from livedshl.index.codes import CodeShape
from livedshl.music.grid import GRIDS, Grid

FORMAT_VERSION = 1
FOLDER = "accompaniment"
MANIFEST = "accompaniment.json"
NETWORKS = "networks.safetensors"
_SONGS, _BARS = "songs.json", "bars.safetensors"
_FILES = (_SONGS, _BARS, NETWORKS)
_GRIDS = tuple(GRIDS.values())
_REBUILD = "Install livedshl again, or build the library again with `livedshl train`"


@dataclass(frozen=True, slots=True)
class AccompanimentManifest:
    """The content of `accompaniment.json`.

    metres: those that have bars. length, symbols: of the codes. songs, bars: how many. training:
    the settings. corpora: the sources. figures: of the training. sha256: of every other file.
    checksum: of everything else here.
    """

    format_version: int
    metres: list[str]
    length: int
    symbols: int
    songs: int
    bars: int
    training: Mapping[str, Any]
    corpora: list[Mapping[str, str]]
    figures: Mapping[str, Any]
    sha256: Mapping[str, str]
    checksum: str = ""


@dataclass(frozen=True, slots=True)
class BorrowedBar:
    """Whose accompaniment sounds: title and source of a song, and the bar of it, from 1."""

    song: str
    source: str
    bar: int

    def in_words(self) -> str:
        """The song and its bar."""
        return f"{self.song}, bar {self.bar}"


@dataclass(frozen=True, eq=False)
class AccompanimentLibrary:
    """An open library. stretches: title and source of each. networks: the file of their weights."""

    folder: Path
    stretches: tuple[TuneInfo, ...]
    arrays: BarArrays
    shape: CodeShape

    @property
    def networks(self) -> Path:
        """The file of the networks' weights."""
        return self.folder / NETWORKS

    def __len__(self) -> int:
        return len(self.arrays.used)

    @cached_property
    def stretch_of(self) -> NDArray[np.int32]:
        """The stretch of each bar, int32[bars]."""
        sizes = np.diff(self.arrays.stretch_bars)
        return np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)

    def rows_in(self, grid: Grid) -> NDArray[np.int64]:
        """The bars of a metre that may be played, ascending."""
        of_grid = self.arrays.grids[self.stretch_of] == _GRIDS.index(grid)
        return np.flatnonzero(of_grid & (self.arrays.used == 1))

    def notes(self, bar: int) -> NDArray[np.int16]:
        """The notes of a bar, int16[n, 4]."""
        first, end = self.arrays.offsets[bar : bar + 2].tolist()
        return self.arrays.notes[first:end].astype(np.int16)

    def borrowed(self, bar: int) -> BorrowedBar:
        """Whose accompaniment a bar is."""
        number = int(self.stretch_of[bar])
        stretch, first = self.stretches[number], int(self.arrays.stretch_bars[number])
        return BorrowedBar(stretch.title, stretch.source, bar - first + 1)


def write_accompaniment(
    folder: Path,
    stretches: Sequence[TuneInfo],
    arrays: BarArrays,
    networks: bytes,
    shape: CodeShape,
    *,
    songs: int,
    training: Mapping[str, Any],
    corpora: Sequence[Mapping[str, str]],
    figures: Mapping[str, Any],
) -> None:
    """Writes a library; `networks` is the content of its safetensors file.

    songs: of how many the stretches are. The manifest comes last, so a folder with one is complete.
    """
    from safetensors.numpy import save  # late: only training writes

    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    write_json(folder / _SONGS, [asdict(one) for one in stretches])
    content = {field.name: getattr(arrays, field.name) for field in fields(BarArrays)}
    (folder / _BARS).write_bytes(save(content))
    (folder / NETWORKS).write_bytes(networks)
    manifest = AccompanimentManifest(
        format_version=FORMAT_VERSION,
        metres=[str(_GRIDS[number]) for number in np.unique(arrays.grids).tolist()],
        length=shape.length,
        symbols=shape.symbols,
        songs=songs,
        bars=int(arrays.used.sum()),
        training=training,
        corpora=list(corpora),
        figures=figures,
        sha256={name: sha256(folder / name) for name in _FILES},
    )
    plain = json.loads(json.dumps(asdict(manifest)))
    write_json(folder / MANIFEST, plain | {"checksum": checksum(plain)})


def accompaniment_for(model: Path) -> Path | None:
    """The folder of the library that accompanies a model's tunes; None if there is none.

    model: the folder of a bundle. A folder `accompaniment` in it, or in the model that it belongs
    to, comes before the one that ships.
    """
    places = (model / FOLDER, model.parent / FOLDER, shipped("models") / FOLDER)
    return next((place for place in places if (place / MANIFEST).is_file()), None)


def accompaniments() -> dict[str, Path]:
    """The folders of all libraries, by name: the one that ships, and those in models of one's own.

    One within a model is named after it: "my-model/accompaniment".
    """
    found = {FOLDER: shipped("models") / FOLDER}
    found |= {f"{name}/{FOLDER}": folder / FOLDER for name, folder in own_bundles().items()}
    return {name: folder for name, folder in found.items() if (folder / MANIFEST).is_file()}


def read_accompaniment_manifest(folder: Path) -> AccompanimentManifest:
    """The manifest of a library, after checking it. Raises BundleError."""
    try:
        content = read_json(folder / MANIFEST)
        manifest = AccompanimentManifest(**content)
        fits = manifest.checksum == checksum(content)
    except (OSError, TypeError, ValueError, AttributeError) as error:
        raise BundleError(
            "the manifest of the accompaniment is damaged", where=str(folder), remedy=_REBUILD
        ) from error
    if manifest.format_version != FORMAT_VERSION or not fits:
        raise BundleError(
            "the accompaniment has another format, or was changed",
            where=str(folder),
            remedy=_REBUILD,
        )
    return manifest


@lru_cache(maxsize=2)
def open_accompaniment(folder: Path) -> AccompanimentLibrary:
    """Opens a library after checking every file against its manifest; once each.

    Raises BundleError.
    """
    from safetensors import SafetensorError, safe_open  # late: only bands by code need it

    manifest = read_accompaniment_manifest(folder)
    for name in _FILES:
        check_file(folder, name, manifest.sha256)
    try:
        open_regular(folder / _BARS).close()
        with safe_open(str(folder / _BARS), framework="np") as file:
            arrays = BarArrays(**{name: file.get_tensor(name) for name in ARRAY_TYPES})
        stretches = tuple(TuneInfo(**entry) for entry in read_json(folder / _SONGS))
        library = AccompanimentLibrary(
            folder, stretches, arrays, CodeShape(manifest.length, manifest.symbols)
        )
        fits = is_consistent(arrays, len(stretches), library.shape.words)
    except (SafetensorError, OSError, LookupError, TypeError, ValueError, MemoryError) as error:
        raise BundleError(
            "the accompaniment is damaged", where=str(folder), remedy=_REBUILD
        ) from error
    if not fits:
        raise BundleError(
            "the accompaniment is damaged (its arrays do not fit together)",
            where=str(folder),
            remedy=_REBUILD,
        )
    return library
