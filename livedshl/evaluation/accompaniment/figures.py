"""The figures of bars of accompaniment: their rhythm, and how they fit chords and melody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.arranger.figures import BarGround
from livedshl.music import Chord
from livedshl.music.accompaniment import NOTE_PITCH, ONSET, Accompaniment
from livedshl.music.segments import PITCH, REST

_LOWEST, _HIGHEST = 28, 88  # MIDI pitches of a piano that accompanies
_SCALE = frozenset({0, 2, 4, 5, 7, 9, 11})  # of C major and A minor
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class SoundingBar:
    """A bar of accompaniment, where it sounds.

    notes: int16[n, 4], the columns of `Accompaniment`. before: those of the bar that leads into it;
    None if none does, or it is silent.
    """

    notes: NDArray[np.int16]
    ground: BarGround
    before: NDArray[np.int16] | None


@dataclass(frozen=True, slots=True)
class BarFigures:
    """Means over bars of accompaniment.

    rhythm: cosine of where notes start with the bar before. same_rhythm: share of the bars whose
    notes start where those of the bar before do. notes: in a bar. chord_tones: share of the notes
    that belong to the chord they start over. clashes: share of the notes that start a semitone from
    the melody, in any octave. pitch: mean MIDI pitch. Each is 0 where there is nothing to measure.
    """

    rhythm: float
    same_rhythm: float
    notes: float
    chord_tones: float
    clashes: float
    pitch: float


def ground_of(chords: Sequence[Chord | None], melody: Sequence[int]) -> BarGround:
    """The ground of a bar for a piano, from the chord and the melody's pitch at each step."""
    return BarGround(chords, melody, _SCALE, _LOWEST, _HIGHEST)


def ground_of_bar(song: Accompaniment, bar: int) -> BarGround:
    """The ground of a bar of a song."""
    chords = [
        Chord(root, quality) if root >= 0 else None
        for root, quality in song.chords[bar].tolist()
        for _ in range(song.grid.beat_steps)
    ]
    return ground_of(chords, song.melody[bar, :, PITCH].tolist())


def figures_of(bars: Iterable[SoundingBar]) -> BarFigures:
    """The figures of some bars."""
    sizes: list[int] = []
    chord_tones: list[bool] = []
    clashes: list[bool] = []
    pitches: list[int] = []
    alike: list[float] = []
    for bar in bars:
        sizes.append(len(bar.notes))
        for onset, pitch in bar.notes[:, [ONSET, NOTE_PITCH]].tolist():
            chord = bar.ground.chords[onset]
            if chord:
                chord_tones.append(pitch % 12 in chord.pitch_classes)
            if bar.ground.melody[onset] != REST:
                clashes.append(bar.ground.clashes(onset, pitch))
            pitches.append(pitch)
        if bar.before is not None:
            alike.append(_rhythm_likeness(bar.before, bar.notes))
    return BarFigures(
        rhythm=_mean(alike),
        same_rhythm=_mean([likeness > 1 - _ROUNDING for likeness in alike]),
        notes=_mean(sizes),
        chord_tones=_mean(chord_tones),
        clashes=_mean(clashes),
        pitch=_mean(pitches),
    )


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else 0.0


def _rhythm_likeness(one: NDArray[np.int16], other: NDArray[np.int16]) -> float:
    """The cosine of where notes start."""
    first, second = set(one[:, ONSET].tolist()), set(other[:, ONSET].tolist())
    together = float(np.sqrt(len(first) * len(second)))
    return len(first & second) / together if together else 0.0
