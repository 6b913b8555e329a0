"""Takes whole songs out of a corpus, and everything that gives them away out of what is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import SegmentLibrary
from livedshl.errors import CorpusError
from livedshl.learning.pairs import Edges, positive_pairs
from livedshl.music.segments import CHORD, PITCH, REST, Tune

# Share of its melody from which on a song counts as a held-out one under another name. By melody,
# because tunes recur with other chords and in other octaves too.
RECURS = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Holdout:
    """A corpus with whole songs held out.

    library: the segments of all songs. training: those of them, and only their tunes, that may be
        learned from. training_pairs: positive pairs of rows of `training`, int32[m, 2].
    training_rows: the rows of `library` that `training` has, in its order.
    queries: positive pairs of rows of `library` in the held-out songs, int32[q, 2].
    songs: held-out songs. recurring: songs left out of training because they are held-out ones
        again. removed: further segments taken from training because a held-out song has them too.
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
    """The songs to hold out: a share of all, drawn by `seed`, or those that a file names.

    The file has the title or the source of a song on each line. Raises CorpusError for a share
    that leaves nothing on one side, an unreadable file, or names that are not in the corpus.
    """
    try:
        n_songs = round(float(share_or_file) * len(tunes))
    except ValueError:
        return _named_songs(tunes, Path(share_or_file))
    if not 1 <= n_songs < len(tunes):
        raise CorpusError(
            f"holding out {share_or_file} of {len(tunes)} songs leaves none on one side; "
            "give a share such as 0.1"
        )
    order = np.random.default_rng(seed).permutation(len(tunes))
    return np.sort(order[:n_songs])


def hold_out(tunes: Sequence[Tune], songs: NDArray[np.int64], follow_beats: int) -> Holdout:
    """Holds the `songs`, numbers of tunes, out.

    Training loses them, the songs that have half or more of their melody from them, and every
    segment that any of them has. Raises CorpusError if too little is left.
    """
    tunes = [tune for tune in tunes if len(tune.starts)]
    library = SegmentLibrary.of_tunes(tunes)
    pairs = positive_pairs(tunes, follow_beats)
    melodies = np.split(melody_ids(library.contents()), _ends(library))
    taken = set(np.concatenate([melodies[song] for song in songs]).tolist())
    held_out = set(songs.tolist())
    recurring = [
        song
        for song, ids in enumerate(melodies)
        if song not in held_out and np.isin(ids, list(taken)).mean() >= RECURS
    ]
    of_held_out = np.isin(library.tune_of, songs)
    known = np.isin(library.content_ids, library.content_ids[of_held_out])
    recurs = np.isin(library.tune_of, recurring)
    rows = np.flatnonzero(~known & ~recurs)
    place = np.full(len(library), -1)
    place[rows] = np.arange(len(rows))
    training_pairs = place[pairs]
    queries = pairs[of_held_out[pairs[:, 0]]]
    training_pairs = training_pairs[(training_pairs >= 0).all(1)].astype(np.int32)
    if not len(queries) or not len(training_pairs):
        raise CorpusError("too few songs to hold some out and learn from the others; give more")
    return Holdout(
        library=library,
        training=library.part(rows),
        training_pairs=training_pairs,
        training_rows=rows,
        queries=queries,
        songs=tuple(library.tunes[song].source for song in songs),
        recurring=tuple(library.tunes[song].source for song in recurring),
        removed=int((known & ~recurs & ~of_held_out).sum()),
    )


def stored_tunes(library: SegmentLibrary) -> list[Tune]:
    """The tunes a library was cut from, with all their segments, repeated ones too.

    A library keeps where a segment first starts; it starts again where the same steps come again,
    as far from a beat as any segment of the tune. So the library of these tunes is the same again.
    """
    tunes = []
    grid = library.grid
    rows = np.split(np.arange(len(library)), _ends(library))
    for number, (info, of_tune) in enumerate(zip(library.tunes, rows, strict=True)):
        first, end = library.tune_steps[number : number + 2].tolist()
        steps = np.asarray(library.steps[first:end])
        kept = {library.contents(of_tune)[i].tobytes(): i for i in range(len(of_tune))}
        first_starts = (library.starts[of_tune] - first).tolist()
        places_in_beat = {start % grid.beat_steps for start in first_starts}
        starts, phases = [], []
        for start in range(end - first - grid.segment_steps + 1):
            if start % grid.beat_steps not in places_in_beat:
                continue
            which = kept.get(steps[start : start + grid.segment_steps].tobytes())
            if which is not None and start >= first_starts[which]:
                starts.append(start)
                phases.append(library.phases[of_tune[which]])
        tunes.append(
            Tune(info.title, info.source, steps, np.array(starts, np.int32), np.array(phases), grid)
        )
    return tunes


def melody_ids(contents: NDArray[np.int8]) -> NDArray[np.int64]:
    """Equal numbers for segments, int8[n, steps, 3], of one melody in whatever octave, int64[n]."""
    flat = melodies(contents).reshape(len(contents), -1)
    return np.unique(flat, axis=0, return_inverse=True)[1].ravel().astype(np.int64)


def melodies(contents: NDArray[np.int8]) -> NDArray[np.int8]:
    """The melodies of segments, int8[n, steps, 3], moved into one octave, int8[n, steps, 2]."""
    moved = contents[..., :CHORD].copy()
    octaves = (Edges.of(contents).first_pitch // 12).astype(np.int8)
    moved[..., PITCH] -= np.where(moved[..., PITCH] == REST, 0, 12 * octaves[:, None]).astype(
        np.int8
    )
    return moved


def _ends(library: SegmentLibrary) -> NDArray[np.intp]:
    """Where the rows of each tune but the last end."""
    return np.searchsorted(library.tune_of, np.arange(1, len(library.tunes)))


def _named_songs(tunes: Sequence[Tune], path: Path) -> NDArray[np.int64]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(
            f"--holdout {path}: neither a share nor a readable file of song names ({error})"
        ) from error
    names = {line.strip() for line in lines if line.strip()}
    found = [i for i, tune in enumerate(tunes) if {tune.title, tune.source} & names]
    unknown = names - {name for i in found for name in (tunes[i].title, tunes[i].source)}
    if unknown or not found:
        raise CorpusError(
            f"{path}: {len(unknown)} names are not in the corpus, such as "
            f"{min(unknown, default='(no name at all)')!r}; give titles or sources as "
            "`livedshl library --model DIR` shows them"
        )
    return np.array(found, np.int64)
