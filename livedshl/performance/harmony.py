"""The chords that the music follows: its own, a chart's, or one that a player holds."""

from dataclasses import replace

import numpy as np

from livedshl.improviser import Chart, Passage
from livedshl.music import Chord, ChordVocabulary, Grid
from livedshl.music.chords import NO_CHORD
from livedshl.music.leadsheet import Key
from livedshl.music.segments import ARTICULATED, CHORD


class Harmony:
    """Writes the chords to follow into passages.

    chart: in C major or A minor. held: the chord that a player holds, as it sounds. vocabulary:
    what the chord numbers in steps stand for; it grows by the chords that are followed.
    """

    def __init__(self, grid: Grid, chart: Chart | None, vocabulary: ChordVocabulary) -> None:
        self.chart = chart
        self.held: Chord | None = None
        self.vocabulary = vocabulary
        self._grid = grid

    def key_of(self, passage: Passage, key: Key) -> Key:
        """The key that a passage sounds in, when the music is in `key`.

        With a chart every tune stays in that key.
        """
        return key.transposed(passage.place.key_shift) if passage.place and not self.chart else key

    def followed_in(self, key: Key) -> Chart | None:
        """The chords to follow in a key, transposed to C major or A minor."""
        return Chart((self.held.transposed(-key.shift),)) if self.held else self.chart

    def written_into(self, passage: Passage, key: Key) -> Passage:
        """A passage that sounds in `key`, with the chords that it is to follow."""
        chart = self.followed_in(key)
        if chart is None:
            return passage
        self.vocabulary = chart.added_to(self.vocabulary)
        beat_steps = self._grid.beat_steps
        steps = chart.written_into(passage.steps, passage.beat, self.vocabulary, beat_steps)
        if passage.ends:  # it ends on the tonic, whatever it follows
            onset = int(np.flatnonzero(steps[:, ARTICULATED])[-1])
            last = onset // beat_steps * beat_steps
            steps[last:, CHORD] = passage.steps[last:, CHORD]
        return replace(passage, steps=steps)

    def opening_chord(self, passage: Passage, key: Key) -> Chord | None:
        """The first chord of a passage that sounds in `key`, if it has one."""
        number = int(self.written_into(passage, key).steps[0, CHORD])
        return None if number == NO_CHORD else self.vocabulary.classes[number].transposed(key.shift)
