"""The measures of a piece: functions that return one number, or NaN."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.evaluation.music.form import bars_that_stay, returning_frames
from livedshl.evaluation.music.harmony import (
    authentic_closes,
    clashing_notes,
    foreign_notes,
    half_closes,
    longest_on_a_root,
    root_entropy,
)
from livedshl.evaluation.music.melody import (
    density_ratio,
    recurring_motifs,
    rhythm_mix,
    section_range,
    sequences,
    still_stretches,
    wide_leaps,
)
from livedshl.evaluation.music.pieces import SECTION_BARS, Piece
from livedshl.evaluation.music.real_tunes import BEATS_AFTER, BEATS_BEFORE, RealTunes
from livedshl.music import Grid, Mode
from livedshl.music.chords import NO_CHORD
from livedshl.music.motifs import is_onset
from livedshl.music.segments import ARTICULATED, CHORD, PITCH, REST

_CADENCE_ROOTS = {Mode.MAJOR: (0, 7), Mode.MINOR: (9, 4)}  # tonic and dominant of C and A minor


@dataclass(frozen=True, slots=True)
class Measure:
    """A named measure.

    form: number format. compared: whether real tunes set its target range.
    """

    name: str
    unit: str
    of: Callable[[Piece, RealTunes], float]
    form: str = ".2f"
    compared: bool = True


def leap_at_joins(piece: Piece, tunes: RealTunes) -> float:
    """Mean size of the intervals at joins, in semitones.

    An interval goes from the last note before the join to the first that starts at it or after.
    """
    pitches = piece.steps[:, PITCH].astype(int)
    onsets = _onsets(piece)
    sounding = np.flatnonzero(pitches != REST)
    leaps = []
    for join in piece.joins.tolist():
        onset = next(iter(onsets[np.searchsorted(onsets, join) :].tolist()), None)
        before = 0 if onset is None else int(np.searchsorted(sounding, onset))
        if onset is not None and before > 0:
            leaps.append(abs(pitches[onset] - pitches[sounding[before - 1]]))
    return _mean(leaps)


def known_transitions_at_joins(piece: Piece, tunes: RealTunes) -> float:
    """Share of joins whose chords follow each other as in some other song.

    The chords are those of two beats before and after the first beat at or after the join.
    """
    beat_steps = piece.grid.beat_steps
    beats = -(-piece.joins // beat_steps) * beat_steps
    in_reach = (beats >= BEATS_BEFORE * beat_steps) & (
        beats + (BEATS_AFTER - 1) * beat_steps < len(piece.steps)
    )
    songs = tunes.songs_with_transition[tunes.transitions(piece.steps, beats[in_reach])]
    return _mean(songs > (0 if piece.tune is None else 1))


def pitch_class_entropy(piece: Piece, tunes: RealTunes) -> float:
    """Entropy of the notes' pitch classes in bits, at most log2 12 = 3.58."""
    return _entropy((piece.steps[_onsets(piece), PITCH] % 12).tolist())


def onset_pattern_entropy(piece: Piece, tunes: RealTunes) -> float:
    """Entropy of the bars' onset patterns in bits, at most log2 32 = 5."""
    return _entropy(bar[:, ARTICULATED].tobytes() for bar in _bars(piece))


def returning_patterns(piece: Piece, tunes: RealTunes) -> float:
    """Share of bars with the onsets and contour of another bar.

    Contour: whether the melody rises, falls or stays from each note of the bar to the next.
    """
    keys = []
    for bar in _bars(piece):
        begins = bar[:, ARTICULATED] == 1
        contour = np.sign(np.diff(bar[begins, PITCH].astype(int)))
        keys.append((begins.tobytes(), contour.tobytes()))
    return _returning(keys)


def returning_bars(piece: Piece, tunes: RealTunes) -> float:
    """Share of bars with the melody of another bar, note for note."""
    return _returning([bar[:, :CHORD].tobytes() for bar in _bars(piece)])


def chord_tones_on_strong_beats(piece: Piece, tunes: RealTunes) -> float:
    """Share of strong beats where the melody has a chord tone, among those with note and chord."""
    bar_starts = np.arange(0, len(piece.steps), piece.grid.bar_steps)
    places = (bar_starts[:, None] + _strong_beats(piece.grid)).ravel()
    return _mean(
        [
            _is_chord_tone(pitch, chord, tunes)
            for pitch, _, chord in piece.steps[places].tolist()
            if pitch != REST and chord != NO_CHORD
        ]
    )


def cadences(piece: Piece, tunes: RealTunes) -> float:
    """Share of 8-bar phrases that end on a tonic or dominant chord and a note of it.

    A phrase ends on the last strong beat of its last bar; a pickup to the next may follow. The note
    is the one that sounds there, or else the last one before it in that bar.
    """
    phrase_steps = SECTION_BARS * piece.grid.bar_steps
    found = []
    for end in range(phrase_steps, len(piece.steps) + 1, phrase_steps):
        bar = end - piece.grid.bar_steps
        close = piece.steps[bar : bar + int(_strong_beats(piece.grid)[-1]) + 1].astype(int)
        chord, notes = int(close[-1, CHORD]), close[close[:, PITCH] != REST, PITCH]
        found.append(
            chord != NO_CHORD
            and tunes.vocabulary.classes[chord].root in _CADENCE_ROOTS[tunes.mode]
            and len(notes) > 0
            and _is_chord_tone(int(notes[-1]), chord, tunes)
        )
    return _mean(found)


def longest_quote(piece: Piece, tunes: RealTunes) -> float:
    """The longest passage of melody quoted note for note from one other song, in beats.

    Planned repeats do not count.
    """
    runs = tunes.quotes.runs(piece.steps, piece.planned, piece.tune)
    return float(runs.max()) / piece.grid.beat_steps


def distinct_songs(piece: Piece, tunes: RealTunes) -> float:
    """The number of songs that the piece uses."""
    return float("nan") if piece.songs is None else float(len(piece.songs))


def tunes_alike(piece: Piece, tunes: RealTunes) -> float:
    """Share of the segments found that are of tunes like the first one, of its dance and pace."""
    if not len(piece.segments):
        return float("nan")
    first, *_ = of_tune = tunes.library.tune_of[piece.segments]
    return float(tunes.library.types.like(int(first))[of_tune].mean())


def distance_of_new_joins(piece: Piece, tunes: RealTunes) -> float:
    """Mean Hamming distance of the segments that were searched for, in symbols."""
    return _mean(piece.distances)


LONGEST_QUOTE = Measure("longest quote", "beats", longest_quote, ".1f")
MEASURES = (
    Measure("leap at joins", "semitones", leap_at_joins),
    Measure("known transitions", "share of joins", known_transitions_at_joins),
    Measure("pitch-class entropy", "bits", pitch_class_entropy),
    Measure("onset entropy", "bits", onset_pattern_entropy),
    Measure("returning patterns", "share of bars", returning_patterns),
    Measure("returning bars", "share of bars", returning_bars),
    Measure("returning frames", "share of bars", returning_frames),
    Measure("chord tones", "share of strong beats", chord_tones_on_strong_beats),
    Measure("cadences", "share of phrase ends", cadences),
    LONGEST_QUOTE,
    Measure("root entropy", "bits", root_entropy),
    Measure("longest on a root", "bars", longest_on_a_root, ".1f"),
    Measure("V-I", "share of closes on I", authentic_closes),
    Measure("bar 4 on V", "share of sections", half_closes),
    Measure("foreign notes", "share on strong beats", foreign_notes),
    Measure("clashes", "share on strong beats", clashing_notes, ".3f"),
    Measure("recurring motifs", "share of motifs", recurring_motifs),
    Measure("sequences", "share of motifs", sequences, ".3f"),
    Measure("rhythm mix", "bits", rhythm_mix),
    Measure("density ratio", "at its widest", density_ratio),
    Measure("wide leaps", "share of intervals", wide_leaps, ".3f"),
    Measure("section range", "semitones", section_range, ".1f"),
    Measure("still stretches", "share of four bars", still_stretches, ".3f"),
    # Real tunes do not say which of their bars return.
    Measure("bars that stay", "share of returning bars", bars_that_stay, compared=False),
    # A real tune is one song, so real tunes set no range.
    Measure("distinct songs", "a piece", distinct_songs, ".1f", compared=False),
    Measure("tunes alike", "share of new segments", tunes_alike, compared=False),
    Measure("distance of new joins", "symbols", distance_of_new_joins, ".1f", compared=False),
)


def _onsets(piece: Piece) -> NDArray[np.int64]:
    """The steps where notes begin."""
    return np.flatnonzero(is_onset(piece.steps))


def _bars(piece: Piece) -> NDArray[np.int8]:
    """int8[bars, steps, 3]."""
    return piece.steps.reshape(-1, piece.grid.bar_steps, 3)


def _strong_beats(grid: Grid) -> NDArray[np.int64]:
    """The steps of a bar's strong beats."""
    return np.array(grid.strong_beats) * grid.beat_steps


def _is_chord_tone(pitch: int, chord: int, tunes: RealTunes) -> bool:
    return pitch % 12 in tunes.vocabulary.classes[chord].pitch_classes


def _returning(keys: Sequence[Hashable]) -> float:
    counts = Counter(keys)
    return _mean([counts[key] > 1 for key in keys])


def _entropy(items: Iterable[Hashable]) -> float:
    counts = np.array(list(Counter(items).values()), float)
    share = counts / counts.sum()
    return float(-(share * np.log2(share)).sum()) if len(counts) else float("nan")


def _mean(values: Sequence[float] | NDArray[np.bool_] | NDArray[np.int64]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")
