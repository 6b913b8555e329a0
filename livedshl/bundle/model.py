"""A model in use: the tunes and codes of a bundle, and the index that searches them."""

import logging
from dataclasses import dataclass
from pathlib import Path

from livedshl.bundle.bundle import Bundle, open_bundle
from livedshl.bundle.catalogue import bundle_folder, find_bundle, own_bundles, shipped_bundles
from livedshl.bundle.integrity import read_manifest
from livedshl.bundle.library import TuneInfo
from livedshl.index import CodeIndex
from livedshl.music import Mode
from livedshl.progress import Progress, unseen

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Tunes of one metre and mode, ready to play from.

    bundle: its tunes and their codes. index: searches the codes.
    """

    bundle: Bundle
    index: CodeIndex

    @property
    def folder(self) -> Path:
        """The folder of the bundle."""
        return self.bundle.folder

    @property
    def metre(self) -> str:
        """The metre of its tunes, such as "6/8"."""
        return str(self.bundle.library.grid)

    @property
    def mode(self) -> Mode:
        """The mode of its tunes."""
        return self.bundle.mode

    @property
    def tunes(self) -> tuple[TuneInfo, ...]:
        """Title and source of every tune."""
        return self.bundle.library.tunes


def load_model(
    name_or_folder: str | Path = "session", metre: str | None = None, mode: str | None = None
) -> Model:
    """Opens a model by name, or by the path of its folder. Raises BundleError.

    metre, mode: which of its tunes, such as "6/8" and "minor"; by default its main ones.

    >>> jigs = load_model("session", metre="6/8")
    >>> len(jigs.tunes)
    1014
    """
    of_model = str(name_or_folder)
    own_mode = read_manifest(bundle_folder(of_model)).mode if mode is None else mode
    return open_model(find_bundle(of_model, metre, Mode(own_mode)))


def open_model(folder: Path, progress: Progress = unseen) -> Model:
    """Opens the model in a folder, and no other kind within it. Raises BundleError."""
    bundle = open_bundle(folder, lambda share: progress("Opening the model", share))
    tunes, segments = len(bundle.library.tunes), len(bundle.library)
    log.info("model %s: %s tunes, %s segments", folder, f"{tunes:,}", f"{segments:,}")
    return Model(bundle, CodeIndex(bundle.backward, bundle.shape))


def list_models() -> list[str]:
    """The names of all models: yours, and those that ship with livedshl."""
    return list(own_bundles() | shipped_bundles())
