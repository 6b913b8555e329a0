"""A chord chart that the music follows, beat by beat, over and over, and its sections."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from string import ascii_uppercase

import numpy as np
from numpy.typing import NDArray

from livedshl.improviser.form import SECTION_BARS
from livedshl.improviser.ranking import Scores
from livedshl.music import Chord, ChordVocabulary, Grid
from livedshl.music.chords import MOST_NUMBERED, NO_CHORD
from livedshl.music.segments import CHORD, PITCH, REST

_SECTIONS = (SECTION_BARS, 12)  # bars of the sections that a long one is divided into
_LONGEST_SECTION = 16  # bars; up to this length it stays whole
SHORTEST_SECTION = 4  # bars; what is shorter joins the section after it
_CLASH = 3.0
MOST_CHORDS = 100  # different ones
MOST_BEATS = 8000  # of a chart with its repeats played out: a long set of an hour
_FAR = Chord(0, 0).distance(Chord(6, 0))  # the distance of no chord from any chord


@dataclass(frozen=True, slots=True)
class ChartSection:
    """A section of a chart: its name, such as "A" or "Verse", and its length in beats."""

    name: str
    beats: int


@dataclass(frozen=True, slots=True)
class Layout:
    """The sections of the music over a chart: their lengths in beats, and a letter for each.

    Sections with equal letters have equal chords.
    """

    lengths: tuple[int, ...]
    letters: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chord chart: one chord for each beat of its bars, None where there is no chord (N.C.).

    sections: those it is written in, which fill it; none if it is written without.
    """

    beats: tuple[Chord | None, ...]
    sections: tuple[ChartSection, ...] = ()

    def __post_init__(self) -> None:
        """Raises ValueError for a chart that cannot be followed."""
        if not any(self.beats):
            raise ValueError("the chart has no chords")
        if len(self.beats) > MOST_BEATS:
            raise ValueError(f"the chart is longer than {MOST_BEATS:,} beats")
        if len(set(self.beats)) > MOST_CHORDS:
            raise ValueError(f"the chart has more than {MOST_CHORDS} different chords")
        lengths = [section.beats for section in self.sections]
        if lengths and (min(lengths) < 1 or sum(lengths) != len(self.beats)):
            raise ValueError("the sections of the chart do not fill it")

    @property
    def chords(self) -> tuple[Chord, ...]:
        """The chords of its beats, without those that have none."""
        return tuple(chord for chord in self.beats if chord)

    def transposed(self, semitones: int) -> "Chart":
        """The same chart, `semitones` higher."""
        beats = tuple(chord and chord.transposed(semitones) for chord in self.beats)
        return Chart(beats, self.sections)

    def layout(self, bar_beats: int) -> Layout:
        """The sections of the music over this chart.

        A chart written in sections keeps them; long ones are divided. Any other is divided evenly.
        One that is shorter than a section goes round in it, and then there is one letter.
        """
        whole, least = len(self.beats), SECTION_BARS * bar_beats
        n_bars = whole // bar_beats
        if len(self.sections) > 1 and whole >= least:
            lengths = [
                part
                for section in self._joined(SHORTEST_SECTION * bar_beats)
                for part in _divided(section, bar_beats)
            ]
        elif whole < least or (n_bars <= _LONGEST_SECTION and n_bars % SECTION_BARS):
            return Layout((whole * -(-least // whole),), "A")
        else:
            lengths = _divided(whole, bar_beats)
        return Layout(tuple(lengths), self._letters(lengths))

    def _joined(self, least: int) -> Iterator[int]:
        """The lengths of its sections in beats. One shorter than `least` joins the next one."""
        beats = 0
        left = len(self.beats)
        for section in self.sections:
            beats += section.beats
            left -= section.beats
            if beats >= least and (left >= least or not left):
                yield beats
                beats = 0
        if beats:
            yield beats

    def _letters(self, lengths: Sequence[int]) -> str:
        """A letter for each section: its own if it is named by one, else the next that is free."""
        bounds = list(accumulate(lengths, initial=0))
        starts = accumulate((section.beats for section in self.sections), initial=0)
        names = dict(zip(starts, (section.name for section in self.sections), strict=False))
        letters: dict[tuple[Chord | None, ...], str] = {}
        free = iter(_free_letters(set(names.values())))
        for start, end in pairwise(bounds):
            part = self.beats[start:end]
            name = names.get(start, "")
            if part not in letters:
                is_own = name and name in ascii_uppercase and name not in letters.values()
                letters[part] = name if is_own else next(free)
        return "".join(letters[self.beats[start:end]] for start, end in pairwise(bounds))

    def added_to(self, vocabulary: ChordVocabulary) -> ChordVocabulary:
        """The vocabulary with those chords of the chart that it lacks, after its own classes.

        Steps number the chords in int8. Beyond that the nearest chord known serves.
        """
        own = [chord for chord in dict.fromkeys(self.chords) if chord not in vocabulary.classes]
        return ChordVocabulary((*vocabulary.classes, *own)[:MOST_NUMBERED])

    def at(self, beat: int, n_beats: int) -> list[Chord | None]:
        """The chords of `n_beats` beats of the music, from `beat` on."""
        return [self.beats[at % len(self.beats)] for at in range(beat, beat + n_beats)]

    def written_into(
        self, steps: NDArray[np.int8], beat: int, vocabulary: ChordVocabulary, beat_steps: int
    ) -> NDArray[np.int8]:
        """A passage, int8[n, 3], that starts at `beat`, with the chart's chords for its own.

        vocabulary: one that has the chart's chords.
        """
        chords = [
            NO_CHORD if chord is None else vocabulary.index(chord)
            for chord in self.at(beat, len(steps) // beat_steps)
        ]
        written = steps.copy()
        written[:, CHORD] = np.repeat(np.array(chords, np.int8), beat_steps)
        return written


class ChartDistance:
    """Measures how far chords lie from the chart's, for the chord classes of a vocabulary."""

    def __init__(self, chart: Chart, vocabulary: ChordVocabulary) -> None:
        to_class: dict[Chord | None, list[float]] = {
            wanted: [*(known.distance(wanted) for known in vocabulary.classes), _FAR]
            for wanted in set(chart.chords)
        }
        to_class[None] = [0.0] * (len(vocabulary) + 1)
        self._by_beat = np.array([to_class[wanted] for wanted in chart.beats])
        self._discord = np.array([_discord(wanted) for wanted in chart.beats])

    def of(self, chords: NDArray[np.int8], beat: int) -> Scores:
        """Mean distance of chord classes, int8[c, beats], from the chart at `beat`, float64[c]."""
        at = np.arange(beat, beat + chords.shape[1]) % len(self._by_beat)
        distances: Scores = self._by_beat[at, chords].mean(axis=1)  # -1, no chord, finds the last
        return distances

    def of_notes(self, steps: NDArray[np.int8], beat: int, grid: Grid) -> Scores:
        """Mean discord of the notes on the beats with the chart at `beat`, float64[c].

        steps: int8[c, n, 3]. Weak beats count half.
        """
        pitch = steps[:, :: grid.beat_steps, PITCH]
        beats = np.arange(beat, beat + pitch.shape[1])
        weight = np.where(np.isin(beats % grid.bar_beats, grid.strong_beats), 1.0, 0.5)
        discord = self._discord[beats % len(self._discord), pitch % 12] * (pitch != REST)
        mean: Scores = discord @ weight / weight.sum()
        return mean


def _divided(beats: int, bar_beats: int) -> list[int]:
    """The lengths in beats of the parts of a section that is too long to stay whole."""
    n_bars = beats // bar_beats
    if n_bars <= SECTION_BARS or (n_bars <= _LONGEST_SECTION and n_bars % SECTION_BARS):
        return [beats]
    bars = next((bars for bars in _SECTIONS if n_bars % bars == 0), n_bars)
    return [bars * bar_beats] * (n_bars // bars)


def _free_letters(taken: set[str]) -> Iterator[str]:
    """Letters for sections, without end: A to Z but for those taken, then rarer ones."""
    yield from (letter for letter in ascii_uppercase if letter not in taken)
    yield from map(chr, range(0x100, 0x10000))


def _discord(chord: Chord | None) -> list[float]:
    """How much each pitch class is at odds with a chord: 1 off it, `_CLASH` a semitone off it."""
    if chord is None:
        return [0.0] * 12
    tones = chord.pitch_classes
    beside = {(tone + step) % 12 for tone in tones for step in (-1, 1)}
    return [0.0 if pc in tones else _CLASH if pc in beside else 1.0 for pc in range(12)]
