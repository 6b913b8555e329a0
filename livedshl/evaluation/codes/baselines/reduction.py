"""Finds observed continuations by ever coarser forms of the music.

Reference: Charapko, Chuan: Indexing and retrieving continuations in musical time series data using
relational databases (2014): a tree of observed continuations, indexed by hash codes of reduced
music. The reductions here are our own. The finest one with a match decides.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from livedshl.evaluation.codes.baselines.material import Material, ranked
from livedshl.evaluation.codes.contest import Ranker
from livedshl.music.segments import ARTICULATED, CHORD, PITCH, REST

_EIGHTH = 2  # steps
_COARSER = 0.5  # weight of a match in one form, relative to the next finer form

Reduction = Callable[[NDArray[np.int8]], NDArray[np.int16]]


def _whole(steps: NDArray[np.int8]) -> NDArray[np.int16]:
    """Every step, unchanged."""
    return steps.astype(np.int16)


def _eighths(steps: NDArray[np.int8]) -> NDArray[np.int16]:
    """Pitch class and chord of every eighth, without octave and articulation."""
    return _pitch_class(steps[:, ::_EIGHTH])[..., [PITCH, CHORD]]


def _beats(beat_steps: int, steps: NDArray[np.int8]) -> NDArray[np.int16]:
    """Pitch class and chord of every beat."""
    return _pitch_class(steps[:, ::beat_steps])[..., [PITCH, CHORD]]


def _chords(beat_steps: int, steps: NDArray[np.int8]) -> NDArray[np.int16]:
    """The chord of every beat."""
    return steps[:, ::beat_steps, [CHORD]].astype(np.int16)


def _rhythm(steps: NDArray[np.int8]) -> NDArray[np.int16]:
    """The onsets."""
    return steps[..., [ARTICULATED]].astype(np.int16)


def _reductions(beat_steps: int) -> tuple[Reduction, ...]:
    """All reductions, from the finest to the coarsest."""
    return (
        _whole,
        _eighths,
        partial(_beats, beat_steps),
        partial(_chords, beat_steps),
        _rhythm,
    )


def fit(material: Material) -> Ranker:
    """Indexes every observed continuation by all reductions of the segment before it."""
    n_pairs = len(material.pairs)
    reductions = _reductions(material.training.grid.beat_steps)
    tables = [_Table(material.firsts, reduction) for reduction in reductions]
    forms = []  # per reduction: the form of each second and candidate, as numbers
    for reduction in reductions:
        both = np.concatenate([material.seconds, material.additions])
        _, number = np.unique(_rows(reduction(both)), axis=0, return_inverse=True)
        number = number.ravel()
        forms.append((number[:n_pairs], number[n_pairs:], int(number.max()) + 1))

    def score(sounding: NDArray[np.int8]) -> NDArray[np.float64]:
        scores = np.zeros((len(sounding), len(material.contents)))
        keys = [table.keys(sounding) for table in tables]
        for query in range(len(sounding)):
            weight = 1.0
            for table, key in zip(tables, keys, strict=True):
                observed = table.pairs(key[query])
                if not len(observed):
                    continue
                for of_second, of_candidate, n_forms in forms:
                    share = np.bincount(of_second[observed], minlength=n_forms) / len(observed)
                    scores[query] += weight * share[of_candidate]
                    weight *= _COARSER
        return scores

    return ranked(material, score)


class _Table:
    """The observed pairs, indexed by one reduction of their first segments."""

    def __init__(self, firsts: NDArray[np.int8], reduction: Reduction) -> None:
        self._reduction = reduction
        self._found: dict[bytes, list[int]] = {}
        for pair, key in enumerate(self.keys(firsts)):
            self._found.setdefault(key, []).append(pair)

    def keys(self, segments: NDArray[np.int8]) -> list[bytes]:
        """The reduced form of each segment."""
        return [row.tobytes() for row in _rows(self._reduction(segments))]

    def pairs(self, key: bytes) -> list[int]:
        """The pairs whose first segment has that form."""
        return self._found.get(key, [])


def _pitch_class(steps: NDArray[np.int8]) -> NDArray[np.int16]:
    """The steps with the pitch class + 1 as pitch, and 0 for a rest."""
    reduced = steps.astype(np.int16)
    sounding = steps[..., PITCH] != REST
    reduced[..., PITCH] = np.where(sounding, reduced[..., PITCH] % 12 + 1, 0)
    return reduced


def _rows(forms: NDArray[np.int16]) -> NDArray[np.int16]:
    return forms.reshape(len(forms), -1)
