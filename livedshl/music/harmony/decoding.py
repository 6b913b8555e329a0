"""Finds the most likely sequence of keys and chords, with the Viterbi algorithm.

A state is a key (24), a root (12) and a quality. Keys and chords are found together: a chord is
likelier in a key that has it, and a key likelier where its chords are.
"""

import numpy as np
from numpy.typing import NDArray

from livedshl.music.chords import QUALITIES
from livedshl.music.harmony import tables
from livedshl.music.harmony.cells import Cells
from livedshl.music.harmony.evidence import Evidence

N_KEYS, N_ROOTS, N_QUALITIES = 24, 12, len(QUALITIES)
_N_STATES = N_KEYS * N_ROOTS * N_QUALITIES
_MOST_WEIGHT = 6.0  # quarter notes a quarter; thicker textures are no stronger evidence


def decode(evidence: Evidence, cells: Cells) -> NDArray[np.int64]:
    """The key, root and quality of each cell, int64[n, 3].

    A key is a tonic in major, or 12 more than its tonic in minor.
    """
    of_chords, of_keys = _scores(evidence, cells)
    scores = tables.CHORDS_IN_KEYS + of_chords[0] + of_keys[0]
    came_from = np.zeros((len(of_chords), _N_STATES), np.int16)
    same = np.arange(_N_STATES, dtype=np.int16)
    for cell in range(1, len(of_chords)):
        changed, origin = _best_change(scores)
        changed = changed[:, :, None] + tables.CHORDS_IN_KEYS - tables.CHANGE[cells.levels[cell]]
        stays = scores >= changed
        origins = np.broadcast_to(origin[:, :, None], stays.shape).ravel()
        came_from[cell] = np.where(stays.ravel(), same, origins)
        scores = np.maximum(scores, changed) + of_chords[cell] + of_keys[cell]
    states = np.empty(len(of_chords), np.int64)
    states[-1] = scores.argmax()
    for cell in range(len(states) - 1, 0, -1):
        states[cell - 1] = came_from[cell, states[cell]]
    return np.stack(np.unravel_index(states, (N_KEYS, N_ROOTS, N_QUALITIES)), axis=1)


def _scores(evidence: Evidence, cells: Cells) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How well each chord fits what sounds, [n, 1, 12, qualities], and each key, [n, 24, 1, 1]."""
    lengths = cells.lengths[:, None]
    total = evidence.weights.sum(axis=1, keepdims=True)
    weights = evidence.weights * np.minimum(1, _MOST_WEIGHT * lengths / np.maximum(total, 1e-9))
    of_chords = weights @ tables.TONES.T + evidence.bass * lengths @ tables.BASSES.T
    of_keys = weights @ tables.NOTES_IN_KEYS.T
    return (
        of_chords.astype(np.float32).reshape(-1, 1, N_ROOTS, N_QUALITIES),
        of_keys.astype(np.float32).reshape(-1, N_KEYS, 1, 1),
    )


def _best_change(scores: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int16]]:
    """The best score of a change to each key and root, [24, 12], and the state that it leaves.

    Without what the new chord and the place of the change count.
    """
    quality = scores.argmax(axis=2)
    leaving = np.take_along_axis(scores, quality[:, :, None], 2)[:, :, 0]
    moved = leaving[:, :, None] + tables.ROOT_MOTION
    old_root = moved.argmax(axis=1)
    in_key = np.take_along_axis(moved, old_root[:, None], 1)[:, 0]
    modulated = in_key[:, None, :] - tables.KEY_CHANGE[:, :, None]
    old_key = modulated.argmax(axis=0)
    best = np.take_along_axis(modulated, old_key[None], 0)[0]
    root = old_root[old_key, np.arange(N_ROOTS)]
    state = (old_key * N_ROOTS + root) * N_QUALITIES + quality[old_key, root]
    return best, state.astype(np.int16)
