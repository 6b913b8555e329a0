"""The arranger of a band, with the library that accompanies its tunes if a part plays by code."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from livedshl.arranger import Arranger, Part
from livedshl.bundle import Bundle
from livedshl.bundle.accompaniment import accompaniment_for
from livedshl.music import ChordVocabulary, Grid
from livedshl.performance.settings import Settings
from livedshl.performance.steering import Band

if TYPE_CHECKING:
    from livedshl.arranger.accompaniment_finder import AccompanimentFinder


def arranger_of(
    band: Band, settings: Settings, bundle: Bundle, vocabulary: ChordVocabulary
) -> Arranger:
    """The arranger of a band, for tunes of a model whose steps number these chords.

    Raises BundleError for a library that is damaged.
    """
    finder = finder_for(band.parts, bundle.folder, settings.grid)
    return Arranger(
        band.parts, vocabulary, settings.grid, settings.key.mode, band.groove, settings.seed, finder
    )


def finder_for(parts: Iterable[Part], tunes: Path, grid: Grid) -> "AccompanimentFinder | None":
    """The finder for a band; None if nobody plays by code, or there is nothing in the metre.

    tunes: the folder of their bundle. Raises BundleError for a library that is damaged.
    """
    if not any(part.plays_by_code for part in parts):
        return None
    # Late: it loads networks, which other bands do not wait for.
    from livedshl.arranger.accompaniment_finder import finder_of

    folder = accompaniment_for(tunes)
    return None if folder is None else finder_of(folder, grid)
