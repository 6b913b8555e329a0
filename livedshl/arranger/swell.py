"""Swells: expression on instruments that sustain, as the phrase rises and falls."""

from livedshl.arranger.hand import Hand
from livedshl.arranger.instruments import swells
from livedshl.arranger.role import Role
from livedshl.midi.message import AT_REST, EXPRESSION
from livedshl.music import TICKS_PER_STEP

_FULL = AT_REST[EXPRESSION]
_CENTRE, _LEAST = 108, 70
_DEPTH = 1.3  # controller steps for a step of velocity
_LEAST_CHANGE = 2


class Swell:
    """Moves the expression controller of one part."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand
        self._moves = swells(hand.part.program) and hand.part.role not in (Role.BASS, Role.DRUMS)
        self._value = _FULL

    def play(self, first_step: int, steps: int, section_step: int) -> None:
        """Follows the phrase, beat by beat."""
        if not self._moves:
            return
        grid = self._hand.grid
        for step in range(first_step, first_step + steps, grid.beat_steps):
            lift = self._hand.guide.lift(step - section_step, grid)
            value = max(_LEAST, min(_FULL, _CENTRE + round(_DEPTH * lift)))
            if abs(value - self._value) >= _LEAST_CHANGE:
                self._value = value
                self._hand.control(step * TICKS_PER_STEP, EXPRESSION, value)

    def end(self, tick: int) -> None:
        """Resets the controller."""
        if self._value != _FULL:
            self._value = _FULL
            self._hand.control(tick, EXPRESSION, _FULL)
