"""Pairs of segments to learn from: those that follow each other, and those that should not.

See the paper, sections 3.4 and 4.3. Segments are rows of a `SegmentLibrary`.
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
_TRIES = 16  # draws for a negative, of which about three in four pass


def positive_pairs(tunes: Sequence[Tune], follow_beats: int) -> NDArray[np.int32]:
    """Every pair (first, second) of library rows that occurs in a tune, int32[m, 2], ascending.

    The second starts `follow_beats` after the first in the tune as played. Repeated music counts as
    its first occurrence in the tune, as in `SegmentLibrary.of_tunes(tunes)`.
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

    All int64[n]. The pitches are those of the first and last note in the segment, or 0.
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

    last, first: the values of all segments, int64[n]. pairs: the positive pairs. Returns
    float64[size, size], 0 where no pair has the values. As in the paper, all other n * n pairs
    count as negative. Their counts follow from the values alone, so no pair is formed. It needs
    no smoothing, because every pair of the library is counted.
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
    """Decides which pairs are negative, and draws such pairs.

    A pair is negative if no tune has its content and Eq. 6 gives it less than 0.5.

    Eq. 6 also works where segments overlap, though the end of the first is then inside the second.
    On the Nottingham tunes, 83 % of random pairs and 6 % of true ones fall below the threshold; end
    to end it is 73 % and 13 %.
    """

    def __init__(
        self, library: SegmentLibrary, training: NDArray[np.int32], withheld: NDArray[np.int32]
    ) -> None:
        """Counts the `training` pairs. The `withheld` pairs are never negative either."""
        edges = Edges.of(library.as_heard(library.contents()))
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
        """Whether pairs of rows are negative, bool[m]."""
        unlike: NDArray[np.bool_] = self.probability(first, second) < THRESHOLD
        return unlike & ~self.are_known(first, second)

    def are_known(
        self, first: NDArray[np.integer], second: NDArray[np.integer]
    ) -> NDArray[np.bool_]:
        """Whether pairs of rows have the content of a training or withheld pair, bool[...]."""
        keys = self._keys(np.stack(np.broadcast_arrays(first, second), axis=-1))
        if not len(self._known):
            return np.zeros(keys.shape, np.bool_)
        at = np.searchsorted(self._known, keys) % len(self._known)
        known: NDArray[np.bool_] = self._known[at] == keys
        return known

    def withhold(self, pairs: NDArray[np.integer]) -> None:
        """Never draws these pairs."""
        self._known = np.union1d(self._known, self._keys(pairs))

    def draw(
        self,
        firsts: NDArray[np.integer],
        seconds: NDArray[np.integer],
        rng: np.random.Generator,
    ) -> NDArray[np.intp]:
        """For each of `firsts`, the position in `seconds` of a random partner: a negative pair.

        intp[len(firsts)]; -1 if 16 draws found none.
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
        """One number for each pair of contents, int64[...]."""
        contents = self._contents[pairs]
        keys: NDArray[np.int64] = contents[..., 0] * len(self._contents) + contents[..., 1]
        return keys


@dataclass(frozen=True, slots=True, eq=False)
class PairSplit:
    """Pairs of rows for training and for validation, all int32[..., 2]."""

    training: NDArray[np.int32]
    validation_positive: NDArray[np.int32]
    validation_negative: NDArray[np.int32]
    negatives: Negatives


def split_pairs(
    library: SegmentLibrary,
    positive: NDArray[np.int32],
    n_validation: int,
    rng: np.random.Generator,
    own: int | None = None,
) -> PairSplit:
    """Withholds `n_validation` positive and as many negative pairs (section 4.4).

    Pairs with the content of a withheld pair are withheld too. Of a small corpus, withholds a
    fifth. own: withholds only pairs of the first so many rows; None means any.
    """
    possible = positive if own is None else positive[(positive < own).all(1)]
    wanted = min(n_validation, len(possible) // 5)
    contents = library.content_ids[positive]  # (m, 2)
    validation = possible[np.sort(rng.choice(len(possible), size=wanted, replace=False))]
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
