"""A library of accompaniment made from songs of our own; its networks learned for a moment."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from livedshl.arranger.accompaniment_finder import AccompanimentFinder, finder_of
from livedshl.learning.accompaniment.library import learn_library
from livedshl.learning.accompaniment.reading import AccompaniedSongs, accompanied_songs
from livedshl.learning.accompaniment.training import AccompanimentSettings
from livedshl.music import COMMON_TIME
from livedshl.networks.shape import NetworkShape, Reader
from livedshl.progress import unseen
from support.made_songs import made_songs

SMALL = AccompanimentSettings(
    shape=NetworkShape(Reader.WINDOW, 16, 16, 32), epochs=1, batch_size=128
)
CORPORA = [{"title": "Songs of our own"}]


@cache
def songs_of_ours() -> AccompaniedSongs:
    """Songs in 4/4 that each keep a figure of their own."""
    return accompanied_songs(made_songs(8))


def write_library(folder: Path) -> None:
    """Writes the library of these songs."""
    learn_library(songs_of_ours(), CORPORA, folder, SMALL, unseen)


@cache
def finder() -> AccompanimentFinder:
    """The finder of the library in 4/4."""
    with TemporaryDirectory() as folder:
        write_library(Path(folder))
        found = finder_of(Path(folder), COMMON_TIME)
    assert found is not None
    return found
