"""The tempo of a performance: what was asked for, and the ritardando at its end.

The ritardando follows Friberg and Sundberg, "Does music performance allude to locomotion? A model
of final ritardandi derived from measurements of stopping runners" (1999).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from livedshl.improviser import Passage
from livedshl.music import TICKS_PER_STEP, Grid
from livedshl.music.segments import ARTICULATED

Tempi = Sequence[tuple[int, float]]
"""(tick, BPM) of each change of tempo, ascending."""

Slowing = tuple[tuple[int, float], ...]
"""(tick, share of the tempo that is asked for) of each change, ascending."""

_FINAL_SHARE = 0.55  # of the tempo, at the last note
_HELD_BEATS = 3
_CURVATURE = 3  # 2 slows down evenly in time, more keeps the pace longer and then slows faster


def ritardando(steps: NDArray[np.int8], beat: int, grid: Grid) -> Slowing:
    """How the passage that ends the music, int8[n, 3] from `beat`, and the hop before it slow down.

    The tempo falls on each step, until the beat of the last note. That is held for `_HELD_BEATS` of
    the first tempo at least.
    """
    onsets = np.flatnonzero(steps[:, ARTICULATED])
    first = max(0, (beat - grid.hop_beats) * grid.beat_steps)
    last_in_passage = int(onsets[-1]) // grid.beat_steps * grid.beat_steps if len(onsets) else 0
    last, end = beat * grid.beat_steps + last_in_passage, beat * grid.beat_steps + len(steps)
    falls = [(step, _share((step - first) / (last - first))) for step in range(first, last)]
    held = min(_FINAL_SHARE, (end - last) / (_HELD_BEATS * grid.beat_steps))
    return tuple(
        (step * TICKS_PER_STEP, share)
        for step, share in [*falls, *((step, round(held, 4)) for step in range(last, end))]
    )


def slowing_in(passage: Passage, coming: Passage | None, end_beat: int, grid: Grid) -> Slowing:
    """How the tempo falls in a passage up to `end_beat`. coming: the one after it, if known."""
    if passage.ends:
        return ritardando(passage.steps, passage.beat, grid)
    if coming is None or not coming.ends:
        return ()
    falls, end_tick = ritardando(coming.steps, end_beat, grid), end_beat * grid.beat_ticks
    return tuple(share for share in falls if share[0] < end_tick)


def tempo_map(tempo_bpm: float, asked: Tempi, slowing: Tempi) -> Tempi:
    """Every change of tempo. tempo_bpm: the first tempo. asked: the tempi that commands set."""
    if not slowing:
        return asked
    share, now_bpm = 1.0, tempo_bpm
    changes: dict[int, float] = {}
    by_tick = [(tick, bpm, True) for tick, bpm in asked]
    by_tick += [(tick, part, False) for tick, part in slowing]
    for tick, value, is_asked in sorted(by_tick, key=lambda change: change[0]):
        tempo_bpm, share = (value, share) if is_asked else (tempo_bpm, value)
        if tempo_bpm * share != now_bpm:
            changes[tick] = now_bpm = tempo_bpm * share
    return tuple(changes.items())


def _share(place: float) -> float:
    """The share of the tempo at a place of the ritardando, 0 to 1: their equation 4."""
    falls = _FINAL_SHARE**_CURVATURE - 1
    return round(float((1 + falls * place) ** (1 / _CURVATURE)), 4)
