"""Chords, voiced to move as little as possible and to stay below the melody.

Symbols: a, all voices. v, all voices strummed upwards. ^, the upper two strummed downwards. b, the
lowest voice. c, the upper two. 1, 2, 3, one voice, counted from below. g, all voices, if no melody
note begins there. p, all voices of the next chord, early.
"""

from livedshl.arranger.hand import Hand
from livedshl.arranger.instruments import Family, family_of, has_pedal
from livedshl.arranger.pattern import HELD, HELD_THROUGH, NOTES, PUSH, SILENT
from livedshl.arranger.pedal import Pedal
from livedshl.arranger.shipped_patterns import pattern_of
from livedshl.arranger.stretch import Stretch
from livedshl.arranger.voicing import voice_chord
from livedshl.music import Chord
from livedshl.music.segments import REST

_STRUM_TICKS = 8  # from one string to the next
_ROLL_TICKS = 30  # from one voice of the last chord to the next
_UP_LEVEL, _CHICK_LEVEL, _GAP_LEVEL = -6, -3, -4
_BELOW_MELODY = 2  # semitones, at least, from the highest voice to the melody
_OCTAVE = 12


class Comping:
    """Plays chords."""

    def __init__(self, hand: Hand) -> None:
        pattern = pattern_of(hand.part)
        self._hand = hand
        self._rings = pattern.rings
        self._keeps = pattern.keeps
        self._pedal = Pedal(hand, works=pattern.pedal and has_pedal(hand.part.program))
        self._chord: Chord | None = None
        self._voicing: tuple[int, ...] = ()

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
                self._let_go(step)
            if chord is None:
                continue
            if changes or not self._voicing or self._is_too_high(at, stretch):
                changes = self._revoice(chord, at, stretch) or changes
            if symbol in (HELD, HELD_THROUGH):
                if changes or not self._hand.held:
                    self._strike(step, "a", changes)
            elif symbol == "g":
                if not stretch.articulated[at] or stretch.pitches[at] == REST:
                    self._strike(step, symbol, changes)
            elif symbol != SILENT and (changes or not self._hand.leaves_out(step)):
                self._strike(step, symbol, changes)

    def close(self, stretch: Stretch) -> None:
        """Strikes the first chord, and holds it; strings and keys are rolled from below."""
        chord = stretch.chords[0]
        if chord is None:
            self._let_go(stretch.first_step)
            return
        self._chord = chord
        self._revoice(chord, 0, stretch)
        rolls = family_of(self._hand.part.program) is Family.STRUCK
        self._hand.strike(stretch.first_step, self._voicing, spread=_ROLL_TICKS if rolls else 0)

    def end(self, tick: int) -> None:
        """Lets everything go."""
        self._pedal.lift(tick)

    def _revoice(self, chord: Chord, at: int, stretch: Stretch) -> bool:
        """Finds the voices of a chord under the melody; whether they are others than before."""
        part = self._hand.part
        highest = min(part.highest, self._ceiling(at, stretch))
        lowest = min(part.lowest, highest - _OCTAVE)
        before, self._voicing = (
            self._voicing,
            voice_chord(
                chord, lowest, highest, self._voicing, part.colour, stretch.tonic, stretch.in_key
            ),
        )
        return before != self._voicing

    def _is_too_high(self, at: int, stretch: Stretch) -> bool:
        return self._voicing[-1] > max(self._ceiling(at, stretch), self._hand.part.lowest)

    def _ceiling(self, at: int, stretch: Stretch) -> int:
        """The highest pitch that stays under the melody; not so low that chords turn to mud."""
        melody = stretch.lowest_heard(at)
        if melody is None or not stretch.octaves:
            return self._hand.part.highest
        return max(melody - _BELOW_MELODY, self._hand.part.lowest + _BELOW_MELODY)

    def _strike(self, step: int, symbol: str, changes: bool) -> None:
        hand, voicing = self._hand, self._voicing
        if changes or not self._pedal.is_down:
            self._pedal.change(hand.tick_of(step))
        match symbol:
            case "v":
                hand.strike(step, voicing, spread=_STRUM_TICKS)
            case "^":
                hand.strike(step, voicing[:0:-1], level=_UP_LEVEL, spread=_STRUM_TICKS)
            case "a" | "p" if self._keeps:
                moved = [pitch for pitch in voicing if pitch not in hand.held]
                hand.strike(step, moved, off=set(hand.held) - set(voicing))
            case "a" | "p":
                hand.strike(step, voicing)
            case "g":
                hand.strike(step, voicing, level=_GAP_LEVEL)
            case "b":
                hand.strike(step, voicing[:1])
            case "c":
                hand.strike(step, voicing[1:], level=_CHICK_LEVEL)
            case _:
                pitch = voicing[int(symbol) - 1]
                rings = self._rings and not changes and step % hand.grid.bar_steps
                hand.strike(step, (pitch,), off=(pitch,) if rings else None)

    def _let_go(self, step: int) -> None:
        self._hand.release(step)
        self._pedal.lift(self._hand.tick_of(step))
