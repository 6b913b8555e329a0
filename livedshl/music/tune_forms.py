"""The forms of tunes: how many strains they have, each played twice, and how long those are.

A strain comes twice if all but its last quarter is the same the second time.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from string import ascii_uppercase

import numpy as np
from numpy.typing import NDArray

from livedshl.music.grid import Grid
from livedshl.music.segments import CHORD

# Bars of a strain, in the order in which they are tried. Four strains of 8 bars that are alike
# would do for two of 16, and strains of 8 whose beginning returns for twice as many of 4.
_STRAINS = (12, 8, 16, 6, 4)
_USUAL_BARS = 8
_PARTS = range(2, 5)  # strains of a tune
_MOST_TUNES = 500  # that are looked at, from all over the library: the first note waits for them


@dataclass(frozen=True, slots=True)
class TuneForm:
    """A form: its sections, one letter each, and how many bars each has."""

    plan: str
    bars: int


USUAL_FORM = TuneForm("AABB", _USUAL_BARS)


def forms_in(
    steps: NDArray[np.int8], tune_steps: NDArray[np.int32], grid: Grid
) -> Mapping[TuneForm, int]:
    """How many tunes have each form; tunes that are made in another way count for none.

    steps: int8[n, 3] of all tunes. tune_steps: int32[tunes + 1], the first step of each, then n.
    A strain of 4 bars counts as one of 8: two bars of 2/4 are one of 4/4.
    """
    forms: Counter[TuneForm] = Counter()
    hashes = np.random.default_rng(0).integers(1, 1 << 62, 2 * grid.bar_steps)
    for tune in range(0, len(tune_steps) - 1, -(-len(tune_steps) // _MOST_TUNES)):
        first, end = tune_steps[tune : tune + 2].tolist()
        n_bars, odd_steps = divmod(end - first, grid.bar_steps)
        if odd_steps:
            continue
        bars = np.asarray(steps[first:end, :CHORD]).reshape(n_bars, -1) @ hashes
        if form := _form_of(bars):
            forms[form] += 1
    return forms


def _form_of(bars: NDArray[np.int64]) -> TuneForm | None:
    """The form of a tune, by a number for each of its bars; None if it has none of these."""
    for length in _STRAINS:
        parts, odd_bars = divmod(len(bars), 2 * length)
        if odd_bars or parts not in _PARTS:
            continue
        strains = bars.reshape(parts, 2, length)[:, :, : length - length // 4]
        if np.array_equal(strains[:, 0], strains[:, 1]):
            plan = "".join(2 * letter for letter in ascii_uppercase[:parts])
            return TuneForm(plan, _USUAL_BARS if length == 4 else length)
    return None
