"""Measures of a piece's form: what returns, and how it differs from the last time."""

from collections import Counter

import numpy as np

from livedshl.evaluation.music.pieces import Piece
from livedshl.evaluation.music.real_tunes import RealTunes
from livedshl.music.segments import CHORD, PITCH


def bars_that_stay(piece: Piece, tunes: RealTunes) -> float:
    """Share of returning bars with the melody of the last time, note for note.

    NaN if no section returns.
    """
    again = np.flatnonzero(piece.returns >= 0)
    if not len(again):
        return float("nan")
    bars = piece.steps.reshape(-1, piece.grid.bar_steps, 3)[..., :CHORD]
    same = (bars[again] == bars[piece.returns[again]]).all(axis=(1, 2))
    return float(same.mean())


def returning_frames(piece: Piece, tunes: RealTunes) -> float:
    """Share of bars whose notes on the beats are those of another bar.

    A bar that comes back varied between its beats counts, where "returning bars" misses it.
    """
    on_beats = piece.steps[:: piece.grid.beat_steps, PITCH]
    frames = [bar.tobytes() for bar in on_beats.reshape(-1, piece.grid.bar_beats)]
    counts = Counter(frames)
    return float(np.mean([counts[frame] > 1 for frame in frames]))
