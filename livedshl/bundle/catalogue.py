"""Finds models by name: those that ship, the user's own, and the kinds of tunes within one.

A model is the bundle in its folder, with further bundles in subfolders for other metres and modes.
"""

from pathlib import Path

from livedshl.bundle.integrity import MANIFEST, Manifest, read_manifest
from livedshl.bundle.shipped import shipped
from livedshl.errors import BundleError, did_you_mean
from livedshl.music.leadsheet import Mode


def shipped_bundles() -> dict[str, Path]:
    """The folders of the models that ship, by name."""
    return {
        path.parent.name: path.parent for path in sorted(shipped("models").glob(f"*/{MANIFEST}"))
    }


def own_models() -> Path:
    """The folder that holds the user's own models."""
    from platformdirs import user_data_path  # takes 20 ms, and a shipped model does not need it

    return user_data_path("livedshl") / "models"


def own_bundles() -> dict[str, Path]:
    """The folders of the user's own models, by name."""
    return {path.parent.name: path.parent for path in sorted(own_models().glob(f"*/{MANIFEST}"))}


def size_of(folder: Path) -> int:
    """The bytes that a model takes on the disk."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def remove_own(name: str) -> Path:
    """Deletes a model of the user's own. Returns the folder that it lay in.

    Raises BundleError if there is no such model, or it cannot be deleted.
    """
    import shutil  # late, as nothing else needs it

    own = own_bundles()
    if name not in own:
        ships = name in shipped_bundles()
        raise BundleError(
            "this model comes with livedshl" if ships else f"you have no model {name!r}",
            where=name if ships else "",
            remedy="Only your own can be removed" if ships else did_you_mean(name, own),
        )
    try:
        shutil.rmtree(own[name])
    except OSError as error:
        raise BundleError(f"cannot be removed ({error.strerror})", where=str(own[name])) from error
    return own[name]


def bundle_folder(name_or_folder: str) -> Path:
    """The folder of a model: one that ships, one of the user's own, or else the path itself.

    Raises BundleError if there is no such model and no such folder.
    """
    shipped_one = shipped_bundles().get(name_or_folder)
    folder = shipped_one or own_bundles().get(name_or_folder, Path(name_or_folder))
    if not folder.is_dir():
        raise BundleError(
            f"there is no model {name_or_folder!r}",
            remedy=did_you_mean(name_or_folder, own_bundles() | shipped_bundles())
            or "`livedshl models` lists the models, `livedshl models add` makes one",
        )
    return folder


def find_bundle(name_or_folder: str, metre: str | None = None, mode: Mode = Mode.MAJOR) -> Path:
    """The folder of a model's tunes in one metre and mode.

    metre: None means the metre of the model's own bundle. Raises BundleError if the model has no
    tunes of that kind.
    """
    folder = bundle_folder(name_or_folder)
    own = read_manifest(folder)
    metre = metre or own.metre
    if (own.metre, own.mode) == (metre, mode):
        return folder
    within = folder / kind_folder(metre, mode)
    if (within / MANIFEST).is_file():
        return within
    kinds = ", ".join(f"{kind.metre} {kind.mode.value}" for kind in kind_manifests(folder))
    raise BundleError(
        f"the model has no tunes in {metre} {mode.value}",
        where=name_or_folder,
        remedy=f"It has {kinds}. Choose one of these metres, and a key of that mode (Am is minor)",
    )


def kind_folders(folder: Path) -> list[Path]:
    """The folder of a model, then the folders within it for other metres and modes."""
    return [folder, *sorted(path.parent for path in folder.glob(f"*/{MANIFEST}"))]


def kind_manifests(folder: Path) -> list[Manifest]:
    """The manifests in `kind_folders`. Raises BundleError."""
    return [read_manifest(of_kind) for of_kind in kind_folders(folder)]


def kind_folder(metre: str, mode: Mode) -> str:
    """The name of the folder for a metre and mode within a model: "6-8-minor"."""
    return metre.replace("/", "-") + ("-minor" if mode is Mode.MINOR else "")
