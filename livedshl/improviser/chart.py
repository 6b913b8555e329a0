"""A chart: the chords of a progression that the music follows, bar by bar, again and again.

"C | Am | F G7 | C" has four bars; the chords of a bar share it evenly, and "%" or an empty bar is
the bar before once more.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.improviser.ranking import Scores
from livedshl.music import Chord, ChordVocabulary, Grid
from livedshl.music.segments import CHORD

_REPEAT = ("", "%")
_MOST_CHORDS = 100  # different ones: with those of a bundle they fit the steps' numbers
_NO_CHORD = Chord(0, 0).distance(Chord(6, 0))  # how far no chord at all is from any


@dataclass(frozen=True, slots=True)
class Chart:
    """The chords of a progression: one for each beat of all its bars."""

    beats: tuple[Chord, ...]

    @classmethod
    def parse(cls, text: str, grid: Grid) -> "Chart":
        """The chart that a text tells, its lines one after the other.

        Raises ValueError naming the bar, and the chord that cannot be read.
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
            raise ValueError("no bar in it")
        if len(set(beats)) > _MOST_CHORDS:
            raise ValueError(f"more than {_MOST_CHORDS} different chords")
        return cls(tuple(beats))

    def transposed(self, semitones: int) -> "Chart":
        """The same progression `semitones` higher."""
        return Chart(tuple(chord.transposed(semitones) for chord in self.beats))

    def added_to(self, vocabulary: ChordVocabulary) -> ChordVocabulary:
        """A vocabulary with the chart's chords after its own classes: each has an index then."""
        own = [chord for chord in dict.fromkeys(self.beats) if chord not in vocabulary.classes]
        return ChordVocabulary((*vocabulary.classes, *own))

    def at(self, beat: int, n_beats: int) -> list[Chord]:
        """The chords of some beats of the music, the first of which is `beat`."""
        return [self.beats[at % len(self.beats)] for at in range(beat, beat + n_beats)]

    def written_into(
        self, steps: NDArray[np.int8], beat: int, vocabulary: ChordVocabulary, beat_steps: int
    ) -> NDArray[np.int8]:
        """A passage, int8[n, 3], that starts at `beat`, with the chart's chords instead of its own.

        vocabulary: one that has them.
        """
        chords = [vocabulary.index(chord) for chord in self.at(beat, len(steps) // beat_steps)]
        written = steps.copy()
        written[:, CHORD] = np.repeat(np.array(chords, np.int8), beat_steps)
        return written


class ChartDistance:
    """How far the chord classes of a vocabulary lie from a chart's chords."""

    def __init__(self, chart: Chart, vocabulary: ChordVocabulary) -> None:
        to_class = {
            wanted: [*(known.distance(wanted) for known in vocabulary.classes), _NO_CHORD]
            for wanted in set(chart.beats)
        }
        self._by_beat = np.array([to_class[wanted] for wanted in chart.beats])

    def of(self, chords: NDArray[np.int8], beat: int) -> Scores:
        """Mean distance of chord classes, int8[c, beats] from `beat` on, float64[c]."""
        at = np.arange(beat, beat + chords.shape[1]) % len(self._by_beat)
        distances: Scores = self._by_beat[at, chords].mean(axis=1)  # -1, no chord, is the last
        return distances
