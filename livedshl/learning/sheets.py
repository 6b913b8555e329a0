"""From tune files to lead sheets with chords, and on to the segments of a library."""

from collections.abc import Iterator, Sequence

from livedshl.bundle import SegmentLibrary
from livedshl.corpus.library import stream_corpus
from livedshl.errors import CorpusError
from livedshl.learning.laying import harmonised
from livedshl.music.grid import Grid
from livedshl.music.leadsheet import LeadSheet, Mode
from livedshl.networks.harmoniser import Harmoniser
from livedshl.progress import Progress
from livedshl.work import Crew, local_crew


def stream_sheets(
    paths: Sequence[str],
    grid: Grid,
    mode: Mode,
    harmoniser: Harmoniser | None,
    progress: Progress,
    crew: Crew,
    melody: str | None = None,
) -> Iterator[LeadSheet]:
    """The lead sheets in `paths` with that metre and mode, harmonised if they have no chords.

    They are read as they are taken. melody: name or number of the track that is the melody of MIDI
    files. Raises CorpusError if no tune is of that kind.
    """
    stream = stream_corpus(paths, grid=grid, mode=mode, progress=progress, crew=crew, melody=melody)
    kept = (sheet for tune in stream.tunes for sheet in tune.sheets)
    nothing = True
    for sheet in harmonised(kept, harmoniser, crew):
        nothing = False
        yield sheet
    if nothing:
        raise CorpusError(
            "there is no tune to learn from",
            where=", ".join(paths),
            remedy="`livedshl corpus` shows why tunes are skipped",
        )


def read_sheets(
    paths: Sequence[str],
    grid: Grid,
    mode: Mode,
    harmoniser: Harmoniser | None,
    progress: Progress,
) -> list[LeadSheet]:
    """The same, all at once."""
    with local_crew() as crew:
        return list(stream_sheets(paths, grid, mode, harmoniser, progress, crew))


def check_segments(library: SegmentLibrary) -> None:
    """Raises CorpusError if no tune has a segment."""
    if not len(library):
        raise CorpusError(
            "the tunes have no segment on the sixteenth grid", remedy="Give other tunes"
        )
