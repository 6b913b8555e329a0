"""The drone: tonic and fifth of the key, struck again with every phrase."""

from livedshl.arranger.hand import Hand
from livedshl.arranger.part import Pattern
from livedshl.arranger.rhythms import HELD_THROUGH, RhythmTable, rhythm_of
from livedshl.arranger.stretch import Stretch
from livedshl.arranger.voicing import fit_octave

# x: strikes.
DRONE_PATTERNS: RhythmTable = {
    Pattern.SUSTAIN: {
        "4/4": "x~~~" + "~" * 60,
        "3/4": "x~~~" + "~" * 44,
        "6/8": "x~~~" + "~" * 44,
        "9/8": "x~~~" + "~" * 68,
    },
    Pattern.BEATS: {"4/4": "x~~~", "3/4": "x~~~", "6/8": "x~~~~~", "9/8": "x~~~~~"},
}
_FIFTH = 7


class Drone:
    """Plays the tonic and fifth."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand
        self._rhythm = rhythm_of(DRONE_PATTERNS, hand.part.pattern, hand.grid)

    def play(self, stretch: Stretch) -> None:
        """Plays the part for a stretch."""
        pitches = self._pitches(stretch)
        for at in range(len(stretch)):
            step = stretch.first_step + at
            if stretch.is_silent(at):
                self._hand.release(step)
            elif (
                self._rhythm[stretch.in_section(step)] != HELD_THROUGH or self._hand.held != pitches
            ):
                self._hand.strike(step, pitches)

    def close(self, stretch: Stretch) -> None:
        """Strikes both notes once more, and holds them."""
        self._hand.strike(stretch.first_step, self._pitches(stretch))

    def _pitches(self, stretch: Stretch) -> tuple[int, int]:
        part = self._hand.part
        tonic = fit_octave(stretch.tonic, part.lowest, part.highest)
        return tonic, fit_octave(tonic + _FIFTH, part.lowest, part.highest)
