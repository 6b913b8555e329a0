"""Where the sections of a tune begin and end, heard from the tune as it is played out.

A strain between repeat signs is played twice in a row, but for its endings; so whatever comes
twice in a row is a strain, and what lies between two strains is another. Within a strain a phrase
ends where the beginning returns: there tunes have most of their half cadences.
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
_SEVENTH = 10  # semitones; what makes a chord on the tonic lead on


class SectionRole(IntFlag):
    """What a segment does in its song.

    OPENS: it is the beginning of a section. CLOSES: it is the end of one, or of its first phrase.
    HALF: it closes on the dominant, chord and melody. FULL: it closes on the tonic, both. Only
        tunes that end so tell which: where the others have their tonic is not known.
    RESTS: it closes, and nothing begins after the note it closes on: no pickup to what follows.
    """

    OPENS = 1
    CLOSES = 2
    HALF = 4
    FULL = 8
    RESTS = 16


def sections_of(bars: NDArray[np.integer]) -> list[tuple[int, int]]:
    """First bar, and the bar after the last, of each section: bars of equal music have equal
    numbers in `bars`, int[n]. They fill the tune; a strain that is repeated comes as two.

    The longest strain counts: of a section that begins twice alike the halves are none.
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
    """The roles, uint8[m], of the segments of a tune that start at `starts`: `Tune`'s arrays.

    A segment has the role of each place at which the tune has its content.
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
    """Bars of the longest strain that is played from bar `at` and at once again; 0 for none.

    Its last quarter may differ: first and second endings, and the pickup to what follows.
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
    """The steps at which sections begin, and those at which they or their first phrases end.

    Where a bar of another length shifts the bar lines, the whole tune counts as one section.
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
    """Steps of rest after the last note: as many as the tune's pickups take."""
    return int(np.argmax(steps[::-1, PITCH] != REST))


def _cadence(
    closing: NDArray[np.int8], n_rest: int, vocabulary: ChordVocabulary, mode: Mode
) -> SectionRole:
    """How a segment closes, but for a pickup of `n_rest` steps behind it."""
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
