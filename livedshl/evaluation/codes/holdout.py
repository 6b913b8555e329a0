"""Holds whole songs out of a corpus, and removes from the rest everything that they share."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import SegmentLibrary
from livedshl.errors import CorpusError
from livedshl.learning.melodies import RECURS, melody_ids
from livedshl.learning.pairs import positive_pairs
from livedshl.music.segments import Tune


@dataclass(frozen=True, slots=True, eq=False)
class Holdout:
    """A corpus with whole songs held out.

    library: the segments of all songs of the corpus. training: the segments to learn from, with
        only their tunes, and those of other corpora after them.
    training_pairs: positive pairs of rows of `training`, int32[m, 2].
    training_rows: rows of `library` that `training` has, in its order; then, counted on from the
        end of `library`, rows of the other corpora.
    queries: positive pairs of rows of `library` in the held-out songs, int32[q, 2].
    songs: held-out songs. recurring: songs kept from training because they are held-out songs under
        another name. removed: further segments kept from training because a held-out song has them.
    """

    library: SegmentLibrary
    training: SegmentLibrary
    training_pairs: NDArray[np.int32]
    training_rows: NDArray[np.int64]
    queries: NDArray[np.int32]
    songs: tuple[str, ...]
    recurring: tuple[str, ...]
    removed: int


def choose_songs(tunes: Sequence[Tune], share_or_file: str, seed: int) -> NDArray[np.int64]:
    """The songs to hold out: a random share of all, or those named in a file.

    The file has the title or the source of a song on each line. Raises CorpusError for a share
    that leaves one side empty, an unreadable file, or names that are not in the corpus.
    """
    try:
        n_songs = round(float(share_or_file) * len(tunes))
    except ValueError:
        return _named_songs(tunes, Path(share_or_file))
    if not 1 <= n_songs < len(tunes):
        raise CorpusError(
            f"holding out {share_or_file} of {len(tunes)} songs leaves one side empty",
            remedy="Give a share such as 0.1",
        )
    order = np.random.default_rng(seed).permutation(len(tunes))
    return np.sort(order[:n_songs])


def hold_out(
    tunes: Sequence[Tune],
    songs: NDArray[np.int64],
    follow_beats: int,
    also: Sequence[Tune] = (),
) -> Holdout:
    """Holds out `songs`, given as numbers of `tunes`.

    Also keeps from training the songs that share half or more of their melody with a held-out one,
    and every segment that a held-out song has. also: tunes of other corpora, to learn from only.
    Their chords may have been added, so of these every segment is kept from training whose melody
    a held-out song has, in any octave. Raises CorpusError if too little is left.
    """
    tunes = [tune for tune in tunes if len(tune.starts)]
    also = [tune for tune in also if len(tune.starts)]
    library = SegmentLibrary.of_tunes(tunes)
    every = SegmentLibrary.of_tunes([*tunes, *also]) if also else library
    pairs = positive_pairs([*tunes, *also], follow_beats)
    of_held_out = np.isin(every.tune_of, songs)
    melodies = melody_ids(every.contents())
    taken = np.isin(melodies, melodies[of_held_out])
    shared = np.bincount(every.tune_of, taken) / np.bincount(every.tune_of)
    recurring = [int(song) for song in np.setdiff1d(np.flatnonzero(shared >= RECURS), songs)]
    known = np.isin(every.content_ids, every.content_ids[of_held_out])
    known |= taken & (np.arange(len(every)) >= len(library))
    recurs = np.isin(every.tune_of, recurring)
    rows = np.flatnonzero(~known & ~recurs)
    place = np.full(len(every), -1)
    place[rows] = np.arange(len(rows))
    training_pairs = place[pairs]
    queries = pairs[of_held_out[pairs[:, 0]]]
    training_pairs = training_pairs[(training_pairs >= 0).all(1)].astype(np.int32)
    if not len(queries) or not len(training_pairs):
        raise CorpusError(
            "too few songs to hold some out and learn from the others", remedy="Give more songs"
        )
    return Holdout(
        library=library,
        training=every.part(rows),
        training_pairs=training_pairs,
        training_rows=rows,
        queries=queries,
        songs=tuple(library.tunes[song].source for song in songs),
        recurring=tuple(every.tunes[song].source for song in recurring),
        removed=int((known & ~recurs & ~of_held_out).sum()),
    )


def _named_songs(tunes: Sequence[Tune], path: Path) -> NDArray[np.int64]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(
            f"neither a share nor a readable file of song names ({error})",
            where=str(path),
            remedy="Give a share such as 0.1, or a text file with a title on each line",
        ) from error
    names = {line.strip() for line in lines if line.strip()}
    found = [i for i, tune in enumerate(tunes) if {tune.title, tune.source} & names]
    unknown = names - {name for i in found for name in (tunes[i].title, tunes[i].source)}
    if unknown or not found:
        raise CorpusError(
            f"{len(unknown)} names are not in the corpus, such as "
            f"{min(unknown, default='(no name at all)')!r}",
            where=str(path),
            remedy="Give titles or sources as `livedshl library` shows them",
        )
    return np.array(found, np.int64)
