"""Vouches for the files of a bundle: its manifest, their SHA-256, and the checksum of both."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from livedshl.errors import BundleError

FORMAT_VERSION = 2
MANIFEST = "manifest.json"
_MAX_JSON_BYTES = 64 << 20
_REINSTALL = "Install or build the model again"


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a bundle, after checking it. Raises BundleError."""
    path = folder / MANIFEST
    if not path.is_file():
        raise BundleError(
            f"there is no model here ({MANIFEST} is missing)",
            where=str(folder),
            remedy="`livedshl models` lists the models, `livedshl models add` makes one",
        )
    try:
        manifest = read_json(path)
        version = manifest["format_version"]
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
    if manifest.get("checksum") != checksum(manifest):
        raise BundleError("changed or damaged", where=str(path), remedy=_REINSTALL)
    return cast(dict[str, Any], manifest)


def check_file(folder: Path, name: str, manifest: Mapping[str, Any]) -> None:
    """Compares a file with the manifest. Raises BundleError if it differs or cannot be read."""
    path = folder / name
    try:
        expected = manifest["sha256"][name]
    except (KeyError, TypeError):
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
    """The SHA-256 of everything in the manifest except its "checksum"."""
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
