"""The tune collections that come with music21 and that a bundle may be built from and shipped."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

# Printed long ago and in the public domain; the transcriptions into ABC were made freely available
# by the people named, as the files themselves say.
COLLECTIONS: Mapping[str, Mapping[str, str]] = MappingProxyType(
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
    """What a manifest says of the tunes read from `paths`: at least a title each."""
    return [dict(COLLECTIONS.get(path, {"title": Path(path).name})) for path in paths]
