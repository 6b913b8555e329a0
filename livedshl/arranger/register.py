"""The register of the melody: the octave in which each section is played."""

from livedshl.arranger.part import Part
from livedshl.arranger.pattern import PHRASE_BARS
from livedshl.music import Grid
from livedshl.music.compass import Compass
from livedshl.music.segments import MEDIAN_PITCH, REST

# Of a semitone from what was heard, against one from the middle of the part's range.
_JUMP_WEIGHT = 5.0
_OUTSIDE_WEIGHT = 6.0  # of a semitone beyond the part's range
_REMEMBERED = 0.5  # share of what was heard before that stays in mind after a section
# Most tunes keep to this around their median pitch.
_USUAL = Compass(MEDIAN_PITCH - 9, MEDIAN_PITCH, MEDIAN_PITCH + 10)


class Register:
    """Moves the melody into the range of its part, by whole octaves.

    A section takes the octave in which it lies near to what was heard, to the middle of the range,
    and within it. A note that leaves the range all the same takes the rest of its phrase along.
    """

    def __init__(self, part: Part, grid: Grid) -> None:
        self._part = part
        self._phrase_steps = PHRASE_BARS * grid.bar_steps
        self._octave = 0  # semitones added at present
        self._section = (-1, 0)  # the step where it started, and the semitones added in it
        self._phrase = (-1, -1)  # the section's step, and the number of the phrase in it
        self._heard: float | None = None  # where the melody has mostly lain

    def octave_at(
        self, pitch: int, step: int, section_step: int, key_shift: int, compass: Compass | None
    ) -> int:
        """The semitones to add to a pitch that has been transposed by `key_shift`.

        compass: of the section, before that; None if it is not known.
        """
        if section_step != self._section[0]:
            of_section = (compass or _USUAL).moved(key_shift)
            octave = self._octave_for(of_section)
            self._section = section_step, octave
            median, heard = of_section.median + octave, self._heard
            self._heard = median if heard is None else median + _REMEMBERED * (heard - median)
        phrase = section_step, (step - section_step) // self._phrase_steps
        if phrase != self._phrase:
            self._phrase, self._octave = phrase, self._section[1]
        if pitch != REST:
            self._octave = self._within(pitch, self._octave)
        return self._octave

    def peek(self, pitch: int) -> int:
        """The octave that a pitch of the same phrase would have."""
        return self._within(pitch, self._octave)

    def _octave_for(self, compass: Compass) -> int:
        part = self._part
        centre = (part.lowest + part.highest) / 2
        nearest = round((centre - compass.median) / 12)

        def cost(octave: int) -> tuple[float, int]:
            moved = compass.moved(octave)
            off = max(0, part.lowest - moved.lowest) + max(0, moved.highest - part.highest)
            jump = 0 if self._heard is None else abs(moved.median - self._heard)
            from_centre = abs(moved.median - centre)
            return from_centre + _OUTSIDE_WEIGHT * off + _JUMP_WEIGHT * jump, octave

        return min((12 * (nearest + n) for n in (-1, 0, 1)), key=cost)

    def _within(self, pitch: int, octave: int) -> int:
        while pitch + octave < self._part.lowest:
            octave += 12
        while pitch + octave > self._part.highest:
            octave -= 12
        return octave
