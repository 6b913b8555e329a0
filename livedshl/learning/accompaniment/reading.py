"""Reads songs and cuts their accompaniment into bars."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from livedshl.corpus.library import stream_corpus
from livedshl.errors import CorpusError
from livedshl.music import LeadSheet
from livedshl.music.accompaniment import Accompaniment, accompaniment_of
from livedshl.music.accompaniment_features import AccompanimentBars
from livedshl.progress import Progress
from livedshl.work import crew_at


@dataclass(frozen=True, slots=True, eq=False)
class AccompaniedSongs:
    """Songs with accompaniment.

    accompaniments: of their stretches in one metre and key. songs: the number of the song of each.
    bars: all bars of these, in order.
    """

    accompaniments: tuple[Accompaniment, ...]
    songs: tuple[int, ...]
    bars: AccompanimentBars

    @property
    def n_songs(self) -> int:
        """How many songs there are."""
        return len(set(self.songs))


def read_accompanied(
    paths: Sequence[str], progress: Progress, cluster: str | None = None
) -> AccompaniedSongs:
    """The songs in `paths` that have an accompaniment. Raises CorpusError if none has.

    cluster: the address of a Dask scheduler, whose workers read them.
    """
    with crew_at(cluster) as crew:
        stream = stream_corpus(paths, grid=None, mode=None, progress=progress, crew=crew)
        return accompanied_songs(tune.sheets for tune in stream.tunes)


def accompanied_songs(songs: Iterable[Sequence[LeadSheet]]) -> AccompaniedSongs:
    """The same of songs that were read, each as its stretches in one metre and key."""
    accompaniments: list[Accompaniment] = []
    numbers: list[int] = []
    for number, sheets in enumerate(songs):
        cut = [one for one in map(accompaniment_of, sheets) if one and one.used.any()]
        accompaniments += cut
        numbers += [number] * len(cut)
    if not accompaniments:
        raise CorpusError(
            "no song has an accompaniment on the sixteenth grid",
            remedy="Give songs in MusicXML with a voice and a piano",
        )
    bars = AccompanimentBars.of(accompaniments, numbers)
    return AccompaniedSongs(tuple(accompaniments), tuple(numbers), bars)
