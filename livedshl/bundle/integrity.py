"""The manifest of a bundle, which vouches for its files by their SHA-256, and for itself."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, cast, get_origin, get_type_hints

from livedshl.errors import BundleError
from livedshl.files import open_regular, read_regular
from livedshl.music.chords import MOST_CHORD_CLASSES, N_CHORD_CLASSES
from livedshl.music.grid import GRIDS
from livedshl.music.leadsheet import Mode

FORMAT_VERSION = 2
MANIFEST = "manifest.json"
_MAX_JSON_BYTES = 64 << 20
_MOST_LENGTH, _MOST_SYMBOLS = 1024, 256  # of codes
_REINSTALL = "Install or build the model again"


@dataclass(frozen=True, slots=True)
class Manifest:
    """The content of `manifest.json`.

    length, symbols: of the codes. metre, mode: of the tunes. follow_beats: from a segment to the
    next. features: name, first column and size of each group. tunes, segments: how many.
    training: the settings. corpora: the sources of the tunes. figures: how well training went.
    sha256: of every other file. checksum: of everything else here.
    """

    format_version: int
    length: int
    symbols: int
    metre: str
    mode: Mode
    segment_steps: int
    hop_steps: int
    follow_beats: int
    chord_classes: tuple[str, ...]
    features: tuple[tuple[str, int, int], ...]
    tunes: int
    segments: int
    training: Mapping[str, Any]
    corpora: tuple[Mapping[str, Any], ...]
    figures: Mapping[str, Any]
    sha256: Mapping[str, str]
    checksum: str = ""

    @property
    def chords_read(self) -> tuple[str, ...]:
        """The chord classes that the networks read. Raises ValueError for what are not names."""
        shape = self.training.get("shape")
        named = shape.get("chords") if isinstance(shape, dict) else None
        names = tuple(named or self.chord_classes[:N_CHORD_CLASSES])
        if len(names) > N_CHORD_CLASSES or not all(isinstance(name, str) for name in names):
            raise ValueError("the chord classes that the networks read are damaged")
        return names


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a bundle, after checking it. Raises BundleError."""
    path = folder / MANIFEST
    if not path.exists():
        raise BundleError(
            f"there is no model here ({MANIFEST} is missing)",
            where=str(folder),
            remedy="`livedshl models` lists the models, `livedshl models add` makes one",
        )
    try:
        content = read_json(path)
        version = content["format_version"]
        expected = checksum(content)
    except (KeyError, TypeError, ValueError, OSError, RecursionError) as error:
        what = error.strerror if isinstance(error, OSError) else error
        raise BundleError(
            f"damaged ({what})", where=str(path), remedy="Build the model again"
        ) from error
    if version != FORMAT_VERSION:
        raise BundleError(
            f"the model has format {version}, and this livedshl reads format {FORMAT_VERSION}",
            where=str(folder),
            remedy="Build the model again with `livedshl train`",
        )
    if content.get("checksum") != expected:
        raise BundleError("changed or damaged", where=str(path), remedy=_REINSTALL)
    try:
        return _manifest(content)
    except (ValueError, TypeError, ArithmeticError) as error:
        raise BundleError(
            f"damaged ({error})", where=str(path), remedy="Build the model again"
        ) from error


def _manifest(content: Mapping[str, Any]) -> Manifest:
    """The manifest that a JSON object holds. Raises ValueError, which names the wrong field.

    `livedshl.records` would check more, but loading it takes 12 ms at every start of the music.
    """
    written_as = {Mode: str, tuple: list, Mapping: dict}
    hints = get_type_hints(Manifest)
    for field in fields(Manifest):
        if field.name not in content:
            raise ValueError(f"missing key {field.name!r}")
        kind = get_origin(hints[field.name]) or hints[field.name]
        if type(content[field.name]) is not written_as.get(kind, kind):
            raise ValueError(f"{field.name}: wrong type")
    if unknown := content.keys() - hints.keys():
        raise ValueError(f"unknown key {min(unknown)!r}")
    _check_content(content)
    lists = {name: tuple(value) for name, value in content.items() if isinstance(value, list)}
    features = tuple((str(name), int(first), int(n)) for name, first, n in content["features"])
    return Manifest(**{**content, **lists, "mode": Mode(content["mode"]), "features": features})


def _check_content(content: Mapping[str, Any]) -> None:
    """Raises ValueError for a value that no model has."""
    if content["metre"] not in GRIDS:
        raise ValueError("metre: unknown")
    if not (0 < content["length"] <= _MOST_LENGTH and 1 < content["symbols"] <= _MOST_SYMBOLS):
        raise ValueError("length or symbols: out of range")
    if not all(isinstance(name, str) for name in content["chord_classes"]):
        raise ValueError("chord_classes: wrong type")
    if not 0 < len(content["chord_classes"]) <= MOST_CHORD_CLASSES:
        raise ValueError("chord_classes: none, or too many")
    for corpus in content["corpora"]:
        if not isinstance(corpus, dict) or not all(isinstance(v, str) for v in corpus.values()):
            raise ValueError("corpora: wrong type")
        if "title" not in corpus:
            raise ValueError("corpora: missing key 'title'")


def check_file(folder: Path, name: str, digests: Mapping[str, str]) -> None:
    """Compares a file with the SHA-256 of its name in a manifest.

    Raises BundleError if it differs or cannot be read.
    """
    path = folder / name
    try:
        expected = digests[name]
    except KeyError:
        raise BundleError(
            f"the manifest does not list {name}", where=str(folder), remedy=_REINSTALL
        ) from None
    try:
        found = sha256(path)
    except OSError as error:
        raise BundleError(
            f"cannot be read ({error.strerror})", where=str(path), remedy=_REINSTALL
        ) from error
    if found != expected:
        raise BundleError(
            "changed or damaged (its SHA-256 is not the manifest's)",
            where=str(path),
            remedy=_REINSTALL,
        )


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal. Raises OSError."""
    with open_regular(path) as file:
        return hashlib.file_digest(cast(Any, file), "sha256").hexdigest()


def checksum(manifest: Mapping[str, Any]) -> str:
    """The SHA-256 of everything in a manifest except its "checksum"."""
    rest = {key: value for key, value in manifest.items() if key != "checksum"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def read_json(path: Path) -> Any:
    """The content of a JSON file of bounded size. Raises ValueError or OSError."""
    try:
        return json.loads(read_regular(path, _MAX_JSON_BYTES))
    except RecursionError:
        raise ValueError(f"{path.name} is nested too deeply") from None


def write_json(path: Path, content: Any) -> None:
    """Writes a JSON file that is the same on every system."""
    text = json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")
