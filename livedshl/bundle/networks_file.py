"""Finds the file of a bundle's networks, which several bundles may share."""

from collections.abc import Mapping
from pathlib import Path

from livedshl.bundle.catalogue import kind_folders
from livedshl.bundle.integrity import MANIFEST, check_file, read_manifest, sha256
from livedshl.errors import BundleError

NETWORKS = "networks.safetensors"


def networks_of(folder: Path) -> Path:
    """The networks in the folder of a bundle, or else in one of the two folders above it.

    A file above is shared by all kinds of a model, or by several models. If there is no file, you
    get the path where the bundle's own would be. The manifest tells whether it is the right one.
    """
    own = folder / NETWORKS
    return next((path for path in (own, *_above(folder)) if path.is_file()), own)


def check_networks_file(folder: Path, digests: Mapping[str, str]) -> None:
    """Compares the networks of the bundle in a folder with the SHA-256 in its manifest.

    Raises BundleError if they differ, are missing or cannot be read.
    """
    path = networks_of(folder)
    if not path.exists():
        raise BundleError(
            f"{NETWORKS} is missing, here and in the two folders above",
            where=str(folder),
            remedy="If you copied the model, copy that file too. Or install or build it again",
        )
    check_file(path.parent, NETWORKS, digests)


def are_above(folder: Path, digest: str) -> bool:
    """Whether a folder above has the networks with this SHA-256. Raises OSError."""
    nearest = next((path for path in _above(folder) if path.is_file()), None)
    return nearest is not None and sha256(nearest) == digest


def sharing(folder: Path) -> list[Path]:
    """The folders of all bundles with the networks that the one in `folder` has, itself too.

    Raises BundleError.
    """
    networks, root = read_manifest(folder).sha256[NETWORKS], networks_of(folder).parent
    models = [root] if (root / MANIFEST).is_file() else []
    models += sorted(path.parent for path in root.glob(f"*/{MANIFEST}"))
    kinds = dict.fromkeys(kind for model in models for kind in kind_folders(model))
    return [kind for kind in kinds if read_manifest(kind).sha256.get(NETWORKS) == networks]


def _above(folder: Path) -> list[Path]:
    return [above / NETWORKS for above in list(folder.resolve().parents)[:2]]
