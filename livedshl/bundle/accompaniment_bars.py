"""The arrays of a library of accompaniment, and whether they fit together."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livedshl.index.codes import Words
from livedshl.music.accompaniment import LOWER
from livedshl.music.chords import QUALITIES
from livedshl.music.grid import GRIDS

_GRIDS = tuple(GRIDS.values())
_BAR_STEPS = np.array([grid.bar_steps for grid in _GRIDS])
MOST_BEATS = max(grid.bar_beats for grid in _GRIDS)


@dataclass(frozen=True, slots=True, eq=False)
class BarArrays:
    """Bars of accompaniment, stretch by stretch, in C major or A minor.

    stretch_bars: int32[stretches + 1], the first bar of each stretch, then their number.
    grids: int8[stretches], number of the metre in `GRIDS`.
    offsets: int32[bars + 1], where each bar's notes begin. notes: int8[n, 4], as in
        `livedshl.music.accompaniment.Accompaniment`.
    chords: int8[bars, MOST_BEATS, 2], root (-1 for none) and quality on each beat.
    used: uint8[bars], 1 for bars that may be played.
    backward: uint64[bars, words], packed codes; 0 for bars that are not used.
    """

    stretch_bars: NDArray[np.int32]
    grids: NDArray[np.int8]
    offsets: NDArray[np.int32]
    notes: NDArray[np.int8]
    chords: NDArray[np.int8]
    used: NDArray[np.uint8]
    backward: Words


# The type and the number of dimensions of each.
ARRAY_TYPES = {
    "stretch_bars": ("int32", 1),
    "grids": ("int8", 1),
    "offsets": ("int32", 1),
    "notes": ("int8", 2),
    "chords": ("int8", 3),
    "used": ("uint8", 1),
    "backward": ("uint64", 2),
}


def is_consistent(arrays: BarArrays, n_stretches: int, words: int) -> bool:
    """Whether the arrays fit together; correct checksums do not imply that.

    n_stretches: how many there are. words: of a code.
    """
    if any(
        getattr(arrays, name).dtype != kind or getattr(arrays, name).ndim != dimensions
        for name, (kind, dimensions) in ARRAY_TYPES.items()
    ):
        return False
    n_bars, n_notes = len(arrays.used), len(arrays.notes)
    return (
        min(n_bars, n_notes, n_stretches) > 0
        and _is_within(arrays.grids, 0, len(_GRIDS) - 1)
        and _ascends(arrays.stretch_bars, n_bars)
        and len(arrays.stretch_bars) == len(arrays.grids) + 1 == n_stretches + 1
        and _ascends(arrays.offsets, n_notes)
        and len(arrays.offsets) == n_bars + 1
        and arrays.chords.shape == (n_bars, MOST_BEATS, 2)
        and arrays.backward.shape == (n_bars, words)
        and _is_within(arrays.used, 0, 1)
        and _is_within(arrays.chords[..., 0], -1, 11)
        and _is_within(arrays.chords[..., 1], 0, len(QUALITIES) - 1)
        and arrays.notes.shape[1] == 4
        and _are_notes(arrays)
    )


def _are_notes(arrays: BarArrays) -> bool:
    """Whether all notes lie within their bars."""
    onset, length, pitch, hand = arrays.notes.T.astype(np.int64)
    grid_of_bar = np.repeat(arrays.grids, np.diff(arrays.stretch_bars))
    grid_of_note = np.repeat(grid_of_bar, np.diff(arrays.offsets))
    return (
        int(onset.min()) >= 0
        and int(length.min()) >= 1
        and bool((onset + length <= _BAR_STEPS[grid_of_note]).all())
        and _is_within(pitch, 0, 127)
        and _is_within(hand, 0, LOWER)
    )


def _is_within(values: NDArray[Any], lowest: int, highest: int) -> bool:
    return lowest <= int(values.min()) and int(values.max()) <= highest


def _ascends(values: NDArray[np.int32], last: int) -> bool:
    from_first_to_last = len(values) > 0 and (int(values[0]), int(values[-1])) == (0, last)
    return from_first_to_last and bool((np.diff(values) >= 0).all())
