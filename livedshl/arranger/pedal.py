"""The sustain pedal: it changes with the chord, so that no two chords sound together."""

from livedshl.arranger.hand import Hand
from livedshl.midi.message import SUSTAIN_PEDAL

_DOWN = 127
_PEDAL_TICKS = 50  # it goes down again so long after the chord


class Pedal:
    """Moves the pedal of one part. works: whether its instrument has one that is used."""

    def __init__(self, hand: Hand, *, works: bool) -> None:
        self._hand = hand
        self._works = works
        self.is_down = False

    def change(self, tick: int) -> None:
        """Goes up with a new chord at `tick`, and down again when its notes are struck."""
        if self._works:
            self._hand.control(tick, SUSTAIN_PEDAL, 0)
            self._hand.control(tick + _PEDAL_TICKS, SUSTAIN_PEDAL, _DOWN)
            self.is_down = True

    def lift(self, tick: int) -> None:
        """Goes up."""
        if self.is_down:
            self._hand.control(tick, SUSTAIN_PEDAL, 0)
            self.is_down = False
