"""The manifest of a bundle, which vouches for its files by their SHA-256, and for itself."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_origin, get_type_hints

from livedshl.errors import BundleError
from livedshl.music.leadsheet import Mode

FORMAT_VERSION = 2
MANIFEST = "manifest.json"
_MAX_JSON_BYTES = 64 << 20
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


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a bundle, after checking it. Raises BundleError."""
    path = folder / MANIFEST
    if not path.is_file():
        raise BundleError(
            f"there is no model here ({MANIFEST} is missing)",
            where=str(folder),
            remedy="`livedshl models` lists the models, `livedshl models add` makes one",
        )
    try:
        content = read_json(path)
        version = content["format_version"]
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise BundleError(
            f"damaged ({error})", where=str(path), remedy="Build the model again"
        ) from error
    if version != FORMAT_VERSION:
        raise BundleError(
            f"the model has format {version}, and this livedshl reads format {FORMAT_VERSION}",
            where=str(folder),
            remedy="Build the model again with `livedshl train`",
        )
    if content.get("checksum") != checksum(content):
        raise BundleError("changed or damaged", where=str(path), remedy=_REINSTALL)
    try:
        return _manifest(content)
    except ValueError as error:
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
    lists = {name: tuple(value) for name, value in content.items() if isinstance(value, list)}
    features = tuple((str(name), int(first), int(n)) for name, first, n in content["features"])
    return Manifest(**{**content, **lists, "mode": Mode(content["mode"]), "features": features})


def check_file(folder: Path, name: str, manifest: Manifest) -> None:
    """Compares a file with the manifest. Raises BundleError if it differs or cannot be read."""
    path = folder / name
    try:
        expected = manifest.sha256[name]
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
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checksum(manifest: Mapping[str, Any]) -> str:
    """The SHA-256 of everything in a manifest except its "checksum"."""
    rest = {key: value for key, value in manifest.items() if key != "checksum"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def read_json(path: Path) -> Any:
    """The content of a JSON file of bounded size. Raises ValueError or OSError."""
    if path.stat().st_size > _MAX_JSON_BYTES:
        raise ValueError(f"{path.name} is larger than {_MAX_JSON_BYTES >> 20} MiB")
    return json.loads(path.read_text(encoding="utf-8"))


def write_json(path: Path, content: Any) -> None:
    """Writes a JSON file that is the same on every system."""
    text = json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")
