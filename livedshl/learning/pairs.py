"""Pairs of segments to learn from: those that follow each other, and those that should not.

Paper, sections 3.4 and 4.3. The segments are rows of a `SegmentLibrary`, distinct within a tune.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import SegmentLibrary
from livedshl.music.chords import N_CHORD_CLASSES, NO_CHORD
from livedshl.music.segments import CHORD, PITCH, REST, Tune

THRESHOLD = 0.5  # of Eq. 6, as in the paper
_N_CHORDS = 1 + N_CHORD_CLASSES
_N_PITCHES = 128
_TRIES = 16  # draws for a negative before its place stays empty; about three in four draws pass


def positive_pairs(tunes: Sequence[Tune], follow_beats: int) -> NDArray[np.int32]:
    """Every distinct pair (first, second) of library rows that occurs, int32[m, 2], ascending.

    The second starts `follow_beats` after the first in the tune as played out. A repeated content
    stands for its first occurrence in the tune, as in `SegmentLibrary.of_tunes(tunes)`.
    """
    found = [np.empty((0, 2), np.int64)]
    n_rows = 0
    for tune in tunes:
        if not len(tune.starts):
            continue
        contents = tune.segments().reshape(len(tune.starts), -1)
        _, first, inverse = np.unique(contents, axis=0, return_index=True, return_inverse=True)
        row_of_content = np.argsort(np.argsort(first))  # rows are numbered by first occurrence
        rows = n_rows + row_of_content[inverse.ravel()]
        following = tune.starts + follow_beats * tune.grid.beat_steps
        at = np.minimum(np.searchsorted(tune.starts, following), len(rows) - 1)
        exists = tune.starts[at] == following
        found.append(np.stack([rows[exists], rows[at[exists]]], axis=1))
        n_rows += len(first)
    return np.unique(np.concatenate(found), axis=0).astype(np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """How segments begin and end: chord classes (0 = none, else class + 1) and MIDI pitches.

    All int64[n]. Pitches are those of the first and last note that sounds in the segment, 0 if
    none does.
    """

    first_chord: NDArray[np.int64]
    last_chord: NDArray[np.int64]
    first_pitch: NDArray[np.int64]
    last_pitch: NDArray[np.int64]

    @classmethod
    def of(cls, contents: NDArray[np.int8]) -> "Edges":
        """The edges of segments, int8[n, steps, 3]."""
        pitch, chord = contents[..., PITCH].astype(np.int64), contents[..., CHORD].astype(np.int64)
        rows, sounding = np.arange(len(pitch)), pitch != REST
        first, last = sounding.argmax(1), pitch.shape[1] - 1 - sounding[:, ::-1].argmax(1)
        return cls(
            chord[:, 0] - NO_CHORD, chord[:, -1] - NO_CHORD, pitch[rows, first], pitch[rows, last]
        )


def positive_given(
    last: NDArray[np.int64], first: NDArray[np.int64], pairs: NDArray[np.integer], size: int
) -> NDArray[np.float64]:
    """P(+|a, b) by last value a of the first segment and first value b of the second (Eq. 7, 8).

    `last` and `first` are the values of all segments, `pairs` the positive ones; float64[size,
    size]. As in the paper all other of the n * n pairs count as negative; their number follows
    from how often each value occurs, so that no pair need be formed. There is no smoothing: any
    pair of the library was counted on one side or the other. Values that no pair has get 0.
    """
    positive = np.zeros((size, size))
    np.add.at(positive, (last[pairs[:, 0]], first[pairs[:, 1]]), 1)
    n_last, n_first = np.bincount(last, minlength=size), np.bincount(first, minlength=size)
    negative = np.outer(n_last, n_first) - positive
    given_positive = positive / np.maximum(positive.sum(1, keepdims=True), 1)
    given_negative = negative / np.maximum(negative.sum(1, keepdims=True), 1)
    total = given_positive + given_negative
    share: NDArray[np.float64] = np.divide(
        given_positive, total, out=np.zeros_like(total), where=total > 0
    )
    return share


class Negatives:
    """Tells which pairs are negative, and draws such pairs.

    A pair is negative if no tune has it, as rows or by content, and Eq. 6 gives it less than 0.5.
    Where segments overlap (follow distance 2) the end of the first lies inside the second, not
    before it; the same quantities are used, and tell true pairs from chance ones even better: on
    the Nottingham tunes 83 % of chance pairs fall below the threshold and 6 % of true ones, at
    follow distance 4 it is 73 % and 13 %.
    """

    def __init__(
        self, library: SegmentLibrary, training: NDArray[np.int32], withheld: NDArray[np.int32]
    ) -> None:
        """Counts over the `training` pairs; the `withheld` ones are no negatives either."""
        edges = Edges.of(library.contents())
        self._edges = edges
        self._by_chord = positive_given(edges.last_chord, edges.first_chord, training, _N_CHORDS)
        self._by_pitch = positive_given(edges.last_pitch, edges.first_pitch, training, _N_PITCHES)
        self._contents = library.content_ids.astype(np.int64)
        self._known = np.unique(self._keys(np.concatenate([training, withheld])))

    def probability(
        self, first: NDArray[np.integer], second: NDArray[np.integer]
    ) -> NDArray[np.float64]:
        """P(+) of pairs of rows by Eq. 6, float64[...]."""
        edges = self._edges
        by_chord = self._by_chord[edges.last_chord[first], edges.first_chord[second]]
        by_pitch = self._by_pitch[edges.last_pitch[first], edges.first_pitch[second]]
        mean: NDArray[np.float64] = (by_chord + by_pitch) / 2
        return mean

    def are_negative(
        self, first: NDArray[np.integer], second: NDArray[np.integer]
    ) -> NDArray[np.bool_]:
        """Whether pairs of rows may serve as negatives, bool[m]."""
        unlike: NDArray[np.bool_] = self.probability(first, second) < THRESHOLD
        return unlike & ~self.are_known(first, second)

    def are_known(
        self, first: NDArray[np.integer], second: NDArray[np.integer]
    ) -> NDArray[np.bool_]:
        """Whether pairs of rows are positive or withheld, by their contents; bool[...]."""
        keys = self._keys(np.stack(np.broadcast_arrays(first, second), axis=-1))
        if not len(self._known):
            return np.zeros(keys.shape, np.bool_)
        at = np.searchsorted(self._known, keys) % len(self._known)
        known: NDArray[np.bool_] = self._known[at] == keys
        return known

    def withhold(self, pairs: NDArray[np.integer]) -> None:
        """Makes sure that these pairs are never drawn."""
        self._known = np.union1d(self._known, self._keys(pairs))

    def draw(
        self,
        firsts: NDArray[np.integer],
        seconds: NDArray[np.integer],
        rng: np.random.Generator,
    ) -> NDArray[np.intp]:
        """For each of `firsts` the position in `seconds` of a partner in a negative pair.

        intp[len(firsts)], drawn evenly; -1 where none was found among the seconds.
        """
        partner = np.full(len(firsts), -1, np.intp)
        for _ in range(_TRIES):
            missing = np.flatnonzero(partner < 0)
            if not len(missing):
                break
            drawn = rng.integers(len(seconds), size=len(missing))
            passes = self.are_negative(firsts[missing], seconds[drawn])
            partner[missing[passes]] = drawn[passes]
        return partner

    def _keys(self, pairs: NDArray[np.integer]) -> NDArray[np.int64]:
        """One number a pair of contents, int64[...]."""
        contents = self._contents[pairs]
        keys: NDArray[np.int64] = contents[..., 0] * len(self._contents) + contents[..., 1]
        return keys


@dataclass(frozen=True, slots=True, eq=False)
class PairSplit:
    """Pairs of rows: `training` positives, and as many validation positives as negatives.

    All int32[..., 2].
    """

    training: NDArray[np.int32]
    validation_positive: NDArray[np.int32]
    validation_negative: NDArray[np.int32]
    negatives: Negatives


def split_pairs(
    library: SegmentLibrary,
    positive: NDArray[np.int32],
    n_validation: int,
    rng: np.random.Generator,
) -> PairSplit:
    """Withholds `n_validation` positive and as many filtered negative pairs (section 4.4).

    Pairs whose contents equal a withheld one are withheld from training with it. At most a fifth
    of a small corpus is withheld.
    """
    wanted = min(n_validation, len(positive) // 5)
    contents = library.content_ids[positive]  # (m, 2)
    validation = positive[np.sort(rng.choice(len(positive), size=wanted, replace=False))]
    keys = contents[:, 0].astype(np.int64) * len(library) + contents[:, 1]
    chosen = library.content_ids[validation].astype(np.int64)
    training = positive[~np.isin(keys, chosen[:, 0] * len(library) + chosen[:, 1])]
    negatives = Negatives(library, training, validation)
    firsts = rng.integers(len(library), size=wanted)
    rows = np.arange(len(library))
    seconds = negatives.draw(firsts, rows, rng)
    negative = np.stack([firsts, seconds], axis=1)[seconds >= 0].astype(np.int32)
    negatives.withhold(negative)
    return PairSplit(training, validation, negative, negatives)
