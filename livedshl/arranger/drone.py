"""The drone: tonic and fifth of the key, struck again with every phrase. Its symbol is x."""

from livedshl.arranger.hand import Hand
from livedshl.arranger.pattern import HELD, HELD_THROUGH, NOTES, SILENT
from livedshl.arranger.stretch import Stretch
from livedshl.arranger.voicing import fit_octave

_FIFTH = 7


class Drone:
    """Plays the tonic and fifth."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand

    def play(self, stretch: Stretch) -> None:
        """Plays the part for a stretch."""
        symbols = self._hand.guide.lanes[NOTES]
        pitches = self._pitches(stretch)
        for at in range(len(stretch)):
            step = stretch.first_step + at
            symbol = symbols[stretch.in_section(step) % len(symbols)]
            if stretch.is_silent(at) or symbol == SILENT:
                self._hand.release(step)
            elif symbol not in (HELD, HELD_THROUGH) or self._hand.held != pitches:
                self._hand.strike(step, pitches)

    def close(self, stretch: Stretch) -> None:
        """Strikes both notes once more, and holds them."""
        self._hand.strike(stretch.first_step, self._pitches(stretch))

    def end(self, tick: int) -> None:
        """Has nothing to let go but its notes."""

    def _pitches(self, stretch: Stretch) -> tuple[int, int]:
        part = self._hand.part
        tonic = fit_octave(stretch.tonic, part.lowest, part.highest)
        return tonic, fit_octave(tonic + _FIFTH, part.lowest, part.highest)
