"""Finds the sections of a tune by ear: repeat signs are gone once a tune is played out.

A strain between repeat signs is played twice in a row, apart from its endings. So whatever comes
twice in a row is a strain, and the bars between two strains are a section too. Within a strain a
phrase ends where the beginning returns; that is where tunes have most of their half cadences.
"""

from collections import defaultdict
from enum import IntFlag

import numpy as np
from numpy.typing import NDArray

from livedshl.music.chords import ChordVocabulary
from livedshl.music.grid import Grid
from livedshl.music.leadsheet import Mode
from livedshl.music.segments import ARTICULATED, CHORD, PITCH, REST, TONICS, steps_from

SHORTEST_STRAIN, LONGEST_STRAIN = 4, 16  # bars
_SEVENTH = 10  # semitones; a tonic chord with a seventh does not close


class SectionRole(IntFlag):
    """What a segment does in its tune.

    OPENS: it starts a section. CLOSES: it ends a section, or its first phrase.
    HALF: chord and melody close on the dominant. FULL: chord and melody close on the tonic. Only
        segments of tunes that end on their tonic have these: of others the tonic is unknown.
    RESTS: it closes, and no note follows the closing one, not even a pickup.
    """

    OPENS = 1
    CLOSES = 2
    HALF = 4
    FULL = 8
    RESTS = 16


def sections_of(bars: NDArray[np.integer]) -> list[tuple[int, int]]:
    """The sections of a tune: the first bar of each, and the bar after its last.

    bars: int[n], with equal numbers for bars of equal music. The sections fill the tune, and a
    repeated strain counts as two. The longest repeated strain wins over shorter ones within it.
    """
    found: list[tuple[int, int]] = []
    done = at = 0
    while at < len(bars):
        length = _strain_at(bars, at)
        if not length:
            at += 1
            continue
        if done < at:
            found.append((done, at))
        found += [(at, at + length), (at + length, at + 2 * length)]
        done = at = at + 2 * length
    if done < len(bars):
        found.append((done, len(bars)))
    return found


def roles_of(
    steps: NDArray[np.int8],
    starts: NDArray[np.int32],
    phases: NDArray[np.int8],
    grid: Grid,
    vocabulary: ChordVocabulary,
    mode: Mode,
) -> NDArray[np.uint8]:
    """The roles, uint8[m], of the segments of a tune; the arrays are those of `Tune`.

    Segments with the same content share all their roles.
    """
    n_steps = grid.segment_steps
    n_rest = _rest_at_end(steps)
    opens, closes = _opens_and_closes(steps, starts, phases, grid)
    closings = [steps[end - n_steps : end] for end in closes if end >= n_steps]
    cadences = [_cadence(closing, n_rest, vocabulary, mode) for closing in closings]
    if not (cadences and SectionRole.FULL in cadences[-1]):
        cadences = [cadence & SectionRole.RESTS for cadence in cadences]
    roles: defaultdict[bytes, int] = defaultdict(int)
    for first in opens:
        roles[steps[first : first + n_steps].tobytes()] |= SectionRole.OPENS
    for closing, cadence in zip(closings, cadences, strict=True):
        roles[closing.tobytes()] |= SectionRole.CLOSES | cadence
    contents = steps_from(steps, starts, n_steps)
    return np.array([roles[content.tobytes()] for content in contents], np.uint8)


def _strain_at(bars: NDArray[np.integer], at: int) -> int:
    """The length in bars of the longest strain played twice from bar `at`; 0 if there is none.

    Its last quarter may differ: there are first and second endings, and pickups.
    """
    for length in range(LONGEST_STRAIN, SHORTEST_STRAIN - 1, -1):
        again, same = at + length, length - length // 4
        if again + length <= len(bars) and np.array_equal(
            bars[at : at + same], bars[again : again + same]
        ):
            return length
    return 0


def _opens_and_closes(
    steps: NDArray[np.int8], starts: NDArray[np.int32], phases: NDArray[np.int8], grid: Grid
) -> tuple[list[int], list[int]]:
    """The steps at which sections start, and those at which sections or first phrases end.

    If a bar of another length shifts the bar lines, the whole tune counts as one section.
    """
    n_bars, odd_steps = divmod(len(steps), grid.bar_steps)
    if odd_steps or ((starts - phases * grid.beat_steps) % grid.bar_steps).any():
        return [0], [len(steps)]
    melody = steps[:, :CHORD].reshape(n_bars, -1)
    _, bars = np.unique(melody, axis=0, return_inverse=True)
    bars = bars.ravel()
    opens, closes = list[int](), list[int]()
    for first, end in sections_of(bars):
        half, odd_bars = divmod(end - first, 2)
        if half >= SHORTEST_STRAIN and not odd_bars and bars[first] == bars[first + half]:
            closes.append((first + half) * grid.bar_steps)
        opens.append(first * grid.bar_steps)
        closes.append(end * grid.bar_steps)
    return opens, closes


def _rest_at_end(steps: NDArray[np.int8]) -> int:
    """Steps of rest after the last note: the room that the tune leaves for its pickups."""
    return int(np.argmax(steps[::-1, PITCH] != REST))


def _cadence(
    closing: NDArray[np.int8], n_rest: int, vocabulary: ChordVocabulary, mode: Mode
) -> SectionRole:
    """How a segment closes, without the pickup in its last `n_rest` steps."""
    sounding = np.flatnonzero(closing[: len(closing) - n_rest, PITCH])
    if not len(sounding):
        return SectionRole(0)
    last = int(sounding[-1])
    onset = last
    while onset > 0 and not closing[onset, ARTICULATED]:
        onset -= 1
    rests = SectionRole(0) if closing[last + 1 :, ARTICULATED].any() else SectionRole.RESTS
    if closing[onset, CHORD] < 0:
        return rests
    chord = vocabulary.classes[closing[onset, CHORD]]
    pitch_class, tonic = int(closing[last, PITCH]) % 12, TONICS[mode]
    if pitch_class == chord.root == tonic and _SEVENTH not in chord.intervals:
        return rests | SectionRole.FULL
    if chord.root == (tonic + 7) % 12 and pitch_class in chord.pitch_classes:
        return rests | SectionRole.HALF
    return rests
