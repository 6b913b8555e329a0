"""The bass: roots and fifths, walking lines into the next chord, pedal notes.

Symbols: r, t, f, root, third and fifth of the chord. o, the root an octave up. 6, 7, sixth and
minor seventh above the root. w, a step from the next chord's root. k, the tonic of the key. p, the
next chord's root, early. A new chord starts with its root. A slash chord has the note after the
slash for its root.
"""

from livedshl.arranger.hand import Hand
from livedshl.arranger.pattern import HELD, HELD_THROUGH, NOTES, PUSH, SILENT
from livedshl.arranger.stretch import Stretch
from livedshl.arranger.voicing import bass_note
from livedshl.music import Chord

_APPROACHES = (-1, 1, -2, 2)  # semitones from the next root
_OCTAVE = 12
_SHARE = 0.92  # of its time that a bass note lasts


class Bass:
    """Plays one bass note at a time."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand
        self._chord: Chord | None = None
        self._note: int | None = None

    def play(self, stretch: Stretch) -> None:
        """Plays the part for a stretch."""
        symbols = self._hand.guide.lanes[NOTES]
        for at, chord in enumerate(stretch.chords):
            step = stretch.first_step + at
            symbol = symbols[stretch.in_section(step) % len(symbols)]
            if symbol == PUSH:
                chord = stretch.next_chord(at) or chord
            changes = chord != self._chord
            self._chord = chord
            if chord is None or symbol == SILENT:
                self._hand.release(step)
            elif symbol in ("k", HELD_THROUGH):
                if symbol == "k" or not self._holds(stretch.tonic):
                    self._strike(step, self._near(stretch.tonic))
            elif symbol == HELD:
                if changes or not self._hand.held:
                    self._strike(step, self._near(chord.lowest))
            elif changes or not self._hand.leaves_out(step):
                self._strike(step, self._pitch("r" if changes else symbol, at, chord, stretch))

    def close(self, stretch: Stretch) -> None:
        """Strikes the root of the first chord, and holds it."""
        chord = stretch.chords[0]
        if chord is None:
            self._hand.release(stretch.first_step)
        else:
            self._strike(stretch.first_step, self._near(chord.lowest))

    def end(self, tick: int) -> None:
        """Has nothing to let go but its note."""

    def _pitch(self, symbol: str, at: int, chord: Chord, stretch: Stretch) -> int:
        if symbol == "w":
            following = stretch.next_chord(at)
            if following and following != chord:
                approach = self._approach(self._near(following.lowest), chord, stretch)
                if approach is not None:
                    return approach
            symbol = str(self._hand.rng.choice(("t", "f")))
        if symbol == "o":
            return self._octave_above(chord.lowest)
        interval = _interval(symbol, chord)
        return self._near(chord.root + interval if interval else chord.lowest)

    def _approach(self, target: int, chord: Chord, stretch: Stretch) -> int | None:
        """A step from the target that fits key and chord, on the side the line comes from."""
        part = self._hand.part
        fitting = [
            pitch
            for pitch in (target + step for step in _APPROACHES)
            if part.lowest <= pitch <= part.highest and _fits(pitch, chord, stretch)
        ]
        moving = [pitch for pitch in fitting if pitch != self._note] or fitting
        if not moving:
            return None
        before = target if self._note is None else self._note
        nearest = min(abs(pitch - before) for pitch in moving)
        near = [pitch for pitch in moving if abs(pitch - before) <= nearest + 1]
        return int(self._hand.rng.choice(near))

    def _octave_above(self, root: int) -> int:
        low = self._near(root)
        return low + _OCTAVE if low + _OCTAVE <= self._hand.part.highest else low

    def _holds(self, pitch_class: int) -> bool:
        return pitch_class in {pitch % 12 for pitch in self._hand.held}

    def _near(self, pitch_class: int) -> int:
        part = self._hand.part
        return bass_note(pitch_class % 12, part.lowest, part.highest, self._note)

    def _strike(self, step: int, pitch: int) -> None:
        self._note = pitch
        self._hand.strike(step, (pitch,), share=_SHARE)


def _fits(pitch: int, chord: Chord, stretch: Stretch) -> bool:
    """Whether a pitch belongs to the chord, or to the key without rubbing against the chord."""
    if pitch % 12 in chord.pitch_classes:
        return True
    rubs = {(pitch_class + one) % 12 for pitch_class in chord.pitch_classes for one in (-1, 1)}
    return stretch.in_key(pitch) and pitch % 12 not in rubs


def _interval(symbol: str, chord: Chord) -> int:
    """The interval above the root that a symbol asks for, in semitones."""
    third = next((i for i in chord.intervals if i in (3, 4, 5)), 4)
    match symbol:
        case "t":
            return third
        case "f":
            return next((i for i in chord.intervals if i in (6, 7, 8)), 7)
        case "6" if third == 4 and 11 not in chord.intervals and 10 not in chord.intervals:
            return 9
        case "6" | "7":
            return 11 if 11 in chord.intervals else 10 if 9 not in chord.intervals else 9
    return 0
