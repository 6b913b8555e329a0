"""What sounds in each cell of a tune: how long each pitch class does, and which is the bass."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.music.harmony.cells import Cells
from livedshl.units import TICKS_PER_BEAT

_STRIKE = 0.1  # quarter notes that the start of a note counts beside its length
_BASS_SAMPLES = 8  # times in a cell at which the lowest note is looked up
_NONE = -1
_FRESH = 4 * TICKS_PER_BEAT  # ticks for which a note counts whole
_HELD = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What sounds in n cells.

    weights: float64[n, 12], for each pitch class the quarter notes for which it sounds, over all
        notes, and a little for each start.
    bass: float64[n, 12], the share of the cell's time in which each pitch class is the lowest.
    """

    weights: NDArray[np.float64]
    bass: NDArray[np.float64]


def evidence_of(notes: NDArray[np.int32], cells: Cells) -> Evidence:
    """Counts the notes, int32[n, >= 3] (onset, length, pitch), that sound in each cell."""
    n_cells = len(cells.levels)
    onsets, pitches = notes[:, 0].astype(np.int64), notes[:, 2].astype(np.int64)
    ends = onsets + notes[:, 1]
    first = _cell_at(cells, onsets)
    spread = _Spread.over(first, _cell_at(cells, ends - 1))
    starts = np.maximum(onsets[spread.note], cells.bounds[spread.place])
    stops = np.minimum(ends[spread.note], cells.bounds[spread.place + 1])
    lengths = np.maximum(stops - starts, 0) / TICKS_PER_BEAT
    lengths *= _freshness(starts - onsets[spread.note])
    struck = _STRIKE * ((spread.place == first[spread.note]) & (lengths > 0))
    weights = np.zeros((n_cells, 12))
    np.add.at(weights, (spread.place, pitches[spread.note] % 12), lengths + struck)
    return Evidence(weights, _bass(onsets, ends, pitches, cells))


@dataclass(frozen=True, slots=True, eq=False)
class _Spread:
    """Each note once for every place that it covers: int64[m] each."""

    note: NDArray[np.int64]
    place: NDArray[np.int64]

    @classmethod
    def over(cls, first: NDArray[np.int64], last: NDArray[np.int64]) -> "_Spread":
        counts = np.maximum(last - first + 1, 0)
        note = np.repeat(np.arange(len(first)), counts)
        within = np.arange(len(note)) - np.repeat(np.cumsum(counts) - counts, counts)
        return cls(note, first[note] + within)


def _cell_at(cells: Cells, ticks: NDArray[np.int64]) -> NDArray[np.int64]:
    cell = np.searchsorted(cells.bounds, ticks, side="right") - 1
    return np.clip(cell, 0, len(cells.levels) - 1)


def _bass(
    onsets: NDArray[np.int64], ends: NDArray[np.int64], pitches: NDArray[np.int64], cells: Cells
) -> NDArray[np.float64]:
    within = (np.arange(_BASS_SAMPLES) + 0.5) / _BASS_SAMPLES
    samples = (cells.bounds[:-1, None] + within * np.diff(cells.bounds)[:, None]).ravel()
    spread = _Spread.over(np.searchsorted(samples, onsets), np.searchsorted(samples, ends) - 1)
    downwards = np.argsort(-pitches[spread.note], kind="stable")
    lowest = np.full(len(samples), _NONE)
    lowest[spread.place[downwards]] = spread.note[downwards]  # of several, the last stays
    (sounding,) = np.nonzero(lowest != _NONE)
    notes = lowest[sounding]
    shares = np.zeros((len(cells.levels), 12))
    np.add.at(
        shares,
        (sounding // _BASS_SAMPLES, pitches[notes] % 12),
        _freshness(samples[sounding] - onsets[notes]) / _BASS_SAMPLES,
    )
    return shares


def _freshness(since: NDArray[np.integer | np.floating]) -> NDArray[np.float64]:
    """How much a note counts so many ticks after its start: drones and pedal points count less."""
    return np.where(since < _FRESH, 1.0, _HELD)
