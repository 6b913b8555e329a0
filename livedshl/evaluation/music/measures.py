"""What is measured of a piece, each by a function that gives one number: NaN if there is none."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import SegmentLibrary
from livedshl.evaluation.music.pieces import PHRASE_BARS, Piece
from livedshl.evaluation.music.quotes import QuoteIndex
from livedshl.music import ChordVocabulary, Grid, Mode
from livedshl.music.chords import NO_CHORD
from livedshl.music.segments import ARTICULATED, CHORD, PITCH, REST

# Chords around a join that make a transition. From one chord to the next is too little: with a
# dozen classes every pair has occurred, and the farthest codes do as well as tunes.
_BEATS_BEFORE = _BEATS_AFTER = 2
_CADENCE_ROOTS = {Mode.MAJOR: (0, 7), Mode.MINOR: (9, 4)}  # tonic and dominant of C and A minor


@dataclass(frozen=True, eq=False)
class RealTunes:
    """The tunes that pieces are compared with, and how to read their chords."""

    library: SegmentLibrary
    vocabulary: ChordVocabulary
    mode: Mode

    @cached_property
    def quotes(self) -> QuoteIndex:
        """Finds what stands in a song."""
        return QuoteIndex(self.library)

    @cached_property
    def songs_with_transition(self) -> NDArray[np.int64]:
        """In how many songs each transition of `transitions` occurs, by its number."""
        library, beat_steps = self.library, self.library.grid.beat_steps
        tune = np.repeat(np.arange(len(library.tunes)), np.diff(library.tune_steps))
        since = np.arange(len(tune)) - library.tune_steps[tune]
        until = library.tune_steps[tune + 1] - np.arange(len(tune))
        in_reach = (since >= _BEATS_BEFORE * beat_steps) & (until > (_BEATS_AFTER - 1) * beat_steps)
        beats = np.flatnonzero(in_reach & (since % beat_steps == 0))
        kinds = (len(self.vocabulary) + 1) ** (_BEATS_BEFORE + _BEATS_AFTER)
        in_songs = np.unique(tune[beats] * kinds + self.transitions(library.steps, beats))
        return np.bincount(in_songs % kinds, minlength=kinds)

    def transitions(self, steps: NDArray[np.int8], beats: NDArray[np.integer]) -> NDArray[np.int64]:
        """The chords around some beats as numbers, int64[n]: of two beats before each, of itself
        and of the one after.

        beats: the steps on which they begin.
        """
        reach = np.arange(-_BEATS_BEFORE, _BEATS_AFTER)
        around = beats[:, None] + reach * self.library.grid.beat_steps
        size = len(self.vocabulary) + 1
        chords = steps[around, CHORD].astype(np.int64) % size  # no chord is the last of them
        numbers: NDArray[np.int64] = chords @ size ** np.arange(len(reach))
        return numbers


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure by its name.

    form: how its figures are written. compared: whether real tunes say what is wanted.
    """

    name: str
    unit: str
    of: Callable[[Piece, RealTunes], float]
    form: str = ".2f"
    compared: bool = True


def leap_at_joins(piece: Piece, tunes: RealTunes) -> float:
    """Mean size of the intervals at joins, in semitones.

    The interval is that from the last note before to the first that begins at the join or after.
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
    """Share of joins around which chords follow one another as they do in some (other) song.

    They are the chords of two beats on either side of where the harmony is handed over: on the
    first beat at or after the join.
    """
    beat_steps = piece.grid.beat_steps
    beats = -(-piece.joins // beat_steps) * beat_steps
    in_reach = (beats >= _BEATS_BEFORE * beat_steps) & (
        beats + (_BEATS_AFTER - 1) * beat_steps < len(piece.steps)
    )
    songs = tunes.songs_with_transition[tunes.transitions(piece.steps, beats[in_reach])]
    return _mean(songs > (0 if piece.tune is None else 1))


def pitch_class_entropy(piece: Piece, tunes: RealTunes) -> float:
    """Entropy of the pitch classes of the notes, in bits; at most log2 12 = 3.58."""
    return _entropy((piece.steps[_onsets(piece), PITCH] % 12).tolist())


def onset_pattern_entropy(piece: Piece, tunes: RealTunes) -> float:
    """Entropy of the bars' onset patterns, in bits; at most log2 32 = 5."""
    return _entropy(bar[:, ARTICULATED].tobytes() for bar in _bars(piece))


def returning_patterns(piece: Piece, tunes: RealTunes) -> float:
    """Share of bars whose onsets and contour another bar has too.

    The contour: whether the melody rises, falls or stays from each note of the bar to the next.
    """
    keys = []
    for bar in _bars(piece):
        begins = bar[:, ARTICULATED] == 1
        contour = np.sign(np.diff(bar[begins, PITCH].astype(int)))
        keys.append((begins.tobytes(), contour.tobytes()))
    return _returning(keys)


def returning_bars(piece: Piece, tunes: RealTunes) -> float:
    """Share of bars whose melody another bar has note for note."""
    return _returning([bar[:, :CHORD].tobytes() for bar in _bars(piece)])


def chord_tones_on_strong_beats(piece: Piece, tunes: RealTunes) -> float:
    """Share of strong beats on which the melody sounds a note of the chord.

    Of the beats with a note and a chord.
    """
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
    """Share of the phrases of 8 bars that end on a tonic or dominant chord and a note of it.

    A phrase ends on the last strong beat of its last bar; what comes after may be the upbeat to the
    next. The note is the one that sounds there, or if none does the last before it in that bar.
    """
    phrase_steps = PHRASE_BARS * piece.grid.bar_steps
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
    """The longest stretch of melody that stands note for note in one (other) song, in beats.

    Planned repeats do not count.
    """
    runs = tunes.quotes.runs(piece.steps, piece.planned, piece.tune)
    return float(runs.max()) / piece.grid.beat_steps


def distinct_songs(piece: Piece, tunes: RealTunes) -> float:
    """From how many songs it was made."""
    return float("nan") if piece.songs is None else float(len(piece.songs))


LONGEST_QUOTE = Measure("longest quote", "beats", longest_quote, ".1f")
MEASURES = (
    Measure("leap at joins", "semitones", leap_at_joins),
    Measure("known transitions", "share of joins", known_transitions_at_joins),
    Measure("pitch-class entropy", "bits", pitch_class_entropy),
    Measure("onset entropy", "bits", onset_pattern_entropy),
    Measure("returning patterns", "share of bars", returning_patterns),
    Measure("returning bars", "share of bars", returning_bars),
    Measure("chord tones", "share of strong beats", chord_tones_on_strong_beats),
    Measure("cadences", "share of phrase ends", cadences),
    LONGEST_QUOTE,
    # A real tune is one song by its nature: no range to lie in.
    Measure("distinct songs", "a piece", distinct_songs, ".1f", compared=False),
)


def _onsets(piece: Piece) -> NDArray[np.int64]:
    """The steps at which notes begin."""
    return np.flatnonzero((piece.steps[:, ARTICULATED] == 1) & (piece.steps[:, PITCH] != REST))


def _bars(piece: Piece) -> NDArray[np.int8]:
    """int8[bars, steps, 3]."""
    return piece.steps.reshape(-1, piece.grid.bar_steps, 3)


def _strong_beats(grid: Grid) -> NDArray[np.int64]:
    """The steps of a bar on which its strong beats fall: the first, and the middle if it is one."""
    halves = 2 if grid.bar_beats % 2 == 0 else 1
    return np.arange(halves) * (grid.bar_steps // halves)


def _is_chord_tone(pitch: int, chord: int, tunes: RealTunes) -> bool:
    return pitch % 12 in tunes.vocabulary.classes[chord].pitch_classes


def _returning(keys: Sequence[Hashable]) -> float:
    counts = Counter(keys)
    return _mean([counts[key] > 1 for key in keys])


def _entropy(items: Iterable[Hashable]) -> float:
    counts = np.array(list(Counter(items).values()), float)
    share = counts / counts.sum()
    return float(-(share * np.log2(share)).sum()) if len(counts) else float("nan")


def _mean(values: Sequence[float] | NDArray[np.bool_]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")
