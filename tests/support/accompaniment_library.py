"""A library of accompaniment made from songs of our own, trained for a moment."""

from functools import cache
from pathlib import Path

from livedshl.arranger.accompaniment_finder import finder_of
from livedshl.learning.accompaniment import library
from livedshl.learning.accompaniment.reading import accompanied_songs
from livedshl.learning.accompaniment.training import AccompanimentSettings
from livedshl.music import COMMON_TIME
from livedshl.networks.shape import NetworkShape, Reader
from livedshl.progress import unseen
from support.made_songs import made_songs

SMALL = AccompanimentSettings(
    shape=NetworkShape(Reader.WINDOW, 16, 16, 32), epochs=2, batch_size=64
)


def write_library(folder: Path, n_songs: int = 12) -> None:
    """Writes a library of songs, each with a figure of its own."""
    songs = accompanied_songs(made_songs(n_songs))
    library.learn_library(songs, [], folder, SMALL, unseen)


@cache
def made_finder(folder: Path):
    """The finder of such a library in 4/4."""
    write_library(folder)
    return finder_of(folder, COMMON_TIME)
