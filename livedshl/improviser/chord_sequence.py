"""The best sequence of chords, by what each counts for, after the one before, and for how long.

Reference: Viterbi: Error bounds for convolutional codes (1967).
"""

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]


def lengths(roots: NDArray[np.integer], most: int, longer: float) -> Scores:
    """What it counts for that a root stays, float64[k, h, k, h], where h is `most` and one more.

    From a chord whose root has sounded for 1 to h hops, to another and how long its root has
    sounded then: `longer` where that is more than `most` hops, all that is longer counting as h;
    -inf where one cannot follow the other. roots: int[k].
    """
    one_more = np.eye(most + 1, k=1, dtype=bool)
    one_more[-1, -1] = True
    first = np.zeros_like(one_more)
    first[:, 0] = True
    same_root = (roots[:, None] == roots)[:, None, :, None]
    follows = np.where(same_root, one_more[:, None], first[:, None])
    counts = np.where(follows, 0.0, -np.inf)
    counts[..., -1] += longer
    return counts


def best_sequence(scores: Scores, moves: Scores, of_lengths: Scores) -> NDArray[np.int64]:
    """The chords of the highest total, int64[n].

    scores: float64[n, k], of each chord. moves: float64[n, k, k], of each chord after the chord
    before it; the first is not used. of_lengths: as `lengths` returns it.
    """
    n, k = scores.shape
    h = of_lengths.shape[1]
    of_states = np.repeat(scores, h, axis=1)
    of_states[0, np.arange(k * h) % h != 0] = -np.inf  # the first root sounds for its first hop
    between = (moves[:, :, None, :, None] + of_lengths).reshape(n, k * h, k * h)
    chords: NDArray[np.int64] = _best_path(of_states, between) // h
    return chords


def _best_path(scores: Scores, moves: Scores) -> NDArray[np.int64]:
    """The states of the highest total, int64[n]; arrays as above, of states."""
    total = scores[0]
    best = np.zeros(scores.shape, np.int64)
    for at in range(1, len(scores)):
        reached = total[:, None] + moves[at]
        best[at] = reached.argmax(axis=0)
        total = reached.max(axis=0) + scores[at]
    path = [int(total.argmax())]
    for back in best[:0:-1]:
        path.append(int(back[path[-1]]))
    return np.array(path[::-1])
