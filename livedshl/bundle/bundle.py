"""A bundle: a folder of tunes, segments, codes and networks, and a manifest that vouches for them.

    manifest.json          format version, code shape, follow distance, chord classes, features,
                           training settings, corpora, figures, SHA-256 of every other file,
                           and a checksum of all that
    tunes.json             title and source of every tune
    tune_steps.npy         int32[tunes + 1]
    steps.npy              int8[total, 3]
    starts.npy             int32[n]
    phases.npy             int8[n]
    roles.npy              uint8[n], `livedshl.music.sections.SectionRole`
    forward.npy            uint64[n, words]
    backward.npy           uint64[n, words]
    next_step.npy          float32[4 H + 32, 29 + H + 1], see `CodedLibrary`; may be missing
    networks.safetensors   weights; no code in it. Bundles that share it have it in a folder above

Arrays are memory-mapped, and nothing is unpickled.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle.integrity import (
    FORMAT_VERSION,
    MANIFEST,
    Manifest,
    check_file,
    checksum,
    read_json,
    read_manifest,
    sha256,
    write_json,
)
from livedshl.bundle.library import SegmentLibrary, TuneInfo
from livedshl.bundle.networks_file import NETWORKS, are_above, check_networks_file, networks_of
from livedshl.errors import BundleError
from livedshl.files import open_regular
from livedshl.index.codes import WORD_BITS, CodeShape, Words, unpack
from livedshl.music.chords import NO_CHORD, ChordVocabulary
from livedshl.music.features import FEATURE_GROUPS
from livedshl.music.grid import GRIDS
from livedshl.music.leadsheet import Mode
from livedshl.networks.next_step import is_next_step

_TUNES = "tunes.json"
# Array files: name, type, number of dimensions.
_ARRAYS: tuple[tuple[str, str, int], ...] = (
    ("tune_steps", "int32", 1),
    ("steps", "int8", 2),
    ("starts", "int32", 1),
    ("phases", "int8", 1),
    ("roles", "uint8", 1),
    ("forward", "uint64", 2),
    ("backward", "uint64", 2),
)
# What NumPy and our own checks raise for files that a manifest vouches for, but that are wrong.
_DAMAGE = (LookupError, TypeError, ValueError, ArithmeticError, OSError, EOFError, MemoryError)
_NEXT_STEP = ("next_step", "float32", 2)
_FILES = (_TUNES, *(f"{name}.npy" for name, _, _ in _ARRAYS))


@dataclass(frozen=True, eq=False, kw_only=True)
class CodedLibrary:
    """The segments of some tunes, and what the networks and the analysis add to each.

    mode: of the tunes, which are in C major or in A minor.
    roles: uint8[n], what each segment does in its tune, a `livedshl.music.sections.SectionRole`.
    shape: of the codes.
    follow_beats: beats from a segment to the next: a hop where neighbours overlap, else a segment.
    forward, backward: uint64[n, words], packed codes of the library's segments.
    next_step: float32[4 H + 32, 29 + H + 1], weights that `livedshl.networks.next_step` reads, or
        None.
    """

    library: SegmentLibrary
    vocabulary: ChordVocabulary
    mode: Mode
    roles: NDArray[np.uint8]
    shape: CodeShape
    follow_beats: int
    forward: Words
    backward: Words
    next_step: NDArray[np.float32] | None = None

    @property
    def overlaps(self) -> bool:
        """Whether neighbours share half a segment."""
        return self.follow_beats < self.library.grid.segment_beats


@dataclass(frozen=True, eq=False, kw_only=True)
class Bundle(CodedLibrary):
    """An open bundle: the coded library in `folder`, with its `manifest`."""

    folder: Path
    manifest: Manifest

    @property
    def networks(self) -> Path:
        """The file with the networks' weights."""
        return networks_of(self.folder)


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """Where the codes of a bundle come from, as its manifest records it.

    training: the settings. corpora: the sources of the tunes. figures: how well training went.
    """

    training: Mapping[str, Any]
    corpora: Sequence[Mapping[str, Any]]
    figures: Mapping[str, Any]


def write_bundle(
    folder: Path, coded: CodedLibrary, networks: bytes, background: Background
) -> None:
    """Writes a bundle; `networks` is the content of its safetensors file.

    The file is left out if a folder above has the same: see `networks_of`.
    The manifest is renamed into place last, so a folder with a manifest is a complete bundle.
    Other files in the folder, such as a model card, stay as they are.
    """
    # Playing a model needs neither, and should not wait for them.
    import tempfile

    from livedshl.records import encode

    arrays = _arrays(coded)
    files = (_TUNES, NETWORKS, *(f"{name}.npy" for name in arrays))
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".bundle-", dir=folder) as scratch:
        beside = Path(scratch)
        for name, array in arrays.items():
            np.save(beside / f"{name}.npy", array, allow_pickle=False)
        (beside / NETWORKS).write_bytes(networks)
        write_json(beside / _TUNES, [asdict(tune) for tune in coded.library.tunes])
        manifest = _manifest(coded, background, {name: sha256(beside / name) for name in files})
        content = json.loads(encode(manifest))
        write_json(beside / MANIFEST, content | {"checksum": checksum(content)})
        (folder / MANIFEST).unlink(missing_ok=True)
        if are_above(folder, manifest.sha256[NETWORKS]):
            (folder / NETWORKS).unlink(missing_ok=True)
            files = tuple(name for name in files if name != NETWORKS)
        for name in (*files, MANIFEST):
            (beside / name).replace(folder / name)


def open_bundle(folder: Path, progress: Callable[[float], None] | None = None) -> Bundle:
    """Opens a bundle after checking every file against the manifest.

    `progress` receives the share of files checked, 0 to 1. Raises BundleError for a folder that
    is not a bundle, a changed or missing file, or another format version.
    """
    manifest = read_manifest(folder)
    has_next_step = f"{_NEXT_STEP[0]}.npy" in manifest.sha256
    files = (*_FILES, f"{_NEXT_STEP[0]}.npy") if has_next_step else _FILES
    check_networks_file(folder, manifest.sha256)
    for done, name in enumerate(files, 1):
        check_file(folder, name, manifest.sha256)
        if progress:
            progress(done / len(files))
    try:
        arrays = {file[0]: _open_array(folder, *file) for file in _ARRAYS}
        vocabulary = ChordVocabulary.of_names(manifest.chord_classes)
        bundle = Bundle(
            folder=folder,
            manifest=manifest,
            library=SegmentLibrary(
                tunes=tuple(map(TuneInfo.of_json, read_json(folder / _TUNES))),
                **{name: arrays[name] for name in ("tune_steps", "steps", "starts", "phases")},
                grid=GRIDS[manifest.metre],
                heard_as=vocabulary.read_as(manifest.chords_read),
            ),
            vocabulary=vocabulary,
            mode=manifest.mode,
            roles=arrays["roles"],
            shape=CodeShape(manifest.length, manifest.symbols),
            follow_beats=manifest.follow_beats,
            forward=arrays["forward"],
            backward=arrays["backward"],
            next_step=_open_array(folder, *_NEXT_STEP) if has_next_step else None,
        )
        fits = _is_consistent(bundle)
    except _DAMAGE as error:
        raise BundleError(
            f"the model is damaged ({error})", where=str(folder), remedy="Build it again"
        ) from error
    if not fits:
        raise BundleError(
            "the model is damaged (its arrays do not fit together)",
            where=str(folder),
            remedy="Build it again",
        )
    return bundle


def _arrays(coded: CodedLibrary) -> dict[str, NDArray[Any]]:
    """The content of the array files by name, without ".npy"."""
    library = coded.library
    arrays: dict[str, NDArray[Any]] = {
        "tune_steps": library.tune_steps,
        "steps": library.steps,
        "starts": library.starts,
        "phases": library.phases,
        "roles": coded.roles,
        "forward": coded.forward,
        "backward": coded.backward,
    }
    if coded.next_step is not None:
        arrays[_NEXT_STEP[0]] = coded.next_step
    return arrays


def _manifest(coded: CodedLibrary, background: Background, digests: Mapping[str, str]) -> Manifest:
    """The manifest of a coded library, with the SHA-256 of its files and no checksum yet."""
    library = coded.library
    return Manifest(
        format_version=FORMAT_VERSION,
        length=coded.shape.length,
        symbols=coded.shape.symbols,
        metre=str(library.grid),
        mode=coded.mode,
        segment_steps=library.grid.segment_steps,
        hop_steps=library.grid.hop_steps,
        follow_beats=coded.follow_beats,
        chord_classes=tuple(coded.vocabulary.names),
        features=tuple(FEATURE_GROUPS),
        tunes=len(library.tunes),
        segments=len(library),
        training=background.training,
        corpora=tuple(background.corpora),
        figures=background.figures,
        sha256=digests,
    )


def _open_array(folder: Path, name: str, type_name: str, n_dimensions: int) -> NDArray[Any]:
    # A plain array over the mapped file: indexing a memmap costs several times as much.
    path = folder / f"{name}.npy"
    open_regular(path).close()  # NumPy would wait for a pipe
    array: NDArray[Any] = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    if array.dtype != np.dtype(type_name) or array.ndim != n_dimensions:
        raise ValueError(f"{path.name} is {array.dtype}[{array.ndim}d]")
    return array


def _are_codes(words: Words, shape: CodeShape) -> bool:
    """Whether packed codes have no symbol that their shape lacks."""
    if shape.symbols == 1 << shape.bits_per_symbol:
        in_last = shape.length - (shape.words - 1) * shape.symbols_per_word
        used = in_last * shape.bits_per_symbol
        return used == WORD_BITS or not bool((words[:, -1] >> np.uint64(used)).any())
    return int(unpack(words, shape).max()) < shape.symbols


def _is_consistent(bundle: Bundle) -> bool:
    """Whether the arrays fit together; correct checksums do not imply that."""
    library = bundle.library
    n_segments, n_words = len(library), bundle.shape.words
    n_steps = library.grid.segment_steps
    if min(n_segments, len(library.steps), len(library.tunes)) == 0:
        return False
    # Column by column, which NumPy does twenty times as fast: the first note waits for it.
    lowest, highest = zip(*((int(c.min()), int(c.max())) for c in library.steps.T), strict=True)
    return (
        len(library.tunes) == len(library.tune_steps) - 1
        and library.steps.shape[1] == 3
        and int(library.tune_steps[0]) == 0
        and bool((library.tune_steps[1:] > library.tune_steps[:-1]).all())
        and bool((library.starts[1:] > library.starts[:-1]).all())
        and int(library.tune_steps[-1]) == len(library.steps)
        and int(library.starts[0]) >= 0
        and int(library.starts[-1]) + n_steps <= len(library.steps)
        and bool((library.starts + n_steps <= library.tune_steps[library.tune_of + 1]).all())
        and bundle.forward.shape == bundle.backward.shape == (n_segments, n_words)
        and len(library.phases) == len(bundle.roles) == n_segments
        and bool(np.isin(library.phases, library.grid.phases).all())
        and lowest[0] >= 0
        and lowest[1] >= 0
        and highest[1] <= 1
        and lowest[2] >= NO_CHORD
        and highest[2] < len(bundle.vocabulary)
        and _are_codes(bundle.forward, bundle.shape)
        and _are_codes(bundle.backward, bundle.shape)
        and (bundle.next_step is None or is_next_step(bundle.next_step))
        and bundle.follow_beats in (library.grid.hop_beats, library.grid.segment_beats)
    )
