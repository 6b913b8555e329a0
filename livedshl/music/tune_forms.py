"""The forms of tunes: how many strains they have, each played twice, and how long those are."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from string import ascii_uppercase

import numpy as np
from numpy.typing import NDArray

from livedshl.music.grid import Grid
from livedshl.music.segments import CHORD

# Bars of a strain, in the order in which they are tried: a strain of 8 bars may seem one of 4 whose
# beginning returns, and two of 8 that are alike one of 16.
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
    A strain of 4 bars is one of 8 whose beginning returns: two bars of 2/4 are one of 4/4.
    """
    forms: Counter[TuneForm] = Counter()
    hashes = np.random.default_rng(0).integers(1, 1 << 62, 2 * grid.bar_steps)
    for tune in range(0, len(tune_steps) - 1, -(-len(tune_steps) // _MOST_TUNES)):
        first, end = tune_steps[tune : tune + 2].tolist()
        n_bars, odd_steps = divmod(end - first, grid.bar_steps)
        if odd_steps:
            continue
        bars = np.asarray(steps[first:end, :CHORD]).reshape(n_bars, -1) @ hashes
        length = next((length for length in _STRAINS if _is_repeated(bars, length)), 0)
        parts, odd_bars = divmod(n_bars, 2 * length) if length else (0, 0)
        if not odd_bars and parts in _PARTS:
            plan = "".join(2 * letter for letter in ascii_uppercase[:parts])
            forms[TuneForm(plan, _USUAL_BARS if length == 4 else length)] += 1
    return forms


def _is_repeated(bars: NDArray[np.int64], length: int) -> bool:
    """Whether a tune begins with a strain of so many bars, twice. Its last quarter may differ."""
    same = length - length // 4
    return 2 * length <= len(bars) and np.array_equal(bars[:same], bars[length : length + same])
