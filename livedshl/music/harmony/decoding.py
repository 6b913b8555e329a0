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
_MOST_WEIGHT = 6.0  # quarter notes a quarter; thicker textures are no stronger evidence


def decode(evidence: Evidence, cells: Cells) -> NDArray[np.int64]:
    """The key, root and quality of each cell, int64[n, 3].

    A key is a tonic in major, or 12 more than its tonic in minor. The key that holds longest is
    found first. Then a visit to another must be clear, the more so the farther it is.
    """
    of_chords, of_keys = _scores(evidence, cells)
    first = _likeliest(of_chords, of_keys, cells)
    home = np.bincount(first[:, 0], weights=cells.lengths, minlength=N_KEYS).argmax()
    at_home = np.multiply.outer(cells.lengths, tables.IN_TUNE_OF[:, home]).astype(np.float32)
    return _likeliest(of_chords, of_keys + at_home[:, :, None, None], cells)


def _likeliest(
    of_chords: NDArray[np.float32], of_keys: NDArray[np.float32], cells: Cells
) -> NDArray[np.int64]:
    """The likeliest states, int64[n, 3], by the scores of chords and keys."""
    costs = tables.CHANGE[cells.levels]
    scores = np.empty((len(of_chords), N_KEYS, N_ROOTS, N_QUALITIES), np.float32)
    scores[0] = tables.CHORDS_IN_KEYS + of_chords[0] + of_keys[0]
    for cell in range(1, len(scores)):
        changed = _best_change(scores[cell - 1])[:, :, None] + (tables.CHORDS_IN_KEYS - costs[cell])
        np.maximum(scores[cell - 1], changed, out=scores[cell])
        scores[cell] += of_chords[cell] + of_keys[cell]
    states = np.empty((len(scores), 3), np.int64)
    states[-1] = np.unravel_index(int(scores[-1].argmax()), scores.shape[1:])
    for cell in range(len(scores) - 1, 0, -1):
        states[cell - 1] = _before(scores[cell - 1], states[cell], costs[cell])
    return states


def _best_change(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """The best score of a change to each key and root, [24, 12].

    Without what the new chord and the place of the change count.
    """
    in_key = (scores.max(axis=2)[:, :, None] + tables.ROOT_MOTION).max(axis=1)
    best: NDArray[np.float32] = (in_key[:, None, :] - tables.KEY_CHANGE[:, :, None]).max(axis=0)
    return best


def _before(
    scores: NDArray[np.float32], state: NDArray[np.int64], cost: np.float32
) -> NDArray[np.int64]:
    """The best state before another. scores: of the cell before."""
    key, root, quality = state.tolist()
    leaving = (
        scores + (tables.ROOT_MOTION[:, :, root] - tables.KEY_CHANGE[:, key, None])[:, :, None]
    )
    origin = np.unravel_index(int(leaving.argmax()), scores.shape)
    changed = leaving[origin] + tables.CHORDS_IN_KEYS[key, root, quality] - cost
    return state if scores[key, root, quality] >= changed else np.array(origin, np.int64)


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
