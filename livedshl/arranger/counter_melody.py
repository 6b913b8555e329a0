"""The counter-melody: chord tones a third or sixth below the melody."""

from livedshl.arranger.hand import Hand
from livedshl.arranger.part import Pattern
from livedshl.arranger.rhythms import HELD, SILENT, RhythmTable, rhythm_of
from livedshl.arranger.stretch import Stretch
from livedshl.music import Chord
from livedshl.music.segments import REST

# x: strikes a note, if the chord has one. ANSWER plays in the last two of every four bars.
COUNTER_PATTERNS: RhythmTable = {
    Pattern.ANSWER: {
        "4/4": ".... " * 8 + "x--- ---- x--- ----" * 2,
        "3/4": ".... " * 6 + "x--- ---- ----" * 2,
        "6/8": "...... " * 4 + "x----- x-----" * 2,
        "9/8": "...... " * 6 + "x----- x----- x-----" * 2,
    },
    Pattern.PARALLEL: {
        "4/4": "x--- ---- x--- ----",
        "3/4": "x--- ---- x---",
        "6/8": "x----- x-----",
        "9/8": "x----- x----- x-----",
    },
}
_THIRDS_AND_SIXTHS = {3, 4, 8, 9}


class CounterMelody:
    """Plays a second voice below the melody."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand
        self._rhythm = rhythm_of(COUNTER_PATTERNS, hand.part.pattern, hand.grid)
        self._chord: Chord | None = None
        self._note: int | None = None

    def play(self, stretch: Stretch) -> None:
        """Plays the part for a stretch."""
        for at, (melody, chord) in enumerate(zip(stretch.pitches, stretch.chords, strict=True)):
            step = stretch.first_step + at
            changes = chord != self._chord
            self._chord = chord
            symbol = self._rhythm[stretch.in_section(step)]
            if melody == REST or chord is None or symbol == SILENT:
                self._hand.release(step)
            elif symbol != HELD or changes:
                note = self._choose(melody, chord)
                if note is None:
                    self._hand.release(step)
                elif self._hand.held != (note,):
                    self._hand.strike(step, (note,))

    def close(self, stretch: Stretch) -> None:
        """Strikes a note below the first melody note, and holds it."""
        melody, chord = stretch.pitches[0], stretch.chords[0]
        note = self._choose(melody, chord) if melody != REST and chord else None
        if note is None:
            self._hand.release(stretch.first_step)
        else:
            self._hand.strike(stretch.first_step, (note,))

    def _choose(self, melody: int, chord: Chord) -> int | None:
        """The fitting note nearest to the last one played; None if the chord has none."""
        part = self._hand.part
        below = [
            pitch
            for pitch in range(part.lowest, min(melody, part.highest + 1))
            if pitch % 12 in chord.pitch_classes and (melody - pitch) % 12 in _THIRDS_AND_SIXTHS
        ]
        if not below:
            return None
        before = below[-1] if self._note is None else self._note
        self._note = min(below, key=lambda pitch: (abs(pitch - before), -pitch))
        return self._note
