"""The groove: how early or late notes are played, and how loud.

Swing and accents are shared by all parts. Timing and touch vary from part to part: each has
a random generator of its own, so one part never changes another.
"""

from dataclasses import dataclass

import numpy as np

from livedshl.arranger.role import Role
from livedshl.music import TICKS_PER_STEP, Grid

MOST_INTRO_BARS = 8
MOST_TIMING_TICKS = 20  # the most a note may be early or late, besides swing

_SWING_TICKS = 80  # full swing delays the second eighth by this much, to a triplet
_SWUNG_STEP = 2
# Velocity added on each beat of a bar, and between beats.
_ACCENTS = {"4/4": (7, 0, 3, 0), "3/4": (7, -2, 1), "6/8": (6, 2), "9/8": (6, 1, 3)}
_ON_EIGHTH, _ON_SIXTEENTH = -4, -7
_TOUCH_SHARE = 0.45  # of the dynamics, note by note; the phrase has the rest
_DRIFT = 0.5  # how much of a part's lateness carries over to its next note
# The rhythm section keeps stricter time than the parts above it.
_LOOSENESS = {Role.DRUMS: 0.5, Role.BASS: 0.6, Role.CHORDS: 0.8, Role.DRONE: 0.8}


@dataclass(frozen=True, slots=True)
class Groove:
    """How a band plays in time.

    swing: 0 for even eighths, 1 for triplets. timing: how many ticks early or late notes may be, at
    most `MOST_TIMING_TICKS`. dynamics: how much the velocity varies with section, phrase and touch.
    intro: bars that the band plays before the form begins, at most `MOST_INTRO_BARS`.
    """

    swing: float = 0.0
    timing: int = 0
    dynamics: int = 0
    intro: int = 0


def swung_tick(step: int, grid: Grid, swing: float) -> int:
    """The tick of a step: swing delays the second eighth of a beat most, the beat not at all."""
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


class Feel:
    """The timing and touch of one part, note by note."""

    def __init__(self, groove: Groove, role: Role, grid: Grid, rng: np.random.Generator) -> None:
        self._groove = groove
        self._grid = grid
        self._rng = rng
        self._timing = groove.timing * _LOOSENESS.get(role, 1.0)
        self._drift = 0.0

    def lean(self) -> int:
        """How many ticks late the next note is; negative if early."""
        self._drift = _DRIFT * self._drift + (1 - _DRIFT) * self._rng.uniform(-1, 1)
        return round(self._timing * self._drift)

    def velocity(self, step: int) -> int:
        """The velocity that metre and touch add at a step of a section."""
        touch = self._rng.uniform(-1, 1) * _TOUCH_SHARE
        return accent(step, self._grid) + round(self._groove.dynamics * touch)
