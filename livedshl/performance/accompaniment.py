"""The library that accompanies a band's tunes, if a part of it plays by code."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from livedshl.arranger import Part
from livedshl.bundle import Bundle
from livedshl.bundle.accompaniment import accompaniment_for
from livedshl.music import Grid

if TYPE_CHECKING:
    from livedshl.arranger.accompaniment_finder import AccompanimentFinder


def finder_for(parts: Iterable[Part], bundle: Bundle, grid: Grid) -> "AccompanimentFinder | None":
    """The finder for a band; None if nobody plays by code, or there is nothing in the metre.

    Raises BundleError for a library that is damaged.
    """
    if not any(part.plays_by_code for part in parts):
        return None
    # Late: it loads networks, which other bands do not wait for.
    from livedshl.arranger.accompaniment_finder import finder_of

    folder = accompaniment_for(bundle.folder)
    return None if folder is None else finder_of(folder, grid)
