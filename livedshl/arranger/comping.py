"""Chords, voiced to move as little as possible, in the rhythm of the pattern."""

from livedshl.arranger.hand import Hand
from livedshl.arranger.part import Pattern
from livedshl.arranger.rhythms import HELD, SILENT, RhythmTable, rhythm_of
from livedshl.arranger.stretch import Stretch
from livedshl.arranger.voicing import voice_chord
from livedshl.music import Chord

# a: all voices. v: all voices strummed upwards. ^: the upper two strummed downwards.
# b: the lowest voice. c: the upper two. 1, 2, 3: one voice, counted from below.
CHORD_PATTERNS: RhythmTable = {
    Pattern.SUSTAIN: {
        "4/4": "a--- ---- ---- ----",
        "3/4": "a--- ---- ----",
        "6/8": "a----- ------",
        "9/8": "a----- ------ ------",
    },
    Pattern.PAD: {"4/4": "-", "3/4": "-", "6/8": "-", "9/8": "-"},
    Pattern.BEATS: {"4/4": "a-..", "3/4": "a-..", "6/8": "a--...", "9/8": "a--..."},
    Pattern.OFFBEATS: {
        "4/4": ".... a-..",
        "3/4": ".... a-.. a-..",
        "6/8": "....a-",
        "9/8": "....a-",
    },
    Pattern.STRUM: {
        "4/4": "v--- v-^- --^- v-^-",
        "3/4": "v--- v-^- v-^-",
        "6/8": "v---^- v-^-^-",
        "9/8": "v---^- v---^- v-^-^-",
    },
    Pattern.BOOM_CHICK: {
        "4/4": "b--- c-.. b--- c-..",
        "3/4": "b--- --.. c-..",
        "6/8": "b---c-",
        "9/8": "b---c-",
    },
    Pattern.WALTZ: {
        "4/4": "b--- c-.. c-.. c-..",
        "3/4": "b--- c-.. c-..",
        "6/8": "b-c.c.",
        "9/8": "b-c.c.",
    },
    Pattern.ARPEGGIO: {
        "4/4": "1-2- 3-2-",
        "3/4": "1-2- 3-2- 3-2-",
        "6/8": "1-2-3- 2-3-2-",
        "9/8": "1-2-3- 2-3-2- 3-2-3-",
    },
    Pattern.ALBERTI: {
        "4/4": "1-3- 2-3-",
        "3/4": "1-3- 2-3- 2-3-",
        "6/8": "1-2-3-",
        "9/8": "1-2-3-",
    },
}
_RINGING = {Pattern.ARPEGGIO, Pattern.ALBERTI}  # voices ring until the end of the bar
_STRUM_TICKS = 8  # from one string to the next
_UP_LEVEL, _CHICK_LEVEL = -6, -3


class Comping:
    """Plays chords."""

    def __init__(self, hand: Hand) -> None:
        pattern = hand.part.pattern
        self._hand = hand
        self._rhythm = rhythm_of(CHORD_PATTERNS, pattern, hand.grid)
        self._rings = pattern in _RINGING
        self._keeps = pattern is Pattern.PAD
        self._chord: Chord | None = None
        self._voicing: tuple[int, ...] = ()

    def play(self, stretch: Stretch) -> None:
        """Plays the part for a stretch."""
        for at, chord in enumerate(stretch.chords):
            step = stretch.first_step + at
            changes = chord != self._chord
            self._chord = chord
            symbol = self._rhythm[stretch.in_section(step)]
            if chord is None or symbol == SILENT:
                self._hand.release(step)
            if chord is None:
                continue
            if changes or not self._voicing:
                part = self._hand.part
                self._voicing = voice_chord(chord, part.lowest, part.highest, self._voicing)
            if symbol == HELD:
                if changes:
                    self._strike(step, "a", changes)
            elif symbol != SILENT and (changes or not self._hand.leaves_out(step)):
                self._strike(step, symbol, changes)

    def close(self, stretch: Stretch) -> None:
        """Strikes the first chord, and holds it."""
        chord, part = stretch.chords[0], self._hand.part
        if chord is None:
            self._hand.release(stretch.first_step)
            return
        self._voicing = voice_chord(chord, part.lowest, part.highest, self._voicing)
        self._hand.strike(stretch.first_step, self._voicing)

    def _strike(self, step: int, symbol: str, changes: bool) -> None:
        hand, voicing = self._hand, self._voicing
        match symbol:
            case "v":
                hand.strike(step, voicing, spread=_STRUM_TICKS)
            case "^":
                hand.strike(step, voicing[:0:-1], level=_UP_LEVEL, spread=_STRUM_TICKS)
            case "a" if self._keeps:
                moved = [pitch for pitch in voicing if pitch not in hand.held]
                hand.strike(step, moved, off=set(hand.held) - set(voicing))
            case "a":
                hand.strike(step, voicing)
            case "b":
                hand.strike(step, voicing[:1])
            case "c":
                hand.strike(step, voicing[1:], level=_CHICK_LEVEL)
            case _:
                pitch = voicing[int(symbol) - 1]
                rings = self._rings and not changes and step % hand.grid.bar_steps
                hand.strike(step, (pitch,), off=(pitch,) if rings else None)
