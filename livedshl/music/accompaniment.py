"""Cuts the accompaniment of a lead sheet into segments: a bar of it each, on the grid.

A segment knows the chords that it sounds over, so that it can be laid on others: each note has a
role, which is a chord tone and how far the note lies from it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.music.chords import QUALITIES
from livedshl.music.grid import Grid, grid_of
from livedshl.music.leadsheet import LeadSheet
from livedshl.music.segments import ARTICULATED, PITCH, REST, bar_starts
from livedshl.units import TICKS_PER_STEP

# The columns of a note.
ONSET, LENGTH, NOTE_PITCH, HAND = 0, 1, 2, 3
UPPER, LOWER = 0, 1  # hands

NO_NOTES = np.zeros((0, 4), np.int16)
_NEAR = 2  # semitones: a note that resolves moves by a step


@dataclass(frozen=True, slots=True, eq=False)
class Accompaniment:
    """The accompaniment of a stretch in one metre and key, in C major or A minor.

    It moves by at most 6 semitones, so its register stays. Arrays have a row for each bar of the
    grid, in order.

    notes: int16[n, 4], onset in its bar and length in steps, MIDI pitch, hand. A note ends with
        its bar at the latest. Those of bar b are `notes[offsets[b]:offsets[b + 1]]`, ascending.
    offsets: int64[bars + 1].
    chords: int8[bars, beats, 2], root (-1 for none) and quality on each beat.
    melody: int8[bars, steps, 2], pitch (`REST` where silent), and 1 where a note starts.
    used: bool[bars], bars that sound and have no note off the grid.
    joined: bool[bars], whether the bar before leads straight into this one.
    """

    title: str
    source: str
    grid: Grid
    notes: NDArray[np.int16]
    offsets: NDArray[np.int64]
    chords: NDArray[np.int8]
    melody: NDArray[np.int8]
    used: NDArray[np.bool_]
    joined: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.used)

    def bar(self, number: int) -> NDArray[np.int16]:
        """The notes of a bar, int16[n, 4]."""
        return self.notes[self.offsets[number] : self.offsets[number + 1]]


def accompaniment_of(sheet: LeadSheet) -> Accompaniment | None:
    """The accompaniment of a lead sheet in one metre and key; None if it has none on a grid."""
    grid = grid_of(sheet.metre)
    if grid is None or not len(sheet.accompaniment) or sheet.key.mode.home is None:
        return None
    starts = bar_starts(sheet, grid)
    if not len(starts):
        return None
    shift = -sheet.key.shift
    notes, offsets, off_grid = _notes(sheet, grid, starts, shift)
    return Accompaniment(
        title=sheet.title,
        source=sheet.source,
        grid=grid,
        notes=notes,
        offsets=offsets,
        chords=_chords(sheet, grid, starts, shift),
        melody=_melody(sheet, grid, starts, shift),
        used=(np.diff(offsets) > 0) & ~off_grid,
        joined=np.diff(starts, prepend=starts[0]) == grid.bar_steps,
    )


def roles(notes: NDArray[np.int16], chords: NDArray[np.int8], beat_steps: int) -> NDArray[np.int8]:
    """The roles of a bar's notes, int16[n, 4], over its chords, int8[beats, 2]: int8[n, 2].

    First the chord tone by its degree: 0 the root, 1 the third, 2 the fifth, 3 what lies above it;
    -1 where there is no chord. Then the semitones from that chord tone to the note: 0 for the chord
    tone itself. A neighbour or passing note belongs to the chord tone that its hand reaches next by
    step, else to the nearest.
    """
    found = np.zeros((len(notes), 2), np.int8)
    for number, (onset, _, pitch, hand) in enumerate(notes.tolist()):
        root, quality = chords[onset // beat_steps].tolist()
        if root < 0:
            found[number] = -1, 0
            continue
        off = [_offset(pitch - root - interval) for interval in QUALITIES[quality][1]]
        following = notes[(notes[:, ONSET] > onset) & (notes[:, HAND] == hand)]
        reached = following[following[:, ONSET] == following[:1, ONSET], NOTE_PITCH]
        resolved = {
            degree
            for degree, semitones in enumerate(off)
            if abs(semitones) <= _NEAR and (reached == pitch - semitones).any()
        }
        degree = min(
            range(len(off)), key=lambda n: (off[n] != 0, n not in resolved, abs(off[n]), n)
        )
        found[number] = degree, off[degree]
    return found


def _offset(semitones: int) -> int:
    """Semitones to the nearest note of the same name, -5 to 6."""
    return (semitones + 5) % 12 - 5


def _notes(
    sheet: LeadSheet, grid: Grid, starts: NDArray[np.int32], shift: int
) -> tuple[NDArray[np.int16], NDArray[np.int64], NDArray[np.bool_]]:
    """The notes of all bars, where each bar's begin, and whether a bar has notes off the grid."""
    onsets, lengths, pitches, hands = sheet.accompaniment.T.astype(np.int64)
    firsts = onsets // TICKS_PER_STEP
    bars = np.searchsorted(starts, firsts, "right") - 1
    inside = (bars >= 0) & (firsts < starts[bars] + grid.bar_steps)
    on_grid = onsets % TICKS_PER_STEP == 0
    off_grid = np.zeros(len(starts), np.bool_)
    off_grid[bars[inside & ~on_grid]] = True
    ends = np.minimum(
        np.rint((onsets + lengths) / TICKS_PER_STEP).astype(np.int64),
        starts[bars] + grid.bar_steps,
    )
    lasting = np.maximum(1, ends - firsts)
    rows = np.stack(
        [bars, firsts - starts[bars], lasting, pitches + shift, np.minimum(hands, LOWER)], axis=1
    )[inside & on_grid]
    rows = rows[np.lexsort((rows[:, 3], rows[:, 4], rows[:, 1], rows[:, 0]))]
    offsets = np.searchsorted(rows[:, 0], np.arange(len(starts) + 1))
    return rows[:, 1:].astype(np.int16), offsets.astype(np.int64), off_grid


def _chords(
    sheet: LeadSheet, grid: Grid, starts: NDArray[np.int32], shift: int
) -> NDArray[np.int8]:
    beats = starts[:, None] + grid.beat_steps * np.arange(grid.bar_beats)  # (bars, beats)
    changes = np.rint(sheet.chords[:, 0] / TICKS_PER_STEP)
    at = np.searchsorted(changes, beats, "right") - 1
    chords = np.full((*beats.shape, 2), (-1, 0), np.int8)
    known = at >= 0
    roots, qualities = sheet.chords[at[known], 1], sheet.chords[at[known], 2]
    chords[known, 0] = np.where(roots >= 0, (roots + shift) % 12, -1)
    chords[known, 1] = np.where(roots >= 0, qualities, 0)
    return chords


def _melody(
    sheet: LeadSheet, grid: Grid, starts: NDArray[np.int32], shift: int
) -> NDArray[np.int8]:
    steps = starts[:, None] + np.arange(grid.bar_steps)  # (bars, steps)
    melody = np.zeros((*steps.shape, 2), np.int8)
    if not len(sheet.notes):
        return melody
    onsets = sheet.notes[:, 0] // TICKS_PER_STEP
    ends = np.rint((sheet.notes[:, 0] + sheet.notes[:, 1]) / TICKS_PER_STEP)
    at = np.searchsorted(onsets, steps, "right") - 1
    sounds = (at >= 0) & (steps < np.maximum(onsets + 1, ends)[at])
    melody[..., PITCH] = np.where(sounds, sheet.notes[at, 2] + shift, REST)
    melody[..., ARTICULATED] = sounds & (onsets[at] == steps)
    return melody
