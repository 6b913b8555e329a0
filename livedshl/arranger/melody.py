"""The melody: in one octave for a whole phrase, with grace notes or with fewer notes."""

from livedshl.arranger.hand import Hand
from livedshl.arranger.part import Pattern
from livedshl.arranger.rhythms import HELD, RhythmTable, rhythm_of
from livedshl.arranger.stretch import Stretch
from livedshl.music.segments import MEDIAN_PITCH, REST

# x: plays the written note. STRONG plays the note that lasts longest until the next x, or until the
# end of the stretch.
MELODY_PATTERNS: RhythmTable = {
    Pattern.WRITTEN: {"4/4": "x", "3/4": "x", "6/8": "x", "9/8": "x"},
    Pattern.STRONG: {
        "4/4": "x--- ----",
        "3/4": "x--- ---- ----",
        "6/8": "x----- ------",
        "9/8": "x----- ------ ------",
    },
}
_PHRASE_BARS = 4
_SCALE = {0, 2, 4, 5, 7, 9, 11}  # of C major and A minor, which all tunes are transposed to
_LEAST_GRACED_STEPS = 2


class Melody:
    """Plays the melody."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand
        self._rhythm = rhythm_of(MELODY_PATTERNS, hand.part.pattern, hand.grid)
        self._octave: int | None = None  # semitones added throughout the phrase
        self._phrase = (-1, -1)  # the step where its section started, and its number there
        self._written = REST  # the pitch that sounds, before the octave is chosen

    def play(self, stretch: Stretch) -> None:
        """Plays the part for a stretch."""
        if self._hand.part.pattern is Pattern.STRONG:
            self._play_strong(stretch)
        else:
            self._play_written(stretch)

    def close(self, stretch: Stretch) -> None:
        """Plays every note as written."""
        self._play_written(stretch, whole=True)

    def _play_written(self, stretch: Stretch, whole: bool = False) -> None:
        """whole: leaves out no note, whatever the part's density."""
        for at, pitch in enumerate(stretch.pitches):
            step = stretch.first_step + at
            if pitch == REST:
                self._rest(step)
            elif stretch.articulated[at] or pitch != self._written:
                if self._hand.held and not whole and self._hand.leaves_out(step):
                    self._written = pitch
                else:
                    self._strike(step, pitch, stretch, self._grace(at, stretch))

    def _play_strong(self, stretch: Stretch) -> None:
        first = 0
        while first < len(stretch):
            end = first + 1
            while (
                end < len(stretch)
                and self._rhythm[stretch.in_section(stretch.first_step + end)] == HELD
            ):
                end += 1
            self._play_tone(first, stretch, stretch.pitches[first:end])
            first = end

    def _play_tone(self, at: int, stretch: Stretch, pitches: list[int]) -> None:
        step = stretch.first_step + at
        heard = [pitch for pitch in pitches if pitch != REST]
        if not heard:
            self._rest(step)
        elif self._rhythm[stretch.in_section(step)] != HELD or not self._hand.held:
            rests = pitches.index(heard[0])
            if rests:
                self._rest(step)
            self._strike(step + rests, max(heard, key=heard.count), stretch, None)

    def _rest(self, step: int) -> None:
        self._hand.release(step)
        self._written = REST

    def _strike(self, step: int, pitch: int, stretch: Stretch, grace: int | None) -> None:
        self._written = pitch
        moved = pitch + self._move(step, pitch, stretch)
        if grace is not None:
            grace += moved - pitch
            grace = grace if grace <= self._hand.part.highest else None
        self._hand.strike(step, (moved,), grace=grace)

    def _move(self, step: int, pitch: int, stretch: Stretch) -> int:
        """The octave of the phrase; it changes only if a note would leave the part's range."""
        part = self._hand.part
        phrase_steps = _PHRASE_BARS * self._hand.grid.bar_steps
        phrase = stretch.section_step, stretch.in_section(step) // phrase_steps
        if phrase != self._phrase or self._octave is None:
            self._phrase = phrase
            centre = (part.lowest + part.highest) / 2
            self._octave = 12 * round((centre - MEDIAN_PITCH - stretch.key_shift) / 12)
        while pitch + self._octave < part.lowest:
            self._octave += 12
        while pitch + self._octave > part.highest:
            self._octave -= 12
        return self._octave

    def _grace(self, at: int, stretch: Stretch) -> int | None:
        """The scale tone above the note at `at`, if the note gets an ornament."""
        pitch = stretch.pitches[at]
        length = stretch.length_of_note(at)
        repeated = self._hand.held and pitch == self._written
        if length < _LEAST_GRACED_STEPS or not (repeated or length >= self._hand.grid.beat_steps):
            return None
        if self._hand.rng.random() >= self._hand.part.ornaments:
            return None
        in_scale = (pitch - stretch.key_shift + 1) % 12 in _SCALE
        return pitch + (1 if in_scale else 2)
