"""Transposes a lead sheet to C, puts it on the grid of its metre, and cuts it into segments.

As in the paper, sections 4.1 and 4.2: tunes have one metre and one key, and segments with notes off
the sixteenth grid are dropped. Segments overlap.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray

from livedshl.music.chords import (
    COMMON_CHORDS,
    MOST_CHORD_CLASSES,
    NO_CHORD,
    Chord,
    ChordVocabulary,
)
from livedshl.music.grid import COMMON_TIME, GRIDS, Grid, grid_of
from livedshl.music.leadsheet import Key, LeadSheet, Mode
from livedshl.units import TICKS_PER_BEAT, TICKS_PER_STEP

REST = 0  # the pitch of a step without melody
HIGHEST_PITCH = 127  # of MIDI
MOST_BEATS = 20_000  # quarter notes in a tune; a wrong duration in a file could fill the memory

# The columns of a step.
PITCH, ARTICULATED, CHORD = 0, 1, 2

# Tunes move by whole octaves so that their median pitch is nearest to this (B4). Then tunes from
# low and high keys join without leaps.
MEDIAN_PITCH = 71

_CHORD_SHARE = 0.99  # of the time, that the chords which a library knows cover

# A tune is left out if fewer of its segments sound and lie on the grid.
_LEAST_USED = 0.25

TONICS = {Mode.MAJOR: 0, Mode.MINOR: 9}  # pitch classes of C major and A minor


@dataclass(frozen=True, slots=True, eq=False)
class Tune:
    """A lead sheet on its grid, in C major or A minor.

    steps: int8[n, 3], for each sixteenth from the first bar line: MIDI pitch (0 = rest), 1 if a
        note starts here, chord class (-1 = no chord).
    starts: int32[m], the first step of each segment, ascending.
    phases: int8[m], the beat of its cycle (`Grid.cycle_beats`) on which each segment starts.
    """

    title: str
    source: str
    steps: NDArray[np.int8]
    starts: NDArray[np.int32]
    phases: NDArray[np.int8]
    grid: Grid = COMMON_TIME

    def segments(self) -> NDArray[np.int8]:
        """All segments, int8[m, segment steps, 3]."""
        return steps_from(self.steps, self.starts, self.grid.segment_steps)


def steps_from(
    steps: NDArray[np.int8], starts: NDArray[np.integer], n_steps: int
) -> NDArray[np.int8]:
    """The steps, int8[..., n_steps, 3], that follow each of `starts`."""
    return np.take(steps, starts[..., None] + np.arange(n_steps), axis=0)


def as_heard(steps: NDArray[np.int8], table: NDArray[np.int8]) -> NDArray[np.int8]:
    """Steps, int8[..., 3], with other chords by a table such as `ChordVocabulary.heard_as`."""
    heard = steps.copy()
    heard[..., CHORD] = table[steps[..., CHORD]]
    return heard


def refusal(
    sheet: LeadSheet, grid: Grid | None = COMMON_TIME, mode: Mode | None = Mode.MAJOR
) -> str | None:
    """Why a lead sheet does not fit a library of this grid and mode; None if it fits.

    A grid or mode of None stands for any. Only the first metre and key of the sheet are looked at:
    see `stretches.stretches` for a tune that changes them.
    """
    if len(sheet.notes) == 0:
        return "no melody"
    own_grid = grid_of(sheet.metre)
    if own_grid is None or own_grid is not (grid or own_grid):
        return f"metre {sheet.metre}"
    if sheet.end > MOST_BEATS * TICKS_PER_BEAT:
        return f"longer than {MOST_BEATS:,} beats"
    home = sheet.key.mode.home
    if home is None:
        return "neither major nor minor"
    if mode and home is not mode:
        return f"{sheet.key.mode.value} key"
    pitches = sheet.notes[:, 2]
    moved = pitches + transposition_to_c(sheet.key, pitches)
    if moved.min() <= REST or moved.max() > HIGHEST_PITCH:
        return "melody too wide for MIDI"
    return _too_little(sheet, own_grid)


def _too_little(sheet: LeadSheet, grid: Grid) -> str | None:
    """Why too few segments of a tune can be used; None if there are enough."""
    starts, _ = _segment_grid(sheet, grid)
    if not len(starts):
        return "shorter than a segment"
    steps, off_grid = _melody_steps(sheet)
    on_grid = ~_within(off_grid, starts, grid).any(1)
    sounding = _within(steps[:, PITCH], starts, grid).any(1)
    if on_grid.mean() < _LEAST_USED:
        return "off the sixteenth grid"
    if (on_grid & sounding).mean() < _LEAST_USED:
        return "mostly silent"
    return None


def by_kind(sheets: Iterable[LeadSheet]) -> dict[tuple[Grid, Mode], list[LeadSheet]]:
    """Sheets by grid and mode, 4/4 major first. Raises ValueError for a sheet that has no place."""
    of_kind = {(grid, mode): list[LeadSheet]() for grid in GRIDS.values() for mode in TONICS}
    for sheet in sheets:
        home = sheet.key.mode.home
        if home is None:
            raise ValueError(f"{sheet.source}: neither major nor minor")
        of_kind[_grid_of(sheet), home].append(sheet)
    return {kind: those for kind, those in of_kind.items() if those}


def _grid_of(sheet: LeadSheet) -> Grid:
    grid = grid_of(sheet.metre)
    if grid is None:
        raise ValueError(f"{sheet.source}: tunes in {sheet.metre} cannot be cut into segments")
    return grid


def transposition_to_c(key: Key, pitches: NDArray[np.int32]) -> int:
    """Semitones that transpose to C major or A minor, with the median pitch nearest to B4."""
    shift = (TONICS[key.mode.home or Mode.MAJOR] - key.tonic) % 12
    median = float(np.median(pitches))
    return min(range(shift - 36, shift + 37, 12), key=lambda s: abs(median + s - MEDIAN_PITCH))


def counted_vocabulary(sheets: Iterable[LeadSheet]) -> tuple[ChordVocabulary, float]:
    """The chords that sound longest once tunes are in C: at least 12 (paper, section 4.2).

    Also returns the share of the chord time that they cover. If no tune has chords, they are
    `COMMON_CHORDS`.
    """
    ticks: Counter[Chord] = Counter()
    for sheet in sheets:
        shift = transposition_to_c(sheet.key, sheet.notes[:, 2])
        for chord, duration in sheet.chord_ticks().items():
            ticks[chord.transposed(shift)] += duration
    if not ticks:
        return ChordVocabulary.of_names(COMMON_CHORDS), 0.0
    vocabulary = ChordVocabulary.counted(ticks, _CHORD_SHARE, MOST_CHORD_CLASSES)
    covered = sum(ticks[chord] for chord in vocabulary.classes)
    return vocabulary, covered / ticks.total()


def lay_on_grid(sheet: LeadSheet, vocabulary: ChordVocabulary) -> Tune:
    """Turns a lead sheet that `refusal` accepts into a tune with segments.

    No segment has a note off the grid, a bar of another length, or silence only. Raises ValueError
    for a metre without a grid.
    """
    grid = _grid_of(sheet)
    steps, off_grid = _melody_steps(sheet)
    _write_chords(steps, sheet, vocabulary)
    starts, phases = _segment_grid(sheet, grid)
    used = ~_within(off_grid, starts, grid).any(1) & _within(steps[:, PITCH], starts, grid).any(1)
    return Tune(sheet.title, sheet.source, steps, starts[used], phases[used], grid)


def distinct_segments(tune: Tune) -> NDArray[np.intp]:
    """The numbers of the segments whose content has not occurred before in the tune."""
    contents = tune.segments().reshape(-1, tune.grid.segment_steps * 3)
    _, first = np.unique(contents, axis=0, return_index=True)
    return np.sort(first)


def _melody_steps(sheet: LeadSheet) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    """The steps in C without chords, int8[n, 3], and where notes lie off the grid, bool[n]."""
    shift = transposition_to_c(sheet.key, sheet.notes[:, 2])
    n_steps = -(-_end_of_last_bar(sheet) // TICKS_PER_STEP)
    steps = np.zeros((n_steps, 3), np.int8)
    steps[:, CHORD] = NO_CHORD
    off_grid = np.zeros(n_steps, np.bool_)
    onsets, lengths, pitches = sheet.notes.T.astype(np.int64)
    firsts = onsets // TICKS_PER_STEP
    lasts = np.maximum(firsts + 1, np.rint((onsets + lengths) / TICKS_PER_STEP).astype(np.int64))
    counts = lasts - firsts
    note = np.repeat(np.arange(len(counts)), counts)  # of each step of each note
    within = np.arange(len(note)) - np.repeat(np.cumsum(counts) - counts, counts)
    at = firsts[note] + within
    there = (at >= 0) & (at < n_steps)
    note, within, at = note[there], within[there], at[there]
    off_grid[at[onsets[note] % TICKS_PER_STEP > 0]] = True
    steps[at, PITCH] = pitches[note] + shift  # of notes that overlap, the last one counts
    steps[at, ARTICULATED] = within == 0
    return steps, off_grid


def _within(
    values: NDArray[np.generic], starts: NDArray[np.int32], grid: Grid
) -> NDArray[np.bool_]:
    """Whether each step of each segment has a value, bool[segments, steps]; values: [steps]."""
    of_segments: NDArray[np.generic] = values[starts[:, None] + np.arange(grid.segment_steps)]
    return of_segments.astype(np.bool_)


def _write_chords(steps: NDArray[np.int8], sheet: LeadSheet, vocabulary: ChordVocabulary) -> None:
    shift = transposition_to_c(sheet.key, sheet.notes[:, 2])
    for onset, chord in sheet.written_chords():
        first = max(0, round(onset / TICKS_PER_STEP))
        steps[first:, CHORD] = vocabulary.index(chord.transposed(shift)) if chord else NO_CHORD


def _end_of_last_bar(sheet: LeadSheet) -> int:
    """The tick where the last bar would end if full: it is often short by the pickup."""
    return max(sheet.end, int(sheet.bars[-1]) + sheet.metre.bar_ticks)


def _segment_grid(sheet: LeadSheet, grid: Grid) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
    """The start (step) and phase (beat) of a segment on every hop in each run of full bars."""
    starts: list[int] = []
    phases: list[int] = []
    for first, n_steps in _runs(sheet):
        for hop in range((n_steps - grid.segment_steps) // grid.hop_steps + 1):
            starts.append(first + hop * grid.hop_steps)
            phases.append(hop * grid.hop_beats % grid.cycle_beats)
    return np.array(starts, np.int32), np.array(phases, np.int8)


def bar_starts(sheet: LeadSheet, grid: Grid) -> NDArray[np.int32]:
    """The steps at which bars of the grid start in each run of full bars of the sheet, int32[n].

    Two bars of 2/4 make one of 4/4, and a bar of 12/8 is two of 6/8.
    """
    starts = [
        np.arange(first, first + n_steps - grid.bar_steps + 1, grid.bar_steps)
        for first, n_steps in _runs(sheet)
    ]
    return np.concatenate([np.empty(0, np.int32), *starts]).astype(np.int32)


def _runs(sheet: LeadSheet) -> Iterator[tuple[int, int]]:
    """The first step, and the number of steps, of each run of full bars."""
    bar_ticks = sheet.metre.bar_ticks
    bars = [*sheet.bars.tolist(), _end_of_last_bar(sheet)]
    regular = [b - a == bar_ticks and a % TICKS_PER_STEP == 0 for a, b in pairwise(bars)]
    for full, run in groupby(range(len(regular)), regular.__getitem__):
        first, *rest = run
        if full:
            yield bars[first] // TICKS_PER_STEP, (1 + len(rest)) * bar_ticks // TICKS_PER_STEP
