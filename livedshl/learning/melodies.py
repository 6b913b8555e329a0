"""Compares the melodies of segments in any octave, to find a tune under another name."""

import numpy as np
from numpy.typing import NDArray

from livedshl.learning.pairs import Edges
from livedshl.music.segments import CHORD, PITCH, REST

RECURS = 0.5  # share of its melody that a tune has from another one, to count as the same tune


def melody_ids(contents: NDArray[np.int8]) -> NDArray[np.int64]:
    """Equal numbers for segments, int8[n, steps, 3], of equal melody in any octave, int64[n]."""
    flat = melodies(contents).reshape(len(contents), -1)
    return np.unique(flat, axis=0, return_inverse=True)[1].ravel().astype(np.int64)


def melodies(contents: NDArray[np.int8]) -> NDArray[np.int8]:
    """The melodies of segments, int8[n, steps, 3], moved to one octave: int8[n, steps, 2]."""
    moved = contents[..., :CHORD].copy()
    octaves = (Edges.of(contents).first_pitch // 12).astype(np.int8)
    moved[..., PITCH] -= np.where(moved[..., PITCH] == REST, 0, 12 * octaves[:, None]).astype(
        np.int8
    )
    return moved
