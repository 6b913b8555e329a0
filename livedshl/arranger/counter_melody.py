"""The counter-melody: below the melody in thirds and sixths, and moving where it rests.

Symbols: x, a third or sixth below the melody, if the chord has one. a, a moving note, if the melody
rests or holds there.
"""

from livedshl.arranger.hand import Hand
from livedshl.arranger.pattern import HELD, HELD_THROUGH, NOTES, SILENT
from livedshl.arranger.stretch import Stretch
from livedshl.music import Chord
from livedshl.music.segments import REST

_THIRDS_AND_SIXTHS = {3, 4, 8, 9}
_ANSWER_LEVEL = 4
_SHARE = 0.92  # of its time that a note lasts


class CounterMelody:
    """Plays a second voice below the melody."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand
        self._chord: Chord | None = None
        self._note: int | None = None
        self._rises = True

    def play(self, stretch: Stretch) -> None:
        """Plays the part for a stretch."""
        symbols = self._hand.guide.lanes[NOTES]
        for at, (melody, chord) in enumerate(zip(stretch.pitches, stretch.chords, strict=True)):
            step = stretch.first_step + at
            changes = chord != self._chord
            self._chord = chord
            symbol = symbols[stretch.in_section(step) % len(symbols)]
            if chord is None or symbol == SILENT:
                self._hand.release(step)
            elif symbol == "a" and _is_free(at, stretch):
                self._answer(step, at, chord, stretch)
            elif melody == REST:
                if changes:
                    self._hand.release(step)
                else:
                    self._end_passing_note(step, chord)
            elif symbol not in (HELD, HELD_THROUGH, "a") or changes:
                note = self._choose(stretch.heard(at), chord)
                if note is None:
                    self._hand.release(step)
                elif self._hand.held != (note,):
                    self._hand.strike(step, (note,), share=_SHARE)
            else:
                self._end_passing_note(step, chord)

    def close(self, stretch: Stretch) -> None:
        """Strikes a note below the first melody note, and holds it."""
        melody, chord = stretch.pitches[0], stretch.chords[0]
        note = self._choose(stretch.heard(0), chord) if melody != REST and chord else None
        if note is None:
            self._hand.release(stretch.first_step)
        else:
            self._hand.strike(stretch.first_step, (note,))

    def end(self, tick: int) -> None:
        """Has nothing to let go but its note."""

    def _answer(self, step: int, at: int, chord: Chord, stretch: Stretch) -> None:
        """Strikes the next note of a line: chord tones on the beat, steps of the scale between."""
        part = self._hand.part
        below = stretch.heard(at) if stretch.pitches[at] != REST else part.highest + 1
        highest = min(part.highest, below - 1)
        on_beat = step % self._hand.grid.beat_steps == 0
        fitting = [
            pitch
            for pitch in range(part.lowest, highest + 1)
            if pitch % 12 in chord.pitch_classes or (not on_beat and stretch.in_key(pitch))
        ]
        if not fitting:
            self._hand.release(step)
            return
        before = fitting[len(fitting) // 2] if self._note is None else self._note
        onward = [p for p in fitting if (p > before if self._rises else p < before)]
        if not onward:
            self._rises = not self._rises
            onward = [p for p in fitting if p != before] or fitting
        self._note = min(onward, key=lambda pitch: (abs(pitch - before), pitch))
        self._hand.strike(step, (self._note,), level=_ANSWER_LEVEL, share=_SHARE)

    def _end_passing_note(self, step: int, chord: Chord) -> None:
        """Lets a note between two chord tones go by the next beat, if no other follows it."""
        on_beat = step % self._hand.grid.beat_steps == 0
        if on_beat and any(pitch % 12 not in chord.pitch_classes for pitch in self._hand.held):
            self._hand.release(step)

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


def _is_free(at: int, stretch: Stretch) -> bool:
    """Whether the melody rests or holds a note at a step, and just before it."""
    here = stretch.pitches[at] == REST or not stretch.articulated[at]
    before = at == 0 or stretch.pitches[at - 1] == REST or not stretch.articulated[at - 1]
    return here and before
