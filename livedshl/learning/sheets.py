"""From tune files to lead sheets with chords, and on to the segments of a library."""

from collections.abc import Sequence

from livedshl.bundle import SegmentLibrary
from livedshl.corpus import read_corpus
from livedshl.errors import CorpusError
from livedshl.learning.chords import with_chords
from livedshl.music.grid import Grid
from livedshl.music.leadsheet import LeadSheet, Mode
from livedshl.music.segments import Tune
from livedshl.networks.harmoniser import Harmoniser
from livedshl.progress import Progress


def read_sheets(
    paths: Sequence[str],
    grid: Grid,
    mode: Mode,
    harmoniser: Harmoniser | None,
    progress: Progress,
) -> list[LeadSheet]:
    """The lead sheets in `paths` with that metre and mode, harmonised if they have no chords.

    Raises CorpusError if there are none.
    """
    kept = read_corpus(paths, grid=grid, mode=mode, progress=progress).sheets
    if not kept:
        raise CorpusError(
            "there is no tune to learn from",
            where=", ".join(paths),
            remedy="`livedshl corpus` shows why tunes are skipped",
        )
    sheets = []
    for number, sheet in enumerate(kept, 1):
        sheets.append(with_chords(sheet, harmoniser))
        progress("Laying out the tunes", number / len(kept))
    return sheets


def library_of(tunes: Sequence[Tune]) -> SegmentLibrary:
    """The segments of the tunes. Raises CorpusError if there are none."""
    library = SegmentLibrary.of_tunes(tunes)
    if not len(library):
        raise CorpusError(
            "the tunes have no segment on the sixteenth grid", remedy="Give other tunes"
        )
    return library
