"""POP909: songs in MIDI with human annotations of chords and keys.

Each song's folder has its file, `chord_midi.txt` and `key_audio.txt`, with times in seconds.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from livedshl.corpus.midi_file.chunks import chunks_of
from livedshl.corpus.midi_file.reading import MidiReading, understand
from livedshl.corpus.midi_file.song import song_of
from livedshl.errors import CorpusError
from livedshl.evaluation.reading.figures import ReadingFigure, Shares, Span, joint_time, spans_of
from livedshl.music import Mode
from livedshl.music.chords import QUALITIES, pitch_class
from livedshl.music.key_estimate import number_of
from livedshl.music.leadsheet import Key
from livedshl.progress import Progress
from livedshl.units import TICKS_PER_BEAT

_CORPUS = "POP909"
_MELODY = "MELODY"
_MINOR_THIRD = 3
# Of the annotation; all other qualities count as having no minor third (as mir_eval does).
_WITH_MINOR_THIRD = ("min", "dim", "hdim")

ToTicks = Callable[[float], float]


def measure_pop909(folder: Path, progress: Progress) -> list[ReadingFigure]:
    """How well the songs below a folder are read."""
    shares = Shares()
    songs = sorted(path for path in folder.iterdir() if path.is_dir())
    for number, path in enumerate(songs, start=1):
        _measure_song(path, shares)
        progress(_CORPUS, number / len(songs))
    count = len(songs)
    goals = {
        "files read": None,
        "melody track": 1.0,
        "key": 0.9,
        "key or its relative": None,
        "chord root": 0.8,
        "chord root and third": 0.75,
        "melody on the grid": None,
    }
    return [
        ReadingFigure(_CORPUS, name, shares.value(name), goal, count)
        for name, goal in goals.items()
    ]


def _measure_song(path: Path, shares: Shares) -> None:
    song = song_of(chunks_of((path / f"{path.name}.mid").read_bytes()))
    to_ticks = _clock(song.tempos)
    try:
        reading = understand(song, path.name, path.name)
    except CorpusError:
        for name in ("files read", "melody track", "key", "key or its relative"):
            shares.add(name, 0)
        return
    shares.add("files read", 1)
    shares.add("melody track", f"{_MELODY}: melody" in reading.account.taken)
    shares.add("melody on the grid", reading.account.on_grid)
    true, read = _longest(_true_keys(path, to_ticks)), _longest(_read_keys(reading))
    shares.add("key", read == true)
    shares.add("key or its relative", read in (true, true.relative))
    for true_chord, chord, ticks in joint_time(_true_chords(path, to_ticks), _read_chords(reading)):
        right = true_chord.what[0] == chord.what[0]
        shares.add("chord root", right * ticks, 0)
        shares.add("chord root and third", (right and true_chord.what == chord.what) * ticks, 0)
    for span in _true_chords(path, to_ticks):
        shares.add("chord root", 0, span.end - span.start)
        shares.add("chord root and third", 0, span.end - span.start)


def _clock(tempos: Sequence[tuple[int, int]]) -> ToTicks:
    """What turns seconds into ticks of 480 a quarter note."""
    ticks = np.array([tick for tick, _ in tempos], np.float64)
    tick_s = np.array([quarter / 1e6 / TICKS_PER_BEAT for _, quarter in tempos])
    starts_s = np.concatenate([[0.0], np.cumsum(np.diff(ticks) * tick_s[:-1])])

    def to_ticks(seconds: float) -> float:
        place = max(0, int(np.searchsorted(starts_s, seconds, side="right")) - 1)
        return float(ticks[place] + (seconds - starts_s[place]) / tick_s[place])

    return to_ticks


def _lines(path: Path, to_ticks: ToTicks) -> list[tuple[float, float, str]]:
    """The start, end (ticks) and label of each line of an annotation."""
    rows = [line.split() for line in path.read_text().splitlines() if line.strip()]
    return [(to_ticks(float(start)), to_ticks(float(end)), label) for start, end, label in rows]


def _true_keys(path: Path, to_ticks: ToTicks) -> list[tuple[Key, float]]:
    keys = []
    for start, end, label in _lines(path / "key_audio.txt", to_ticks):
        tonic, mode = label.split(":")
        keys.append(
            (Key(pitch_class(tonic), Mode.MINOR if mode == "min" else Mode.MAJOR), end - start)
        )
    return keys


def _read_keys(reading: MidiReading) -> list[tuple[Key, float]]:
    changes = reading.sheet.key_changes
    spans = spans_of([tick for tick, _ in changes], [(number_of(key),) for _, key in changes],
                     reading.sheet.end)  # fmt: skip
    return [
        (Key(key.tonic, key.mode.home or Mode.MAJOR), span.end - max(0, span.start))
        for span, (_, key) in zip(spans, changes, strict=True)
    ]


def _longest(keys: Sequence[tuple[Key, float]]) -> Key:
    ticks: dict[Key, float] = {}
    for key, length in keys:
        ticks[key] = ticks.get(key, 0) + length
    return max(ticks, key=ticks.__getitem__)


def _true_chords(path: Path, to_ticks: ToTicks) -> list[Span]:
    """Root, and whether there is a minor third, of each annotated chord."""
    spans = []
    for start, end, label in _lines(path / "chord_midi.txt", to_ticks):
        if label != "N":
            root, _, quality = label.partition(":")
            minor = quality.startswith(_WITH_MINOR_THIRD)
            spans.append(Span(start, end, (pitch_class(root.split("/")[0]), int(minor))))
    return spans


def _read_chords(reading: MidiReading) -> list[Span]:
    onsets, roots, qualities = reading.sheet.chords.T.tolist()
    values = [
        (root, int(_MINOR_THIRD in QUALITIES[quality][1]))
        for root, quality in zip(roots, qualities, strict=True)
    ]
    late = reading.late
    return spans_of([onset + late for onset in onsets], values, reading.sheet.end + late)
