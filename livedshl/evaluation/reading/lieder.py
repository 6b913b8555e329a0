"""Songs with piano in MusicXML, with Roman numerals by people: OpenScore Lieder, When in Rome.

Each analysis in `lieder_analyses` has the name of its score in `lieder`. The keys and roots of a
score's piano are compared with it. Then the score is written as MIDI as strangers do, and read.
"""

from pathlib import Path

from livedshl.evaluation.reading.figures import ReadingFigure, Shares, joint_time, spans_of
from livedshl.evaluation.reading.roman import Roman, romans_of
from livedshl.evaluation.reading.song_scores import SongScore, song_score
from livedshl.evaluation.reading.strangers import measure_stranger
from livedshl.music.harmony import harmony_of
from livedshl.music.key_estimate import number_of
from livedshl.progress import Progress

LIEDER = ("lieder", "lieder_analyses")
_CORPUS = "Lieder"
_AS_MIDI = "Lieder as MIDI"


def measure_lieder(folder: Path, seed: int, progress: Progress) -> list[ReadingFigure]:
    """How well the scores that have an analysis are read."""
    scores, analyses = (folder / name for name in LIEDER)
    shares, songs, analysed = Shares(), 0, 0
    paths = sorted(analyses.glob("*.rntxt"))
    for number, path in enumerate(paths, start=1):
        score = song_score(scores / f"{path.stem}.mxl")
        if score:
            songs += 1
            measure_stranger(score, seed + number, shares)
            romans = romans_of(path, score)
            if romans:
                analysed += 1
                _measure_harmony(score, romans, shares)
        progress(_CORPUS, number / len(paths))
    return [
        ReadingFigure(_CORPUS, "local key", shares.value("local key"), 0.85, analysed),
        ReadingFigure(_CORPUS, "chord root", shares.value("chord root"), 0.85, analysed),
        ReadingFigure(_AS_MIDI, "voice taken", shares.value("voice taken"), 0.95, songs),
        ReadingFigure(_AS_MIDI, "notes on their sixteenth", shares.value("notes"), 0.98, songs),
        ReadingFigure(_AS_MIDI, "chords as in the score", shares.value("chords"), 0.85, songs),
    ]


def _measure_harmony(score: SongScore, romans: list[Roman], shares: Shares) -> None:
    harmony = harmony_of(score.piano, score.bars, score.metre_changes, score.end)
    onsets = [roman.tick for roman in romans]
    keys = spans_of(
        [tick for tick, _ in harmony.keys],
        [(number_of(key),) for _, key in harmony.keys],
        score.end,
    )
    for true, read, ticks in joint_time(
        spans_of(onsets, [(roman.key,) for roman in romans], score.end), keys
    ):
        shares.add("local key", (true.what == read.what) * ticks, ticks)
    true_roots = spans_of(onsets, [(roman.root,) for roman in romans], score.end)
    read_roots = spans_of(
        harmony.chords[:, 0].tolist(),
        [(root,) for root in harmony.chords[:, 1].tolist()],
        score.end,
    )
    for true, read, ticks in joint_time(true_roots, read_roots):
        shares.add("chord root", (true.what == read.what) * ticks, ticks)
