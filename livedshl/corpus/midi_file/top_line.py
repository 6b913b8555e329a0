"""Draws one line, a note at a time, from a part that plays several."""

import numpy as np
from numpy.typing import NDArray

from livedshl.units import TICKS_PER_BEAT, TICKS_PER_STEP

_AROUND = 2 * TICKS_PER_BEAT  # ticks before and after a note in which its line is looked up
_LOWEST_BELOW = 14  # semitones under the line around; a lower note is the accompaniment's


def one_at_a_time(notes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The highest note at each onset, cut where the next begins. notes: ascending."""
    if not len(notes):
        return notes
    last_of_onset = np.append(np.diff(notes[:, 0]) > 0, True)
    line: NDArray[np.int64] = notes[last_of_onset]
    line[:-1, 1] = np.minimum(line[:-1, 1], np.diff(line[:, 0]))
    return line


def top_line(notes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The top line of chords, or of both hands of a piano.

    A note belongs to it if no higher one sounds when it starts, and if it lies near the highest
    notes around it. So the line rests while only an accompaniment plays.
    """
    line = one_at_a_time(_uncovered(notes))
    if not len(line):
        return line
    kept = line[line[:, 2] >= _line_around(line) - _LOWEST_BELOW]
    return one_at_a_time(kept)


def _uncovered(notes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The notes that start while no higher one sounds."""
    kept = []
    sounding: list[tuple[int, int]] = []  # end and pitch
    by_onset = notes[np.lexsort((-notes[:, 2], notes[:, 0]))]
    for row, (onset, length, pitch) in enumerate(by_onset.tolist()):
        sounding = [note for note in sounding if note[0] >= onset + TICKS_PER_STEP // 2]
        if all(pitch > above for _, above in sounding):
            kept.append(row)
        sounding.append((onset + length, pitch))
    return by_onset[kept]


def _line_around(line: NDArray[np.int64]) -> NDArray[np.float64]:
    """The pitch that the highest notes around each note of a line have."""
    first = np.searchsorted(line[:, 0], line[:, 0] - _AROUND)
    after = np.searchsorted(line[:, 0], line[:, 0] + _AROUND, side="right")
    return np.array(
        [np.percentile(line[a:b, 2], 75) for a, b in zip(first, after, strict=True)], np.float64
    )
