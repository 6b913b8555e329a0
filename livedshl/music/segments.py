"""Lays a lead sheet on the step grid, in C, and cuts it into overlapping segments.

Paper, sections 4.1 and 4.2: songs in 2/4 or 4/4 and in one major key, transposed to C; segments
of 4 beats (16 steps), one every 2 beats; segments with notes off the sixteenth grid are dropped.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from livedshl.music.chords import COMMON_CHORDS, N_CHORD_CLASSES, NO_CHORD, Chord, ChordVocabulary
from livedshl.music.leadsheet import Key, LeadSheet, Metre, Mode
from livedshl.units import STEPS_PER_BEAT, TICKS_PER_BEAT, TICKS_PER_STEP

SEGMENT_BEATS = 4
SEGMENT_STEPS = SEGMENT_BEATS * STEPS_PER_BEAT
HOP_BEATS = 2
HOP_STEPS = HOP_BEATS * STEPS_PER_BEAT

REST = 0  # the pitch of a step without melody

# Columns of a step, in tunes and bundles alike.
PITCH, ARTICULATED, CHORD = 0, 1, 2

# Tunes are moved by whole octaves so that their median pitch lies nearest to this (B4): tunes
# from low and high keys then join without leaps of register.
MEDIAN_PITCH = 71

_METRES = {Metre(2, 4), Metre(4, 4), Metre(2, 2)}
_TONIC_OF_C = {Mode.MAJOR: 0, Mode.MINOR: 9}


@dataclass(frozen=True, slots=True, eq=False)
class Tune:
    """A lead sheet on the step grid, in C major or A minor.

    steps: int8[n, 3], for each sixteenth from the first bar line: MIDI pitch (0 = rest), 1 where
        the note is articulated, chord class (-1 = no chord).
    starts: int32[m], first step of each segment, ascending.
    phases: int8[m], beats from the bar line to the segment's start, in bars of 4 beats (two bars
        of 2/4 count as one).
    """

    title: str
    source: str
    steps: NDArray[np.int8]
    starts: NDArray[np.int32]
    phases: NDArray[np.int8]

    def segments(self) -> NDArray[np.int8]:
        """All segments, int8[m, 16, 3], in the order of `starts`."""
        return steps_from(self.steps, self.starts)


def steps_from(
    steps: NDArray[np.int8], starts: NDArray[np.integer], n_steps: int = SEGMENT_STEPS
) -> NDArray[np.int8]:
    """The `n_steps` steps from each of `starts` on, int8[..., n_steps, 3]."""
    windows: NDArray[np.int8] = steps[starts[..., None] + np.arange(n_steps)]
    return windows


def refusal(sheet: LeadSheet, minor: bool = False) -> str | None:
    """Why this lead sheet has no place in a library, or None if it has.

    `minor` admits tunes in a minor key as well.
    """
    if len(sheet.notes) == 0:
        return "no melody"
    if len(sheet.metres) != 1:
        return "changes metre"
    if sheet.metres[0] not in _METRES:
        return f"metre {sheet.metres[0]}"
    if len(sheet.keys) != 1:
        return "changes key"
    mode = sheet.keys[0].mode
    if mode is Mode.OTHER:
        return "another mode"
    if mode is Mode.MINOR and not minor:
        return "minor key"
    return None


def transposition_to_c(key: Key, pitches: NDArray[np.int32]) -> int:
    """Semitones that bring `key` to C (a minor key to A) and the median pitch nearest to B4."""
    shift = (_TONIC_OF_C[key.mode] - key.tonic) % 12
    median = float(np.median(pitches))
    return min(range(shift - 36, shift + 37, 12), key=lambda s: abs(median + s - MEDIAN_PITCH))


def counted_vocabulary(sheets: Iterable[LeadSheet]) -> tuple[ChordVocabulary, float]:
    """The chord classes that sound longest in tunes brought to C, and the share they cover.

    Twelve, as in the paper (section 4.2); `COMMON_CHORDS` where no tune has chords.
    """
    ticks: Counter[Chord] = Counter()
    for sheet in sheets:
        shift = transposition_to_c(sheet.keys[0], sheet.notes[:, 2])
        for chord, duration in sheet.chord_ticks().items():
            ticks[chord.transposed(shift)] += duration
    if not ticks:
        return ChordVocabulary.of_names(COMMON_CHORDS), 0.0
    vocabulary = ChordVocabulary.counted(ticks, N_CHORD_CLASSES)
    covered = sum(ticks[chord] for chord in vocabulary.classes)
    return vocabulary, covered / ticks.total()


def lay_on_grid(sheet: LeadSheet, vocabulary: ChordVocabulary) -> Tune:
    """The tune of a lead sheet that `refusal` lets pass, in C, with its segments.

    Notes off the grid take part in no segment; nor does a bar of another length than the metre's.
    """
    shift = transposition_to_c(sheet.keys[0], sheet.notes[:, 2])
    n_steps = -(-_end_of_last_bar(sheet) // TICKS_PER_STEP)
    steps = np.zeros((n_steps, 3), np.int8)
    steps[:, CHORD] = NO_CHORD
    off_grid = np.zeros(n_steps, np.bool_)
    for onset, length, pitch in sheet.notes.tolist():
        first = onset // TICKS_PER_STEP
        last = max(first + 1, round((onset + length) / TICKS_PER_STEP))
        if onset % TICKS_PER_STEP:
            off_grid[max(first, 0) : max(last, 0)] = True
        steps[max(first, 0) : max(last, 0), PITCH] = pitch + shift
        if 0 <= first < n_steps:
            steps[first:last, ARTICULATED] = 0
            steps[first, ARTICULATED] = 1
    _write_chords(steps, sheet, vocabulary, shift)
    starts, phases = _segment_grid(sheet, n_steps)
    whole = np.array(
        [not off_grid[s : s + SEGMENT_STEPS].any() for s in starts.tolist()], dtype=np.bool_
    )
    return Tune(sheet.title, sheet.source, steps, starts[whole], phases[whole])


def distinct_segments(tune: Tune) -> NDArray[np.intp]:
    """Positions in `tune.starts` of the segments whose content has not occurred before in it."""
    contents = tune.segments().reshape(-1, SEGMENT_STEPS * 3)
    _, first = np.unique(contents, axis=0, return_index=True)
    return np.sort(first)


def _write_chords(
    steps: NDArray[np.int8], sheet: LeadSheet, vocabulary: ChordVocabulary, shift: int
) -> None:
    for onset, root, quality in sheet.chords.tolist():
        first = max(0, round(onset / TICKS_PER_STEP))
        known = root >= 0
        chord = vocabulary.index(Chord(root, quality).transposed(shift)) if known else NO_CHORD
        steps[first:, CHORD] = chord


def _end_of_last_bar(sheet: LeadSheet) -> int:
    """The tick where the last bar would end if it were full: a pickup is often taken from it."""
    return max(sheet.end, int(sheet.bars[-1]) + sheet.metres[0].bar_ticks)


def _segment_grid(sheet: LeadSheet, n_steps: int) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
    """Starts (steps) and phases (beats) of every 4-beat stretch of regular bars, each 2 beats."""
    bar_ticks = sheet.metres[0].bar_ticks
    bars = [*sheet.bars.tolist(), _end_of_last_bar(sheet)]
    regular = [b - a == bar_ticks and a % TICKS_PER_STEP == 0 for a, b in pairwise(bars)]
    hops_per_bar = bar_ticks // (HOP_BEATS * TICKS_PER_BEAT)
    bars_needed = {  # bars touched by a segment that starts at each hop of a bar
        hop: -(-(hop * HOP_STEPS + SEGMENT_STEPS) * TICKS_PER_STEP // bar_ticks)
        for hop in range(hops_per_bar)
    }
    starts, phases = [], []
    run = 0  # bars since the last irregular one: bars of 2/4 pair up from there
    for bar, tick in enumerate(bars[:-1]):
        for hop, needed in bars_needed.items():
            touched = regular[bar : bar + needed]
            start = tick // TICKS_PER_STEP + hop * HOP_STEPS
            if len(touched) == needed and all(touched) and start + SEGMENT_STEPS <= n_steps:
                starts.append(start)
                phases.append((run * hops_per_bar + hop) % 2 * HOP_BEATS)
        run = run + 1 if regular[bar] else 0
    return np.array(starts, np.int32), np.array(phases, np.int8)
