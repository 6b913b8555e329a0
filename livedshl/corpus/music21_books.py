"""Tune books that come with music21, and what a model says of the books it was built from."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from livedshl.files import shown_name

# All were printed long ago and are in the public domain. The people named made their ABC
# transcriptions freely available, as the files say.
BOOKS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "music21:airdsAirs": {
            "title": "James Aird: A Selection of Scotch, English, Irish and Foreign Airs "
            "(1782-1803)",
            "source": "the corpus of the Python package music21, folder airdsAirs",
            "licence": "public domain",
            "credits": "transcribed by Jack Campin",
        },
        "music21:ryansMammoth": {
            "title": "Ryan's Mammoth Collection (1883)",
            "source": "the corpus of the Python package music21, folder ryansMammoth",
            "licence": "public domain",
            "credits": "transcribed by Ray Davies, John Chambers, Bob Puckette, John Walsh "
            "and others",
        },
        "music21:oneills1850": {
            "title": "Francis O'Neill: Music of Ireland (1903)",
            "source": "the corpus of the Python package music21, folder oneills1850",
            "licence": "public domain",
            "credits": "transcribed by Henrik Norbeck, Bob Safranek, Trish O'Neil, John Chambers, "
            "Dan G. Petersen, Michael Hogan, Stephen Foy and others",
        },
    }
)


def describe(paths: Sequence[str]) -> list[dict[str, str]]:
    """What a manifest says of the tunes read from `paths`: a title each, and what is known."""
    return [dict(BOOKS.get(path, {"title": shown_name(Path(path).name)})) for path in paths]


def music21_corpus_folder() -> Path:
    """The folder of the tune books that come with music21, which takes seconds to import."""
    from music21 import common

    return Path(common.getCorpusFilePath())
