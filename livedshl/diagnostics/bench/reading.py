"""How many tunes a second are read, by kind of file and by number of processes."""

import os
import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from livedshl.corpus.files import TuneFile
from livedshl.corpus.library import stream_corpus
from livedshl.corpus.portions import cut
from livedshl.corpus.reading import read_batch, unreadable
from livedshl.diagnostics.bench.measurement import Measurement
from livedshl.performance.options import make_settings
from livedshl.progress import Progress, unseen
from livedshl.rendering import render
from livedshl.work import in_order, local_crew

_MEASURED_S = 15.0  # for each kind of file and number of processes
_BARS = 32
_TUNES_IN_A_BOOK = 50
FILES = {"ABC": 40, "MIDI": 500, "MusicXML": 250}
_MILLION = 1_000_000
_HOUR_S = 3600

_TUNE = """X:{number}
T:The Bench {number}
R:reel
M:4/4
L:1/8
K:G
|: "G"GABc dedB | "C"c2ec "G"B2dB | "Am"ABcd "D7"edcA | "G"B2G2 "D7"A2F2 |
"G"GABc dedB | "C"c2ec "G"B2dB | "Am"ABcd "D7"edcB | "G"G2(3BAG G4 :|
|: "Em"e2ef gfed | "G"B2dB G4 | "C"cBcd "A7"e2^c2 | "D"d^cde "D7"f2d2 |
"Em"e2ef gfed | "G"B2dB G2B2 | "Am"cBAG "D7"FGAF |1 "G"G2B2 G4 :|2 "G"G2B2 "D7"A4 |]

"""


def measure_reading(
    progress: Progress, files: Mapping[str, int] = FILES, limit_s: float = _MEASURED_S
) -> list[Measurement]:
    """Tunes a second, the ratio to the first, and how long a million tunes would take.

    files: how many to read of each kind. limit_s: for how long to read them.
    """
    numbers = sorted({1, os.cpu_count() or 1})
    speeds: dict[str, float] = {}
    with TemporaryDirectory(prefix="livedshl-") as scratch:
        _write_tunes(Path(scratch), files)
        for kind in files:
            for n_workers in numbers:
                what = f"{kind}, {n_workers} process{'es' if n_workers > 1 else ''}"
                progress(f"Reading {what}", len(speeds) / (len(files) * len(numbers)))
                cache = Path(scratch) / f"cache of {what}"
                speeds[what] = _speed(Path(scratch) / kind, n_workers, cache, limit_s)
    progress("Reading", 1.0)
    first = next(iter(speeds.values()))
    return [
        Measurement(
            what,
            {
                "tunes a second": speed,
                "ratio": speed / first,
                "hours for a million": _MILLION / speed / _HOUR_S,
            },
        )
        for what, speed in speeds.items()
    ]


def _speed(folder: Path, n_workers: int, cache: Path, limit_s: float) -> float:
    """Tunes a second, once the processes are started."""
    with local_crew(n_workers) as crew:
        path = next(folder.iterdir())
        first = next(cut(0, TuneFile(path, path.name))).tasks[:1]
        deque(in_order(crew, read_batch, [first] * n_workers, unreadable), maxlen=0)
        since = time.perf_counter()
        stream = stream_corpus(
            [str(folder)], grid=None, mode=None, progress=unseen, crew=crew, cache=cache
        )
        n_tunes = 0
        for _ in stream.tunes:
            n_tunes += 1
            if time.perf_counter() - since > limit_s:
                break
        return n_tunes / (time.perf_counter() - since)


def _write_tunes(folder: Path, files: Mapping[str, int]) -> None:
    """Writes a book of reels, and a piece for band as livedshl plays it, so many times each."""
    for kind in files:
        (folder / kind).mkdir()
    for book in range(files["ABC"]):
        tunes = (_TUNE.format(number=number + 1) for number in range(_TUNES_IN_A_BOOK))
        (folder / "ABC" / f"{book:04}.abc").write_text("".join(tunes))
    piece, score = folder / "piece.mid", folder / "piece.musicxml"
    render(make_settings(bars=_BARS, seed=1), piece, score)
    for path, kind in ((piece, "MIDI"), (score, "MusicXML")):
        content = path.read_bytes()
        for number in range(files[kind]):
            (folder / kind / f"{number:04}{path.suffix}").write_bytes(content)
