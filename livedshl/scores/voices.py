"""Lays the notes of one staff out in bars and voices, as notation wants them."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class StaffNote:
    """A note or a chord within one bar, or a rest without pitches. start, end: ticks of the tune.

    tied_from, tied_to: whether it goes on from the bar before, and into the bar after.
    """

    start: int
    end: int
    pitches: tuple[int, ...] = ()
    tied_from: bool = False
    tied_to: bool = False


Voices = list[list[StaffNote]]


def voices_of(notes: NDArray[np.int32], lines: Sequence[int]) -> list[Voices]:
    """The voices of each bar: at least one, each full from bar line to bar line.

    Notes that begin and end together are a chord. Of notes that overlap, the higher takes the first
    voice that is free. notes: int32[n, 3], onset, length, pitch. lines: the ticks of all bar lines,
    the last at the end; what lies outside is cut off.
    """
    n_bars = len(lines) - 1
    bars: list[dict[tuple[int, int, bool, bool], set[int]]] = [
        defaultdict(set) for _ in range(n_bars)
    ]
    for onset, length, pitch in notes.tolist():
        stop = min(onset + length, lines[-1])
        number = max(0, bisect_right(lines, onset) - 1)
        while number < n_bars and lines[number] < stop:
            start, end = max(onset, lines[number]), min(stop, lines[number + 1])
            bars[number][start, end, onset < start, end < stop].add(pitch)
            number += 1
    return [
        _voices([_staff_note(*at) for at in bar.items()], lines[number], lines[number + 1])
        for number, bar in enumerate(bars)
    ]  # fmt: skip


def _staff_note(key: tuple[int, int, bool, bool], pitches: set[int]) -> StaffNote:
    start, end, tied_from, tied_to = key
    return StaffNote(start, end, tuple(sorted(pitches)), tied_from, tied_to)


def _voices(spans: Sequence[StaffNote], start: int, end: int) -> Voices:
    voices: Voices = [[]]
    for span in sorted(spans, key=lambda span: (span.start, -span.pitches[-1])):
        voice = next((one for one in voices if not one or one[-1].end <= span.start), None)
        if voice is None:
            voices.append(voice := [])
        voice.append(span)
    return [_filled(voice, start, end) for voice in voices]


def _filled(voice: Sequence[StaffNote], start: int, end: int) -> list[StaffNote]:
    """A voice with rests between its notes."""
    filled, now = [], start
    for span in voice:
        if span.start > now:
            filled.append(StaffNote(now, span.start))
        filled.append(span)
        now = span.end
    if now < end:
        filled.append(StaffNote(now, end))
    return filled
