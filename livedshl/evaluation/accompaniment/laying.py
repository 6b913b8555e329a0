"""What is retrieved, laid on the chords and below the melody of the song: does it accompany it?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.arranger.figures import BarGround, ending_pitches, laid
from livedshl.evaluation.accompaniment.contest import BarContest, BarRanker
from livedshl.music import Chord
from livedshl.music.accompaniment import NOTE_PITCH, ONSET, Accompaniment
from livedshl.music.segments import PITCH, REST

_MOST_LAID = 500  # bars
_LOWEST, _HIGHEST = 28, 88  # MIDI pitches of a piano that accompanies
_SCALE = frozenset({0, 2, 4, 5, 7, 9, 11})  # of C major and A minor
_SEMITONE = (1, 11)
_LEAST = 1e-6  # less than any difference of scores that matters


@dataclass(frozen=True, slots=True)
class BarFigures:
    """Means over bars of accompaniment.

    notes: in a bar. chord_tones: share of the notes that belong to the chord they start over.
    clashes: share of the notes that start a semitone from the melody, in any octave. rhythm: cosine
    of where notes start with the bar before. pitch: mean MIDI pitch.
    """

    notes: float
    chord_tones: float
    clashes: float
    rhythm: float
    pitch: float


def laid_figures(
    contest: BarContest,
    accompaniments: Sequence[Accompaniment],
    rankers: Mapping[str, BarRanker],
    rng: np.random.Generator,
) -> dict[str, BarFigures]:
    """The figures of what the songs have, and of what each ranker finds first in other songs."""
    rows = np.sort(rng.permutation(contest.queries)[:_MOST_LAID])
    own = [_bar(contest, accompaniments, row + 1) for row in rows.tolist()]
    figures = {"the songs": _figures(contest, accompaniments, rows, own)}
    for name, ranker in rankers.items():
        found = _first_of_others(contest, ranker, rows, rng)
        bars = [
            _laid(contest, accompaniments, row, other)
            for row, other in zip(rows.tolist(), found.tolist(), strict=True)
        ]
        figures[name] = _figures(contest, accompaniments, rows, bars)
    return figures


def _first_of_others(
    contest: BarContest, ranker: BarRanker, rows: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.int64]:
    """The best candidate of another song for each bar; ties are drawn."""
    bars, found = contest.bars, np.empty(len(rows), np.int64)
    for grid, candidates in contest.candidates.items():
        of_grid = np.flatnonzero(bars.grids[rows] == grid)
        scores = ranker(rows[of_grid], candidates).astype(np.float64)
        scores += _LEAST * rng.random(scores.shape)
        scores[bars.songs[rows[of_grid]][:, None] == bars.songs[candidates]] = -np.inf
        found[of_grid] = candidates[scores.argmax(1)]
    return found


def _laid(
    contest: BarContest, accompaniments: Sequence[Accompaniment], row: int, other: int
) -> NDArray[np.int16]:
    """The notes of the bar `other`, laid on the bar that follows `row`."""
    bars = contest.bars
    there = accompaniments[bars.stretches[other]]
    ground = _ground(accompaniments[bars.stretches[row]], int(bars.places[row]) + 1)
    return laid(
        _bar(contest, accompaniments, other),
        there.chords[bars.places[other]],
        there.grid.beat_steps,
        ground,
        ending_pitches(_bar(contest, accompaniments, row)),
    )


def _bar(
    contest: BarContest, accompaniments: Sequence[Accompaniment], row: int
) -> NDArray[np.int16]:
    song = accompaniments[int(contest.bars.stretches[row])]
    return song.bar(int(contest.bars.places[row]))


def _ground(song: Accompaniment, bar: int) -> BarGround:
    chords = [
        Chord(root, quality) if root >= 0 else None
        for root, quality in song.chords[bar].tolist()
        for _ in range(song.grid.beat_steps)
    ]
    return BarGround(chords, song.melody[bar, :, PITCH].tolist(), _SCALE, _LOWEST, _HIGHEST)


def _figures(
    contest: BarContest,
    accompaniments: Sequence[Accompaniment],
    rows: NDArray[np.int64],
    played: Sequence[NDArray[np.int16]],
) -> BarFigures:
    """The figures of bars that are played after the bars `rows`."""
    chord_tones: list[bool] = []
    clashes: list[bool] = []
    pitches: list[int] = []
    alike: list[float] = []
    for row, notes in zip(rows.tolist(), played, strict=True):
        song = accompaniments[contest.bars.stretches[row]]
        ground = _ground(song, int(contest.bars.places[row]) + 1)
        for onset, pitch in notes[:, [ONSET, NOTE_PITCH]].tolist():
            chord, melody = ground.chords[onset], ground.melody[onset]
            if chord:
                chord_tones.append(pitch % 12 in chord.pitch_classes)
            if melody != REST:
                clashes.append((melody - pitch) % 12 in _SEMITONE)
            pitches.append(pitch)
        alike.append(_rhythm_likeness(_bar(contest, accompaniments, row), notes))
    return BarFigures(
        notes=len(pitches) / len(rows),
        chord_tones=_mean(chord_tones),
        clashes=_mean(clashes),
        rhythm=_mean(alike),
        pitch=_mean(pitches),
    )


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else 0.0


def _rhythm_likeness(one: NDArray[np.int16], other: NDArray[np.int16]) -> float:
    """The cosine of where notes start."""
    first, second = set(one[:, ONSET].tolist()), set(other[:, ONSET].tolist())
    together = float(np.sqrt(len(first) * len(second)))
    return len(first & second) / together if together else 0.0
