"""The register of the melody: the octave in which each phrase is played."""

from livedshl.arranger.part import Part
from livedshl.arranger.pattern import PHRASE_BARS
from livedshl.music import Grid
from livedshl.music.segments import MEDIAN_PITCH, REST

_JUMP_WEIGHT = 5.0  # a semitone from the phrase before, against one from the middle of the range


class Register:
    """Moves the melody into the range of its part, by whole octaves.

    A phrase keeps its octave unless a note would leave the range. A new key takes the octave that
    lies nearest to the last phrase and to the middle of the range.
    """

    def __init__(self, part: Part, grid: Grid) -> None:
        self._part = part
        self._phrase_steps = PHRASE_BARS * grid.bar_steps
        self._octave = 0  # semitones added throughout the phrase
        self._phrase = (-1, -1)  # the step where its section started, and its number there
        self._median: float | None = None  # of the last phrase, as it should have been

    def octave_at(self, pitch: int, step: int, section_step: int, key_shift: int) -> int:
        """The semitones to add to a pitch that has been transposed by `key_shift`."""
        phrase = section_step, (step - section_step) // self._phrase_steps
        if phrase != self._phrase:
            self._phrase = phrase
            self._octave = self._octave_for(MEDIAN_PITCH + key_shift)
            self._median = MEDIAN_PITCH + key_shift + self._octave
        if pitch != REST:
            self._octave = self._within(pitch, self._octave)
        return self._octave

    def peek(self, pitch: int) -> int:
        """The octave that a pitch of the same phrase would have."""
        return self._within(pitch, self._octave)

    def _octave_for(self, median: int) -> int:
        centre = (self._part.lowest + self._part.highest) / 2
        nearest = round((centre - median) / 12)
        if self._median is None:
            return 12 * nearest
        before = self._median

        def cost(octave: int) -> tuple[float, int]:
            moved = median + octave
            return abs(moved - centre) + _JUMP_WEIGHT * abs(moved - before), octave

        return min((12 * (nearest + n) for n in (-1, 0, 1)), key=cost)

    def _within(self, pitch: int, octave: int) -> int:
        while pitch + octave < self._part.lowest:
            octave += 12
        while pitch + octave > self._part.highest:
            octave -= 12
        return octave
