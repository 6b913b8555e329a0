"""How long a note is: its note length (L:), broken rhythm and tuplets. ABC 2.1, 4.3, 4.4, 4.13."""

from fractions import Fraction

from livedshl.music import Metre
from livedshl.units import TICKS_PER_BEAT

_WHOLE = 4 * TICKS_PER_BEAT
_USUAL_TIMES = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}  # "(3" puts three notes into the time of two


class NoteLengths:
    """Knows the length that the next note of one voice has."""

    def __init__(self, unit: Fraction, metre: Metre) -> None:
        self.metre = metre
        self._unit = float(unit * _WHOLE)
        self._tuplet, self._left_in_tuplet = 1.0, 0

    def change_unit(self, unit: Fraction) -> None:
        """Obeys an L: field. unit: in whole notes."""
        self._unit = float(unit * _WHOLE)

    def ticks(self, multiple: float) -> float:
        """The ticks that the next note lasts; its length is a multiple of L:."""
        length = self._unit * multiple
        if self._left_in_tuplet:
            length *= self._tuplet
            self._left_in_tuplet -= 1
        return length

    def begin_tuplet(self, p: int, q: int, r: int) -> bool:
        """Puts p notes into the time of q, for the next r notes; 0 stands for the usual number.

        False if there is no such tuplet.
        """
        is_compound = self.metre.unit == 8 and self.metre.count % 3 == 0
        q = q or _USUAL_TIMES.get(p, 3 if is_compound else 2)
        if not 2 <= p <= 9:
            return False
        self._tuplet, self._left_in_tuplet = q / p, r or p
        return True


def broken(signs: str) -> tuple[float, float]:
    """The factors by which ">" or "<" changes the notes before and after it."""
    shorter = 0.5 ** min(len(signs), 4)
    longer = 2 - shorter
    return (longer, shorter) if signs[0] == ">" else (shorter, longer)
