"""Divides a tune into cells, the shortest stretches that can have a chord of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from livedshl.music.leadsheet import Metre
from livedshl.units import TICKS_PER_BEAT


class Level(IntEnum):
    """How strong the beat is on which a cell starts. Chords change most often on strong ones."""

    BAR = 0
    HALF_BAR = 1
    BEAT = 2
    OFF_BEAT = 3


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The cells of a tune.

    bounds: int64[n + 1], the ticks where cells start, and the end of the last one.
    levels: int8[n], the `Level` of each start.
    """

    bounds: NDArray[np.int64]
    levels: NDArray[np.int8]

    @property
    def lengths(self) -> NDArray[np.float64]:
        """The length of each cell in quarter notes, float64[n]."""
        return np.diff(self.bounds) / TICKS_PER_BEAT


def cells_of(
    bars: NDArray[np.int32], metre_changes: Sequence[tuple[int, Metre]], start: int, end: int
) -> Cells:
    """Cuts bars into cells of an eighth, or of a quarter or a sixteenth in metres of 1/2 and 1/16.

    start: the first tick; a pickup makes it negative. Its cells lie as at the end of a full bar.
    """
    first_metre = metre_changes[0][1]
    full = max(first_metre.bar_ticks, 1)
    pickup = [(bar, bar + full) for bar in range(-(-start // full) * full - full, 0, full)]
    inner = [bar for bar in bars.tolist() if bar < end]
    spans = [*pickup, *zip(inner, [*inner[1:], end], strict=True)]
    ticks: list[int] = []
    levels: list[Level] = []
    for first, last in spans:
        metre = _metre_at(metre_changes, first)
        for tick in range(first, last, _cell_ticks(metre)):
            if tick >= start:
                ticks.append(tick)
                levels.append(_level(tick - first, metre))
    return Cells(np.array([*ticks, end], np.int64), np.array(levels, np.int8))


def _metre_at(metre_changes: Sequence[tuple[int, Metre]], tick: int) -> Metre:
    metre = metre_changes[0][1]
    for since, changed in metre_changes:
        if since <= tick:
            metre = changed
    return metre


def _cell_ticks(metre: Metre) -> int:
    if metre.unit < 4:
        return TICKS_PER_BEAT
    return TICKS_PER_BEAT // 2 if metre.unit <= 8 else TICKS_PER_BEAT // 4


def _level(tick: int, metre: Metre) -> Level:
    """tick: since the start of the bar."""
    unit = metre.bar_ticks // metre.count
    beat = unit * 3 if metre.count % 3 == 0 and metre.count > 3 else unit
    if tick == 0:
        return Level.BAR
    if tick * 2 == metre.bar_ticks and metre.bar_ticks // beat % 2 == 0 and metre.count > 2:
        return Level.HALF_BAR
    return Level.OFF_BEAT if tick % beat else Level.BEAT
