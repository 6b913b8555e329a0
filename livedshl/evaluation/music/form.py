"""Measures of a piece's form: how a section that comes back differs from the last time."""

import numpy as np

from livedshl.evaluation.music.pieces import Piece
from livedshl.evaluation.music.real_tunes import RealTunes
from livedshl.music.segments import CHORD


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
