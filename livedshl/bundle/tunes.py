"""Lists the tunes of a model, in every metre and mode, and finds them by words or number."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from livedshl.bundle import open_bundle
from livedshl.bundle.catalogue import kind_folders
from livedshl.errors import TuneError
from livedshl.music.leadsheet import Mode

_MOST_NAMED = 6  # tunes listed if several match


@dataclass(frozen=True, slots=True)
class ListedTune:
    """A tune of a model.

    number: from 1, in the whole model. row: from 0, in the bundle of its metre and mode. bars:
    whole ones. segments: different ones.
    """

    number: int
    title: str
    source: str
    metre: str
    mode: Mode
    row: int
    bars: int
    segments: int


def tunes_of(folder: Path) -> list[ListedTune]:
    """The tunes of a model, first those of its own metre and mode. Raises BundleError."""
    listed: list[ListedTune] = []
    for bundle in map(open_bundle, kind_folders(folder)):
        library = bundle.library
        bars = np.diff(library.tune_steps) // library.grid.bar_steps
        segments = np.bincount(library.tune_of, minlength=len(library.tunes))
        for row, tune in enumerate(library.tunes):
            listed.append(
                ListedTune(
                    number=len(listed) + 1,
                    title=tune.title,
                    source=tune.source,
                    metre=str(library.grid),
                    mode=bundle.mode,
                    row=row,
                    bars=int(bars[row]),
                    segments=int(segments[row]),
                )
            )
    return listed


def search(tunes: Sequence[ListedTune], words: Sequence[str]) -> list[ListedTune]:
    """The tunes with every word, or part of a word, in title or source.

    Ignores case and accents.
    """
    wanted = [_plain(word) for word in words]
    return [
        tune for tune in tunes if all(w in _plain(f"{tune.title} {tune.source}") for w in wanted)
    ]


def the_tune(tunes: Sequence[ListedTune], words_or_number: str) -> ListedTune:
    """The tune with that number, or that title, or else those words.

    Raises TuneError if no tune or more than one matches.
    """
    if words_or_number.isdecimal():
        found = [tune for tune in tunes if tune.number == int(words_or_number)]
    else:
        wanted = _plain(words_or_number)
        found = [tune for tune in tunes if _plain(tune.title) == wanted]
        found = found or search(tunes, words_or_number.split())
    if len(found) == 1:
        return found[0]
    if not found:
        raise TuneError(
            f"no tune {words_or_number!r} among the {len(tunes):,} in this metre and mode",
            remedy="`livedshl library WORDS` searches all tunes",
        )
    named = "; ".join(f"{tune.number} {tune.title}" for tune in found[:_MOST_NAMED])
    more = f"; and {len(found) - _MOST_NAMED:,} more" if len(found) > _MOST_NAMED else ""
    raise TuneError(
        f"{len(found):,} tunes match {words_or_number!r}: {named}{more}",
        remedy="Choose one by its number",
    )


def _plain(text: str) -> str:
    """Text without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
