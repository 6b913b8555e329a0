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

from livedshl.bundle.integrity import check_file, checksum, read_json, sha256, write_json
from livedshl.bundle.library import TuneInfo
from livedshl.bundle.shipped import shipped
from livedshl.errors import BundleError
from livedshl.files import open_regular
from livedshl.index.codes import CodeShape, Words
from livedshl.music.accompaniment import LOWER
from livedshl.music.chords import QUALITIES
from livedshl.music.grid import GRIDS, Grid

FORMAT_VERSION = 1
FOLDER = "accompaniment"
MANIFEST = "accompaniment.json"
NETWORKS = "networks.safetensors"
_SONGS, _BARS = "songs.json", "bars.safetensors"
_FILES = (_SONGS, _BARS, NETWORKS)
_GRIDS = tuple(GRIDS.values())
_MOST_STEPS = max(grid.bar_steps for grid in _GRIDS)
MOST_BEATS = max(grid.bar_beats for grid in _GRIDS)
_REBUILD = "Install livedshl again, or build the library again with `livedshl train`"


@dataclass(frozen=True, slots=True, eq=False)
class BarArrays:
    """Bars of accompaniment, stretch by stretch, in C major or A minor.

    stretch_bars: int32[stretches + 1], the first bar of each stretch, then their number.
    grids: int8[stretches], number of the metre in `GRIDS`.
    offsets: int32[bars + 1], where each bar's notes begin. notes: int8[n, 4], as in
        `livedshl.music.accompaniment.Accompaniment`.
    chords: int8[bars, MOST_BEATS, 2], root (-1 for none) and quality on each beat.
    used: uint8[bars], 1 for bars that may be played.
    backward: uint64[bars, words], packed codes; 0 for bars that are not used.
    """

    stretch_bars: NDArray[np.int32]
    grids: NDArray[np.int8]
    offsets: NDArray[np.int32]
    notes: NDArray[np.int8]
    chords: NDArray[np.int8]
    used: NDArray[np.uint8]
    backward: Words


_TYPES = {
    "stretch_bars": ("int32", 1),
    "grids": ("int8", 1),
    "offsets": ("int32", 1),
    "notes": ("int8", 2),
    "chords": ("int8", 3),
    "used": ("uint8", 1),
    "backward": ("uint64", 2),
}


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
            arrays = BarArrays(**{name: file.get_tensor(name) for name in _TYPES})
        stretches = tuple(TuneInfo(**entry) for entry in read_json(folder / _SONGS))
        library = AccompanimentLibrary(
            folder, stretches, arrays, CodeShape(manifest.length, manifest.symbols)
        )
        fits = _is_consistent(library)
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


def _is_consistent(library: AccompanimentLibrary) -> bool:
    """Whether the arrays fit together; correct checksums do not imply that."""
    arrays = library.arrays
    if any(
        getattr(arrays, name).dtype != kind or getattr(arrays, name).ndim != dimensions
        for name, (kind, dimensions) in _TYPES.items()
    ):
        return False
    n_bars, n_notes = len(arrays.used), len(arrays.notes)
    if not min(n_bars, n_notes, len(library.stretches)):
        return False
    onset, length, pitch, hand = arrays.notes.T.astype(np.int64)
    steps = np.array([grid.bar_steps for grid in _GRIDS])
    if not _is_within(arrays.grids, 0, len(_GRIDS) - 1) or not (
        _ascends(arrays.stretch_bars, n_bars)
        and len(arrays.stretch_bars) == len(arrays.grids) + 1 == len(library.stretches) + 1
        and _ascends(arrays.offsets, n_notes)
        and len(arrays.offsets) == n_bars + 1
    ):
        return False
    bar_of_note = np.repeat(np.arange(n_bars), np.diff(arrays.offsets))
    bar_steps = steps[arrays.grids[library.stretch_of[bar_of_note]]]
    return (
        arrays.chords.shape == (n_bars, MOST_BEATS, 2)
        and arrays.backward.shape == (n_bars, library.shape.words)
        and _is_within(arrays.used, 0, 1)
        and _is_within(arrays.chords[..., 0], -1, 11)
        and _is_within(arrays.chords[..., 1], 0, len(QUALITIES) - 1)
        and _is_within(onset, 0, _MOST_STEPS)
        and _is_within(length, 1, _MOST_STEPS)
        and bool((onset + length <= bar_steps).all())
        and _is_within(pitch, 0, 127)
        and _is_within(hand, 0, LOWER)
    )


def _is_within(values: NDArray[Any], lowest: int, highest: int) -> bool:
    return lowest <= int(values.min()) and int(values.max()) <= highest


def _ascends(values: NDArray[np.int32], last: int) -> bool:
    first_and_last = len(values) and (int(values[0]), int(values[-1])) == (0, last)
    return bool(first_and_last) and bool((np.diff(values) >= 0).all())
