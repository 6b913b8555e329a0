"""A chord chart that the music follows, bar by bar, over and over.

"C | Am | F G7 | C" has four bars. The chords of a bar share it evenly. "%", or an empty bar,
repeats the bar before.
"""

from dataclasses import dataclass
from string import ascii_uppercase

import numpy as np
from numpy.typing import NDArray

from livedshl.improviser.form import SECTION_BARS
from livedshl.improviser.ranking import Scores
from livedshl.music import Chord, ChordVocabulary, Grid
from livedshl.music.segments import CHORD, PITCH, REST

_REPEAT = ("", "%")
_SECTIONS = (SECTION_BARS, 12)  # bars of the sections that a long chart is divided into
_LONGEST_SECTION = 16  # bars; a chart up to this length is one section
_CLASH = 3.0
MOST_CHORDS = 100  # different ones: chords are numbered in 7 bits, after those of the model
_NO_CHORD = Chord(0, 0).distance(Chord(6, 0))  # the distance of no chord from any chord


@dataclass(frozen=True, slots=True)
class Chart:
    """A chord chart: one chord for each beat of its bars."""

    beats: tuple[Chord, ...]

    @classmethod
    def parse(cls, text: str, grid: Grid) -> "Chart":
        """Reads a chart, which may have several lines.

        Raises ValueError, which names the bar and the chord that cannot be read.
        """
        lines = [line.strip().removeprefix("|").removesuffix("|") for line in text.splitlines()]
        bars = [bar.split() for line in lines if line for bar in line.split("|")]
        beats: list[Chord] = []
        for number, names in enumerate(bars, 1):
            if " ".join(names) in _REPEAT:
                if not beats:
                    raise ValueError(f"bar {number} repeats the bar before, but there is none")
                beats += beats[-grid.bar_beats :]
                continue
            if len(names) > grid.bar_beats:
                raise ValueError(
                    f"bar {number} has {len(names)} chords, but only {grid.bar_beats} beats"
                )
            try:
                chords = [Chord.parse(name) for name in names]
            except ValueError as error:
                raise ValueError(f"bar {number}: {error}; write C, Am, F#m7, Bbmaj7 ...") from None
            beats += [
                chords[beat * len(chords) // grid.bar_beats] for beat in range(grid.bar_beats)
            ]
        if not beats:
            raise ValueError("the chart has no bars")
        if len(set(beats)) > MOST_CHORDS:
            raise ValueError(f"the chart has more than {MOST_CHORDS} different chords")
        return cls(tuple(beats))

    def transposed(self, semitones: int) -> "Chart":
        """The same chart, `semitones` higher."""
        return Chart(tuple(chord.transposed(semitones) for chord in self.beats))

    def layout(self, bar_beats: int) -> tuple[int, str]:
        """How many bars a section has over this chart, and the letters of its sections.

        Sections with equal letters have equal chords. A chart that is shorter than a section goes
        round in it, and all its sections are alike: then there is one letter.
        """
        n_bars = len(self.beats) // bar_beats
        if n_bars <= _LONGEST_SECTION and n_bars % SECTION_BARS:
            return n_bars * -(-SECTION_BARS // n_bars), "A"
        bars = next((bars for bars in _SECTIONS if n_bars % bars == 0), n_bars)
        beats = bars * bar_beats
        parts = [self.beats[at : at + beats] for at in range(0, len(self.beats), beats)]
        different = list(dict.fromkeys(parts))
        letters = "".join(ascii_uppercase[different.index(part) % 26] for part in parts)
        return bars, letters if len(different) > 1 else "A"

    def added_to(self, vocabulary: ChordVocabulary) -> ChordVocabulary:
        """The vocabulary with those chords of the chart that it lacks, after its own classes."""
        own = [chord for chord in dict.fromkeys(self.beats) if chord not in vocabulary.classes]
        return ChordVocabulary((*vocabulary.classes, *own))

    def at(self, beat: int, n_beats: int) -> list[Chord]:
        """The chords of `n_beats` beats of the music, from `beat` on."""
        return [self.beats[at % len(self.beats)] for at in range(beat, beat + n_beats)]

    def written_into(
        self, steps: NDArray[np.int8], beat: int, vocabulary: ChordVocabulary, beat_steps: int
    ) -> NDArray[np.int8]:
        """A passage, int8[n, 3], that starts at `beat`, with the chart's chords for its own.

        vocabulary: one that has the chart's chords.
        """
        chords = [vocabulary.index(chord) for chord in self.at(beat, len(steps) // beat_steps)]
        written = steps.copy()
        written[:, CHORD] = np.repeat(np.array(chords, np.int8), beat_steps)
        return written


class ChartDistance:
    """Measures how far chords lie from the chart's, for the chord classes of a vocabulary."""

    def __init__(self, chart: Chart, vocabulary: ChordVocabulary) -> None:
        to_class = {
            wanted: [*(known.distance(wanted) for known in vocabulary.classes), _NO_CHORD]
            for wanted in set(chart.beats)
        }
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


def _discord(chord: Chord) -> list[float]:
    """How much each pitch class is at odds with a chord: 1 off it, `_CLASH` a semitone off it."""
    tones = chord.pitch_classes
    beside = {(tone + step) % 12 for tone in tones for step in (-1, 1)}
    return [0.0 if pc in tones else _CLASH if pc in beside else 1.0 for pc in range(12)]
