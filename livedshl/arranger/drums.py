"""Drums and bodhran: General MIDI percussion.

Symbols: X, loud. x, normal. o, soft; a low density leaves it out. g, a ghost note.
"""

from livedshl.arranger.hand import Hand
from livedshl.arranger.percussion import DRUMS
from livedshl.arranger.shipped_patterns import pattern_of, rows_of
from livedshl.arranger.stretch import Stretch

_LEVELS = {"X": 10, "x": 0, "o": -18, "g": -30}
_LEFT_OUT = "og"  # by a low density
_CRASH_LEVEL = 4


class Drums:
    """Plays percussion."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand
        self._crash = DRUMS.get(pattern_of(hand.part).crash)

    def play(self, stretch: Stretch) -> None:
        """Plays the part for a stretch."""
        guide = self._hand.guide
        lanes = [(DRUMS[drum], symbols) for drum, symbols in guide.lanes.items() if drum in DRUMS]
        for at in range(len(stretch)):
            step = stretch.first_step + at
            place = stretch.in_section(step)
            strokes = [
                (drum, _LEVELS[symbols[place % len(symbols)]])
                for drum, symbols in lanes
                if symbols[place % len(symbols)] in _LEVELS
                and not self._is_left_out(symbols[place % len(symbols)])
            ]
            if place == 0 and guide.crash and self._crash is not None:
                strokes.append((self._crash, _CRASH_LEVEL))
            if strokes and not stretch.is_silent(at):
                self._hand.tap(step, strokes)

    def close(self, stretch: Stretch) -> None:
        """Strikes once, loudly, what the first beat of a bar has, and the cymbal."""
        rows = rows_of(self._hand.part, self._hand.grid)
        struck = [drum for drum, symbols in rows.middle[0].items() if symbols[0] in "Xx"]
        strokes = [(DRUMS[drum], _LEVELS["X"]) for drum in struck]
        if self._crash is not None and self._crash not in map(DRUMS.get, struck):
            strokes.append((self._crash, _CRASH_LEVEL))
        self._hand.tap(stretch.first_step, strokes)

    def end(self, tick: int) -> None:
        """Has nothing to let go."""

    def _is_left_out(self, symbol: str) -> bool:
        part = self._hand.part
        return symbol in _LEFT_OUT and part.density < 1 and self._hand.rng.random() >= part.density
