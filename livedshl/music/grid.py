"""The grids on which tunes are cut into segments, one for each metre.

The paper, section 4.1, has 4/4: a segment of 4 beats starts every 2 beats, on sixteenths. The other
metres follow it: a segment is two bars of 3/4, one bar of 6/8 or two beats of 9/8, and neighbours
share half of it.
"""

from dataclasses import dataclass

from livedshl.music.leadsheet import Metre
from livedshl.units import TICKS_PER_BEAT, TICKS_PER_STEP


@dataclass(frozen=True, slots=True)
class Grid:
    """How a metre is counted. A step is a sixteenth; a beat is what the foot taps.

    metre: of its bars. metres: of the tunes that use it; two bars of 2/4 make one of 4/4, and one
        of 12/8 is two of 6/8.
    beat_steps: steps in a beat. bar_beats, segment_beats: beats in a bar and in a segment.
    """

    metre: Metre
    metres: tuple[Metre, ...]
    beat_steps: int
    bar_beats: int
    segment_beats: int

    @property
    def hop_beats(self) -> int:
        """Beats from one segment to the next; they share as many."""
        return self.segment_beats // 2

    @property
    def segment_steps(self) -> int:
        """Steps in a segment."""
        return self.segment_beats * self.beat_steps

    @property
    def hop_steps(self) -> int:
        """Steps in a hop."""
        return self.segment_steps // 2

    @property
    def bar_steps(self) -> int:
        """Steps in a bar."""
        return self.bar_beats * self.beat_steps

    @property
    def beat_ticks(self) -> int:
        """Ticks in a beat."""
        return self.beat_steps * TICKS_PER_STEP

    @property
    def bar_ticks(self) -> int:
        """Ticks in a bar."""
        return self.bar_steps * TICKS_PER_STEP

    @property
    def cycle_beats(self) -> int:
        """Beats after which phases repeat: a bar, or two bars of 3/4."""
        return max(self.bar_beats, self.segment_beats)

    @property
    def strong_beats(self) -> range:
        """The strong beats of a bar: the first, and the middle one if there is one."""
        return range(0, self.bar_beats, self.bar_beats // 2 if self.bar_beats % 2 == 0 else 3)

    @property
    def phases(self) -> range:
        """The beats of a cycle on which segments start."""
        return range(0, self.cycle_beats, self.hop_beats)

    @property
    def places(self) -> int:
        """How many phases there are."""
        return len(self.phases)

    def quarter_bpm(self, beat_bpm: float) -> float:
        """Quarter notes a minute, which MIDI counts, at so many beats a minute."""
        return beat_bpm * self.beat_ticks / TICKS_PER_BEAT

    def beat_bpm(self, quarter_bpm: float) -> float:
        """The beats a minute at a tempo in quarter notes a minute."""
        return quarter_bpm * TICKS_PER_BEAT / self.beat_ticks

    def __str__(self) -> str:
        return str(self.metre)


_COMMON = (Metre(2, 4), Metre(4, 4), Metre(2, 2), Metre(4, 8))
COMMON_TIME = Grid(Metre(4, 4), _COMMON, 4, 4, 4)
GRIDS = {
    str(grid): grid
    for grid in (
        COMMON_TIME,
        Grid(Metre(3, 4), (Metre(3, 4), Metre(6, 4)), 4, 3, 6),
        Grid(Metre(6, 8), (Metre(6, 8), Metre(12, 8), Metre(3, 8)), 6, 2, 2),
        Grid(Metre(9, 8), (Metre(9, 8),), 6, 3, 2),
    )
}


def grid_of(metre: Metre) -> Grid | None:
    """The grid for tunes in this metre; None if there is none."""
    return next((grid for grid in GRIDS.values() if metre in grid.metres), None)
