"""The tunes of a model, of every kind it has: listed, and found by words or number."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from livedshl.bundle import open_bundle
from livedshl.bundle.catalogue import kind_folders
from livedshl.errors import TuneError
from livedshl.music.leadsheet import Mode

_MOST_NAMED = 6  # tunes of an answer that fits several


@dataclass(frozen=True, slots=True)
class ListedTune:
    """A tune of a model.

    number: from 1, in the whole model. metre, mode: its kind. row: its place in the bundle of that
    kind, from 0. bars: of that metre, whole ones. segments: different ones.
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
    """The tunes of the model in a folder, those of its own kind first. Raises BundleError."""
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
    """The tunes that have all words, or parts of words, in title or source; case is one, and so
    are letters with and without accents.
    """
    wanted = [_plain(word) for word in words]
    return [
        tune for tune in tunes if all(w in _plain(f"{tune.title} {tune.source}") for w in wanted)
    ]


def the_tune(tunes: Sequence[ListedTune], words_or_number: str) -> ListedTune:
    """The one tune of that number, or of that title, or else with those words.

    Raises TuneError where there is none, or more than one.
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
            f"no tune {words_or_number!r} among the {len(tunes):,} of the metre and mode chosen; "
            "`livedshl library WORDS` searches all"
        )
    named = "; ".join(f"{tune.number} {tune.title}" for tune in found[:_MOST_NAMED])
    more = f"; and {len(found) - _MOST_NAMED:,} more" if len(found) > _MOST_NAMED else ""
    raise TuneError(
        f"{len(found):,} tunes fit {words_or_number!r}, choose one by its number: {named}{more}"
    )


def _plain(text: str) -> str:
    """Text without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
