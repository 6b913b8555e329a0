"""Makes a library of accompaniment: from songs to networks, codes and a folder to play from."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle.accompaniment import write_accompaniment
from livedshl.bundle.accompaniment_bars import MOST_BEATS, BarArrays
from livedshl.bundle.library import TuneInfo
from livedshl.corpus import describe
from livedshl.index import CodeShape
from livedshl.index.codes import pack
from livedshl.learning.accompaniment.reading import AccompaniedSongs, read_accompanied
from livedshl.learning.accompaniment.training import AccompanimentSettings, train_accompaniment
from livedshl.music.accompaniment import Accompaniment
from livedshl.music.grid import GRIDS
from livedshl.networks.accompaniment import AccompanimentEncoder
from livedshl.networks.weights import networks_bytes, rounded
from livedshl.progress import Progress

_MOST_BARS = 10_000  # of a metre: the library then takes under 3 MB beside its networks
_BLOCK = 1024  # bars
_GRIDS = tuple(GRIDS.values())


@dataclass(frozen=True, slots=True)
class TrainedAccompaniment:
    """What was made. songs, bars, pairs: learned from. kept: songs and bars in the library."""

    songs: int
    bars: int
    pairs: int
    kept: Mapping[str, int]


def train_library(
    paths: Sequence[str],
    folder: Path,
    settings: AccompanimentSettings,
    progress: Progress,
    cluster: str | None = None,
) -> TrainedAccompaniment:
    """Trains networks on the songs in `paths` and writes a library into `folder`.

    cluster: as in `read_accompanied`. Raises CorpusError.
    """
    songs = read_accompanied(paths, progress, cluster)
    return learn_library(songs, describe(paths), folder, settings, progress)


def learn_library(
    songs: AccompaniedSongs,
    corpora: Sequence[Mapping[str, str]],
    folder: Path,
    settings: AccompanimentSettings,
    progress: Progress,
) -> TrainedAccompaniment:
    """The same for songs that were read. corpora: their sources.

    The networks learn from all songs. The library keeps whole stretches, drawn by the seed, up to a
    number of bars in each metre.
    """
    pairs = songs.bars.followed()
    networks = train_accompaniment(songs.bars, pairs, settings, progress)
    weights = rounded(networks.weights())
    encoder = AccompanimentEncoder(weights, settings.shape)
    kept = _drawn(songs, np.random.default_rng(settings.seed))
    arrays = _arrays(songs, kept, encoder, progress)
    stretches = [_info(songs.accompaniments[number]) for number in kept]
    figures = {
        "songs learned from": songs.n_songs,
        "bars learned from": len(songs.bars),
        "pairs learned from": len(pairs),
    }
    numbers = {
        "songs": len({songs.songs[number] for number in kept}),
        "bars": int(arrays.used.sum()),
    }
    write_accompaniment(
        folder,
        stretches,
        arrays,
        networks_bytes(weights, settings.shape),
        CodeShape(settings.shape.length, settings.shape.symbols),
        songs=numbers["songs"],
        training=asdict(settings),
        corpora=corpora,
        figures=figures,
    )
    return TrainedAccompaniment(songs.n_songs, len(songs.bars), len(pairs), numbers)


def _info(accompaniment: Accompaniment) -> TuneInfo:
    return TuneInfo(accompaniment.title, accompaniment.source)


def _drawn(songs: AccompaniedSongs, rng: np.random.Generator) -> list[int]:
    """The numbers of the stretches that are kept, ascending."""
    kept: list[int] = []
    bars = dict.fromkeys(_GRIDS, 0)
    for number in rng.permutation(len(songs.accompaniments)).tolist():
        one = songs.accompaniments[number]
        if bars[one.grid] + len(one) <= _MOST_BARS:
            bars[one.grid] += len(one)
            kept.append(number)
    return sorted(kept)


def _arrays(
    songs: AccompaniedSongs,
    kept: Sequence[int],
    encoder: AccompanimentEncoder,
    progress: Progress,
) -> BarArrays:
    """The bars of some stretches, with their codes."""
    those = [songs.accompaniments[number] for number in kept]
    sizes = [len(one) for one in those]
    rows = np.flatnonzero(np.isin(songs.bars.stretches, kept))
    used = np.concatenate([one.used for one in those])
    chords = np.full((len(rows), MOST_BEATS, 2), (-1, 0), np.int8)
    chords_of = np.split(chords, np.cumsum(sizes)[:-1])
    for one, there in zip(those, chords_of, strict=True):
        there[:, : one.grid.bar_beats] = one.chords
    shape = CodeShape(encoder.shape.length, encoder.shape.symbols)
    backward = np.zeros((len(rows), shape.words), np.uint64)
    coded = _coded(songs, rows[used], encoder, progress)
    backward[used] = pack(coded, shape)
    n_notes = np.concatenate([np.diff(one.offsets) for one in those])
    return BarArrays(
        stretch_bars=np.cumsum([0, *sizes]).astype(np.int32),
        grids=np.array([_GRIDS.index(one.grid) for one in those], np.int8),
        offsets=np.concatenate([[0], np.cumsum(n_notes)]).astype(np.int32),
        notes=np.concatenate([one.notes for one in those]).astype(np.int8),
        chords=chords,
        used=used.astype(np.uint8),
        backward=backward,
    )


def _coded(
    songs: AccompaniedSongs,
    rows: NDArray[np.int64],
    encoder: AccompanimentEncoder,
    progress: Progress,
) -> NDArray[np.uint8]:
    """The backward codes of some bars, uint8[n, L]."""
    blocks = []
    for start in range(0, len(rows), _BLOCK):
        blocks.append(encoder.backward(songs.bars, rows[start : start + _BLOCK]))
        progress("Coding the bars", min(1.0, (start + _BLOCK) / len(rows)))
    return np.concatenate(blocks)
