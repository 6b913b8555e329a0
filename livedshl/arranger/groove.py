"""The groove: where notes fall beside the grid, and how loud.

Swing, accents and swell are the same for all parts; how a part leans on the time and varies its
touch is drawn from a generator of its own, so that no part changes another.
"""

from dataclasses import dataclass
from math import pi, sin

import numpy as np

from livedshl.arranger.part import Role
from livedshl.music import TICKS_PER_STEP, Grid

MOST_TIMING_TICKS = 20  # no note is struck farther from where the swing puts it

_SWING_TICKS = 80  # by which full swing delays the second eighth: to a triplet, in a quarter beat
_SWUNG_STEP = 2
# Velocity added on each beat of a bar, and off the beats.
_ACCENTS = {"4/4": (10, 0, 5, 0), "3/4": (10, -2, 1), "6/8": (9, 3), "9/8": (9, 2, 4)}
_ON_EIGHTH, _ON_SIXTEENTH = -6, -10
_SHORT_PHRASE_BARS, _LONG_PHRASE_BARS = 4, 8
_SWELL_SHARE = 0.6  # of the dynamics; the rest is touch
_DRIFT = 0.5  # of a part's lean that it keeps from one note to the next
# The rhythm section keeps time more strictly than those who play above it.
_LOOSENESS = {Role.DRUMS: 0.5, Role.BASS: 0.6, Role.CHORDS: 0.8, Role.DRONE: 0.8}


@dataclass(frozen=True, slots=True)
class Groove:
    """How a band plays in time.

    swing: 0 for even eighths, 1 for triplets. timing: ticks, at most `MOST_TIMING_TICKS`, by which
    notes may be early or late. dynamics: velocity by which phrases swell and touch varies.
    """

    swing: float = 0.0
    timing: int = 0
    dynamics: int = 0


def swung_tick(step: int, grid: Grid, swing: float) -> int:
    """The tick of a step: between beats later, the second eighth by the whole of the swing."""
    beat, within = divmod(step, grid.beat_steps)
    delay = swing * _SWING_TICKS
    end = _SWUNG_STEP * 2  # where a beat of two eighths ends, and one of three is even again
    share = max(0.0, 1 - abs(within - _SWUNG_STEP) / (end - _SWUNG_STEP))
    return beat * grid.beat_ticks + within * TICKS_PER_STEP + round(delay * share)


def accent(step: int, grid: Grid) -> int:
    """The velocity that the metre adds at a step."""
    beat, within = divmod(step, grid.beat_steps)
    if within:
        return _ON_SIXTEENTH if within % 2 else _ON_EIGHTH
    return _ACCENTS[str(grid)][beat % grid.bar_beats]


def swell(step: int, grid: Grid) -> float:
    """From -1 to 1: how far the dynamics have risen; they arch over 4 and over 8 bars."""
    bars = step / grid.bar_steps
    return sin(pi * (bars / _SHORT_PHRASE_BARS % 1)) + sin(pi * (bars / _LONG_PHRASE_BARS % 1)) - 1


class Feel:
    """How one part leans on the time and varies its touch, note by note."""

    def __init__(self, groove: Groove, role: Role, grid: Grid, rng: np.random.Generator) -> None:
        self._groove = groove
        self._grid = grid
        self._rng = rng
        self._timing = groove.timing * _LOOSENESS.get(role, 1.0)
        self._drift = 0.0

    def lean(self) -> int:
        """Ticks by which the next note is late, negative: early."""
        self._drift = _DRIFT * self._drift + (1 - _DRIFT) * self._rng.uniform(-1, 1)
        return round(self._timing * self._drift)

    def velocity(self, step: int) -> int:
        """What metre, phrase and touch add to the velocity of a note at a step of a section."""
        touch = self._rng.uniform(-1, 1)
        moved = _SWELL_SHARE * swell(step, self._grid) + (1 - _SWELL_SHARE) * touch
        return accent(step, self._grid) + round(self._groove.dynamics * moved)
