"""The bundle: a folder with tunes, segments, codes, networks and a manifest that vouches for all.

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
    next_step.npy          float32[4 H + 32, 29 + H + 1], see `Bundle.next_step`; may be missing
    networks.safetensors   weights; no code in it

Arrays are opened by memory map and nothing is unpickled.
"""

import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle.library import SegmentLibrary, TuneInfo
from livedshl.bundle.shipped import shipped
from livedshl.errors import BundleError, did_you_mean
from livedshl.index.codes import CodeShape, Words, pack
from livedshl.music.chords import ChordVocabulary
from livedshl.music.features import FEATURE_GROUPS
from livedshl.music.grid import GRIDS
from livedshl.music.leadsheet import Mode
from livedshl.music.sections import roles_of

FORMAT_VERSION = 2
MANIFEST = "manifest.json"
NETWORKS = "networks.safetensors"
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
_NEXT_STEP = "next_step"
_FILES = (_TUNES, NETWORKS, *(f"{name}.npy" for name, _, _ in _ARRAYS))
_MAX_JSON_BYTES = 64 << 20


@dataclass(frozen=True, eq=False)
class Bundle:
    """An open bundle.

    forward, backward: uint64[n, words], packed codes of the library's segments.
    follow_beats: a hop where neighbours share an overlap, a segment where they are set end to end.
    mode: of the tunes, which lie in C major or in A minor.
    roles: uint8[n], what each segment does in its song, a `livedshl.music.sections.SectionRole`.
    manifest: the whole manifest, for showing.
    next_step: the weights of the LSTM that predicts the next step, as
        `livedshl.networks.next_step` reads them; None in a bundle that has none.
    """

    folder: Path
    library: SegmentLibrary
    vocabulary: ChordVocabulary
    shape: CodeShape
    follow_beats: int
    forward: Words
    backward: Words
    mode: Mode
    roles: NDArray[np.uint8]
    manifest: Mapping[str, Any]
    next_step: NDArray[np.float32] | None = None

    @property
    def overlaps(self) -> bool:
        """Whether neighbours share half a segment."""
        return self.follow_beats < self.library.grid.segment_beats

    @property
    def networks(self) -> Path:
        """The file with the networks' weights."""
        return self.folder / NETWORKS


def write_bundle(
    folder: Path,
    *,
    library: SegmentLibrary,
    vocabulary: ChordVocabulary,
    forward: NDArray[np.uint8],
    backward: NDArray[np.uint8],
    symbols: int,
    follow_beats: int,
    networks: bytes,
    mode: Mode,
    training: Mapping[str, Any],
    corpora: Sequence[Mapping[str, Any]],
    figures: Mapping[str, Any],
    next_step: NDArray[np.float32] | None = None,
) -> None:
    """Writes a bundle: `forward` and `backward` are unpacked codes, uint8[n, L].

    The manifest goes last and by renaming, so that a folder with a manifest is a whole bundle.
    Other files of the folder (a model card, the training history) are left alone.
    """
    shape = CodeShape(forward.shape[1], symbols)
    arrays: dict[str, NDArray[Any]] = {
        "tune_steps": library.tune_steps,
        "steps": library.steps,
        "starts": library.starts,
        "phases": library.phases,
        "roles": roles_in(library, vocabulary, mode),
        "forward": pack(forward, shape),
        "backward": pack(backward, shape),
    }
    if next_step is not None:
        arrays[_NEXT_STEP] = next_step
    files = (_TUNES, NETWORKS, *(f"{name}.npy" for name in arrays))
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".bundle-", dir=folder) as scratch:
        beside = Path(scratch)
        for name, array in arrays.items():
            np.save(beside / f"{name}.npy", array, allow_pickle=False)
        (beside / NETWORKS).write_bytes(networks)
        _write_json(beside / _TUNES, [asdict(tune) for tune in library.tunes])
        manifest = {
            "format_version": FORMAT_VERSION,
            "length": shape.length,
            "symbols": shape.symbols,
            "metre": str(library.grid),
            "mode": mode.value,
            "segment_steps": library.grid.segment_steps,
            "hop_steps": library.grid.hop_steps,
            "follow_beats": follow_beats,
            "chord_classes": list(vocabulary.names),
            "features": [list(group) for group in FEATURE_GROUPS],
            "tunes": len(library.tunes),
            "segments": len(library),
            "training": dict(training),
            "corpora": [dict(corpus) for corpus in corpora],
            "figures": dict(figures),
            "sha256": {name: _sha256(beside / name) for name in files},
        }
        manifest["checksum"] = _checksum(manifest)
        _write_json(beside / MANIFEST, manifest)
        (folder / MANIFEST).unlink(missing_ok=True)
        for name in (*files, MANIFEST):
            (beside / name).replace(folder / name)


def open_bundle(folder: Path, progress: Callable[[float], None] | None = None) -> Bundle:
    """Opens a bundle after checking every file against the manifest.

    `progress` is told the share of the files checked, 0 to 1. Raises BundleError for a folder
    that is no bundle, a changed or missing file, or another format version.
    """
    manifest = read_manifest(folder)
    has_next_step = f"{_NEXT_STEP}.npy" in manifest.get("sha256", ())
    files = (*_FILES, f"{_NEXT_STEP}.npy") if has_next_step else _FILES
    for done, name in enumerate(files, 1):
        _check(folder, name, manifest)
        if progress:
            progress(done / len(files))
    try:
        arrays = {
            name: _open_array(folder / f"{name}.npy", type_name, n_dimensions)
            for name, type_name, n_dimensions in _ARRAYS
        }
        next_step = (
            _open_array(folder / f"{_NEXT_STEP}.npy", "float32", 2) if has_next_step else None
        )
        tunes = tuple(TuneInfo(**tune) for tune in _read_json(folder / _TUNES))
        shape = CodeShape(int(manifest["length"]), int(manifest["symbols"]))
        grid = GRIDS[manifest["metre"]]
        mode = Mode(manifest["mode"])
        vocabulary = ChordVocabulary.of_names(manifest["chord_classes"])
        follow_beats = int(manifest["follow_beats"])
    except (KeyError, TypeError, ValueError) as error:
        raise BundleError(f"{folder}: damaged bundle ({error}); build it again") from error
    library = SegmentLibrary(
        tunes, arrays["tune_steps"], arrays["steps"], arrays["starts"], arrays["phases"], grid
    )
    bundle = Bundle(
        folder, library, vocabulary, shape, follow_beats, arrays["forward"], arrays["backward"],
        mode, arrays["roles"], manifest, next_step,
    )  # fmt: skip
    _check_consistency(bundle)
    return bundle


def roles_in(library: SegmentLibrary, vocabulary: ChordVocabulary, mode: Mode) -> NDArray[np.uint8]:
    """The roles of a library's segments, uint8[n]."""
    roles = [np.empty(0, np.uint8)]
    for first, end in pairwise(library.tune_steps.tolist()):
        rows = slice(*np.searchsorted(library.starts, (first, end)))
        starts, phases = library.starts[rows] - first, library.phases[rows]
        steps = library.steps[first:end]
        roles.append(roles_of(steps, starts, phases, library.grid, vocabulary, mode))
    return np.concatenate(roles)


def shipped_bundles() -> dict[str, Path]:
    """The bundles that ship, by name."""
    return {
        path.parent.name: path.parent for path in sorted(shipped("models").glob(f"*/{MANIFEST}"))
    }


def own_models() -> Path:
    """The folder in which the user's own bundles lie."""
    from platformdirs import user_data_path  # 20 ms that `play` has no need of

    return user_data_path("livedshl") / "models"


def own_bundles() -> dict[str, Path]:
    """The user's own bundles, by name."""
    return {path.parent.name: path.parent for path in sorted(own_models().glob(f"*/{MANIFEST}"))}


def bundle_folder(name_or_folder: str) -> Path:
    """The folder of a bundle that ships or is the user's own, by name, or else that path."""
    shipped_one = shipped_bundles().get(name_or_folder)
    return shipped_one or own_bundles().get(name_or_folder, Path(name_or_folder))


def find_bundle(name_or_folder: str, metre: str | None = None, mode: Mode = Mode.MAJOR) -> Path:
    """The folder of a bundle, as `bundle_folder` has it.

    metre, mode: where its own tunes are of another kind, the bundle within it that `kind_folder`
    names. A metre of None is its own. Raises BundleError where it has none of that kind.
    """
    folder = bundle_folder(name_or_folder)
    own = read_manifest(folder)
    metre = metre or own["metre"]
    if (own["metre"], own["mode"]) == (metre, mode.value):
        return folder
    within = folder / kind_folder(metre, mode)
    if (within / MANIFEST).is_file():
        return within
    kinds = ", ".join(f"{kind['metre']} {kind['mode']}" for kind in kind_manifests(folder))
    raise BundleError(
        f"has no tunes in {metre} {mode.value}",
        where=name_or_folder,
        remedy=f"Choose a metre and key that it has: {kinds}",
    )


def kind_folders(folder: Path) -> list[Path]:
    """The folder of a bundle and those of the bundles of other kinds within it."""
    return [folder, *sorted(path.parent for path in folder.glob(f"*/{MANIFEST}"))]


def kind_manifests(folder: Path) -> list[dict[str, Any]]:
    """The manifests of a bundle and of the bundles of other kinds within it. Raises BundleError."""
    return [read_manifest(of_kind) for of_kind in kind_folders(folder)]


def kind_folder(metre: str, mode: Mode) -> str:
    """What the bundle of tunes of a metre and mode is called inside another: "6-8-minor"."""
    return metre.replace("/", "-") + ("-minor" if mode is Mode.MINOR else "")


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a bundle, its format version checked. Raises BundleError."""
    path = folder / MANIFEST
    if not path.is_file():
        if folder.is_dir():
            raise BundleError(
                f"is no model: {MANIFEST} is missing",
                where=str(folder),
                remedy="`livedshl models` lists the models",
            )
        raise BundleError(
            f"there is no model {str(folder)!r}",
            remedy=did_you_mean(str(folder), own_bundles() | shipped_bundles())
            or "`livedshl models` lists the models, `livedshl models add` makes one of your tunes",
        )
    try:
        manifest = _read_json(path)
        version = manifest["format_version"]
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise BundleError(f"{path}: damaged ({error}); build the bundle again") from error
    if version != FORMAT_VERSION:
        raise BundleError(
            f"{folder}: bundle format {version}, this livedshl reads {FORMAT_VERSION}; "
            "build the bundle again with `livedshl train`"
        )
    if manifest.get("checksum") != _checksum(manifest):
        raise BundleError(f"{path}: changed or damaged; install or build the bundle again")
    return cast(dict[str, Any], manifest)


def _check(folder: Path, name: str, manifest: Mapping[str, Any]) -> None:
    path = folder / name
    try:
        expected = manifest["sha256"][name]
    except (KeyError, TypeError):
        raise BundleError(f"{folder}: the manifest does not vouch for {name}") from None
    try:
        found = _sha256(path)
    except OSError as error:
        raise BundleError(f"{path}: cannot be read ({error.strerror})") from error
    if found != expected:
        raise BundleError(
            f"{path}: changed or damaged (SHA-256 differs from the manifest's); "
            "install or build the bundle again"
        )


def _check_consistency(bundle: Bundle) -> None:
    """What the arrays must satisfy among themselves, whoever wrote them."""
    library = bundle.library
    n_segments, n_words = len(library), bundle.shape.words
    n_steps = library.grid.segment_steps
    sound = (
        n_segments > 0
        and len(library.tunes) == len(library.tune_steps) - 1
        and library.steps.shape[1] == 3
        and bool((np.diff(library.tune_steps) > 0).all())
        and bool((np.diff(library.starts) > 0).all())
        and int(library.tune_steps[-1]) == len(library.steps)
        and int(library.starts[0]) >= 0
        and int(library.starts[-1]) + n_steps <= len(library.steps)
        and bool((library.starts + n_steps <= library.tune_steps[library.tune_of + 1]).all())
        and bundle.forward.shape == bundle.backward.shape == (n_segments, n_words)
        and len(library.phases) == len(bundle.roles) == n_segments
        and bool(np.isin(library.phases, library.grid.phases).all())
        and int(library.steps[:, 2].max()) < len(bundle.vocabulary)
        and bundle.follow_beats in (library.grid.hop_beats, library.grid.segment_beats)
    )
    if not sound:
        raise BundleError(f"{bundle.folder}: damaged bundle (its arrays do not fit together)")


def _open_array(path: Path, type_name: str, n_dimensions: int) -> NDArray[Any]:
    # As a plain array, still in the file: taking from a memmap costs several times as much.
    array: NDArray[Any] = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    if array.dtype != np.dtype(type_name) or array.ndim != n_dimensions:
        raise ValueError(f"{path.name} is {array.dtype}[{array.ndim}d]")
    return array


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _checksum(manifest: Mapping[str, Any]) -> str:
    """SHA-256 of everything else in the manifest."""
    rest = {key: value for key, value in manifest.items() if key != "checksum"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def _read_json(path: Path) -> Any:
    if path.stat().st_size > _MAX_JSON_BYTES:
        raise ValueError(f"{path.name} is larger than {_MAX_JSON_BYTES >> 20} MiB")
    return json.loads(path.read_text(encoding="utf-8"))


def _write_json(path: Path, content: Any) -> None:
    text = json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")
