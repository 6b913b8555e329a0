"""Divides a tune that changes its metre or its key into stretches that keep both."""

from dataclasses import replace
from itertools import groupby
from typing import TypeVar

import numpy as np

from livedshl.music.leadsheet import Key, LeadSheet, Metre

# Bars of a phrase. A shorter stretch, as a bar that is drawn out or a turn to another key, is no
# music to go on from.
LEAST_BARS = 4

_What = TypeVar("_What")


def stretches(sheet: LeadSheet) -> list[LeadSheet]:
    """The stretches of a tune in one metre and one key, in order, each a lead sheet of its own.

    Each counts its ticks from its own first bar, and its source names that bar. A change within a
    bar counts from the next bar. A note belongs to the stretch that it starts in.
    """
    if len(sheet.metres) == 1 and len(sheet.keys) == 1:
        return [sheet]
    starts = sheet.bars.tolist()
    kinds = [(_at(sheet.metre_changes, tick), _at(sheet.key_changes, tick)) for tick in starts]
    found = []
    for (metre, key), run in groupby(range(len(starts)), kinds.__getitem__):
        bars = list(run)
        after = bars[-1] + 1
        end = starts[after] if after < len(starts) else sheet.end
        begin = starts[bars[0]] if bars[0] else min(int(sheet.notes[:1, 0].min(initial=0)), 0)
        found.append(_stretch(sheet, metre, key, bars, begin, end))
    return found


def _stretch(
    sheet: LeadSheet, metre: Metre, key: Key, bars: list[int], begin: int, end: int
) -> LeadSheet:
    """The stretch of some bars; `begin` lies before the first if that has a pickup."""
    zero = int(sheet.bars[bars[0]])
    notes, accompaniment = (
        rows[(rows[:, 0] >= begin) & (rows[:, 0] < end)]
        for rows in (sheet.notes, sheet.accompaniment)
    )
    before = np.flatnonzero(sheet.chords[:, 0] <= begin)[-1:]  # still sounds as the stretch begins
    within = np.flatnonzero((sheet.chords[:, 0] > begin) & (sheet.chords[:, 0] < end))
    kept = np.concatenate([before, within])
    chords = sheet.chords[kept].copy()
    chords[:, 0] = np.maximum(chords[:, 0], begin)
    return replace(
        sheet,
        source=f"{sheet.source} bar {bars[0] + 1}",
        metre_changes=((0, metre),),
        key_changes=((0, key),),
        bars=sheet.bars[bars] - zero,
        notes=notes - np.array([zero, 0, 0], np.int32),
        chords=chords - np.array([zero, 0, 0], np.int32),
        end=end - zero,
        sections=tuple((tick - zero, name) for tick, name in sheet.sections if begin <= tick < end),
        accompaniment=accompaniment - np.array([zero, 0, 0, 0], np.int32),
        basses=sheet.basses[kept] if len(sheet.basses) else sheet.basses,
    )


def _at(changes: tuple[tuple[int, _What], ...], tick: int) -> _What:
    """What holds at a tick."""
    return next((what for start, what in reversed(changes) if start <= tick), changes[0][1])
