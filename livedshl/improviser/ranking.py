"""Ranks candidates by how well they would join on: a weighted sum of small terms, in nats.

At a temperature of 1, a candidate that scores one nat more is e times as likely to be drawn.

What the terms are for:

| term       | prefers a candidate that                       | so that                       |
|------------|------------------------------------------------|-------------------------------|
| agreement  | matches the playing segment where they overlap | the join is not heard         |
| code       | lies nearer by code                            | the codes lead                |
| contour    | joins by a likely interval                     | the melody sings on           |
| register   | stays in the range of the last bars            | the melody does not jump      |
| rhythm     | fills its beats as the tune's beats were       | the tune keeps its type       |
| motif      | ends with a motif of the last 4 bars           | motifs are carried on         |
| variety    | adds to the notes of the last 4 bars, if few   | the melody does not stand     |
| dance      | comes from a tune of the set's dance           | the set keeps its dance       |
| chart      | has chords and notes close to a chart's        | the melody fits the chart     |
| likelihood | has steps that the next-step network expects   | the rhythm stays even         |

Left out one at a time, each of them changes a measure of the music by more than chance, seed by
seed: the card of the model "session" has the figures. Chart acts only where there is a chart.

Reference: Bretan, Weinberg, Heck: A unit selection methodology for music generation using deep
neural networks (2016), for the concatenation cost.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from livedshl.improviser.habits import (
    UNKNOWN,
    VARIETY_BARS,
    Habits,
    different_notes,
    interval_class,
)
from livedshl.music.motifs import beat_rhythms, motifs
from livedshl.music.segments import ARTICULATED, PITCH, REST
from livedshl.networks.next_step import NextStep

Scores = NDArray[np.float64]

SHORTLIST = 32  # how many of the best candidates by the other terms the LSTM rates
_LEAST_OF_MOTIF = 2  # notes
_UNHEARD = 0.25  # beats: so often a rhythm counts that was never heard


@dataclass(frozen=True, slots=True, eq=False)
class Joins:
    """Candidates to follow, and how each would sound.

    before: int8[b, 3], the steps heard last, b >= 1.
    rhythms: float64[2 ** beat_steps], how often each rhythm of a beat was heard in the set.
    after: int8[c, a, 3], the steps that would be heard next.
    at: int64[c], the step of `after` from which the candidate's own melody is heard.
    distance: int64[c], in how many symbols its code differs from the one asked for.
    agreeing: int64[c], steps of the overlap in which it agrees with the playing segment.
    of_dance: bool[c], whether its tune is the same dance as the one that opened the set.
    off_chart: float64[c], how far its chords and notes lie from a chart's; 0 without a chart.
    """

    before: NDArray[np.int8]
    rhythms: Scores
    after: NDArray[np.int8]
    at: NDArray[np.int64]
    distance: NDArray[np.int64]
    agreeing: NDArray[np.int64]
    of_dance: NDArray[np.bool_]
    off_chart: NDArray[np.float64]

    def of(self, rows: NDArray[np.integer]) -> "Joins":
        """Some of the candidates, by row number."""
        shared = ("before", "rhythms")
        arrays = (getattr(self, name)[rows] for name in self.__slots__ if name not in shared)
        return Joins(self.before, self.rhythms, *arrays)


# A term rates c candidates, float64[c]; more is better.
Term = Callable[[Joins, Habits], Scores]


def agreement(joins: Joins, habits: Habits) -> Scores:
    """Share of the overlap in which the candidate agrees with the playing segment."""
    return joins.agreeing / habits.grid.hop_steps


def code(joins: Joins, habits: Habits) -> Scores:
    """In how many symbols the code differs from the one asked for, negated."""
    return -joins.distance.astype(np.float64)


def contour(joins: Joins, habits: Habits) -> Scores:
    """Log likelihood of the interval at the join after the one before, and of the one after it.

    Small steps are likely; after a leap, so is a step back.
    """
    n = len(joins.after)
    before = np.broadcast_to(joins.before, (n, *joins.before.shape))
    heard = np.concatenate([before, joins.after], axis=1)
    pitch = heard[..., PITCH].astype(np.int64)  # (c, b + a)
    n_steps = pitch.shape[1]
    is_onset = (heard[..., ARTICULATED] > 0) & (pitch != REST)
    place = np.arange(n_steps)
    # By step, the last onset up to it and the next one from it on. Extra columns mean "none".
    last = np.maximum.accumulate(np.where(is_onset, place, -1), axis=1)
    following = np.minimum.accumulate(np.where(is_onset, place, n_steps)[:, ::-1], axis=1)[:, ::-1]
    last = np.concatenate([np.full((n, 1), -1), last], axis=1)  # [i]: before step i
    following = np.concatenate([following, np.full((n, 2), n_steps)], axis=1)
    row = np.arange(n)
    second = following[row, len(joins.before) + joins.at]
    first = last[row, len(joins.before) + joins.at]
    onsets = (last[row, np.maximum(first, 0)], first, second, following[row, second + 1])
    intervals = []
    for a, b in pairwise(onsets):
        known = (a >= 0) & (b < n_steps)
        size = pitch[row, np.where(known, b, 0)] - pitch[row, np.where(known, a, 0)]
        intervals.append(np.where(known, interval_class(size), UNKNOWN))
    come, join, go = intervals
    likely: Scores = habits.intervals[come, join] + habits.intervals[join, go]
    return likely


def register(joins: Joins, habits: Habits) -> Scores:
    """By how many semitones, on average, the notes leave the range of the last bars, negated."""
    range_of = joins.before[..., PITCH][joins.before[..., PITCH] != REST].astype(np.float64)
    pitch = joins.after[..., PITCH].astype(np.float64)
    if not len(range_of):
        return np.zeros(len(pitch))
    outside = np.maximum(0, np.maximum(pitch - range_of.max(), range_of.min() - pitch))
    sounding = pitch != REST
    semitones: Scores = (outside * sounding).sum(axis=1) / np.maximum(1, sounding.sum(axis=1))
    return -semitones


def rhythm(joins: Joins, habits: Habits) -> Scores:
    """Log likelihood of the rhythms of all its beats, by how often each was heard in the set."""
    likely = np.log((joins.rhythms + _UNHEARD) / (joins.rhythms + _UNHEARD).sum())
    of_all: Scores = likely[beat_rhythms(joins.after, habits.grid.beat_steps)].sum(axis=1)
    return of_all


def motif(joins: Joins, habits: Habits) -> Scores:
    """How rare it is, in nats, that its second half repeats a motif of the overlap or last 4 bars.

    Half for rhythm and contour, half for rhythm and diatonic intervals, at any height. What most
    candidates repeat, as the even eighths of a jig, counts for little. Times the steps of that
    half, as rhythm is a sum over beats: else motifs would count for less in 3/4 and 6/8.
    """
    hop = habits.grid.hop_steps
    n_heard = len(joins.before) // hop * hop
    heard = motifs(joins.before[len(joins.before) - n_heard :], hop)
    own = motifs(joins.after, hop)
    new, overlap = -1, slice(0, -1)

    def again(name: str) -> NDArray[np.bool_]:
        mine, before = getattr(own, name), getattr(heard, name)
        of_own = mine[:, new, None] == mine[:, overlap]
        of_heard = mine[:, new, None] == before
        return np.concatenate([of_own, of_heard], axis=1)

    enough = own.notes[:, new] >= _LEAST_OF_MOTIF
    same_rhythm = again("rhythm")
    whole = (same_rhythm & again("intervals")).any(axis=1)
    shape = (same_rhythm & again("contour")).any(axis=1)
    return hop * (_surprise(whole & enough) + _surprise(shape & enough)) / 2


def variety(joins: Joins, habits: Habits) -> Scores:
    """Log share of the four-bar stretches of the library that have as few different notes."""
    n_steps = VARIETY_BARS * habits.grid.bar_steps
    pitch = joins.after[..., PITCH]
    before = joins.before[pitch.shape[1] - n_steps :, PITCH]
    if len(before) + pitch.shape[1] < n_steps:
        return np.zeros(len(pitch))
    heard = np.concatenate([np.broadcast_to(before, (len(pitch), len(before))), pitch], axis=1)
    likely: Scores = habits.variety[different_notes(heard)]
    return likely


def dance(joins: Joins, habits: Habits) -> Scores:
    """1 for a candidate whose tune is the same dance as the one that opened the set, else 0."""
    return joins.of_dance.astype(np.float64)


def chart(joins: Joins, habits: Habits) -> Scores:
    """How far its chords and notes lie from the chart's, negated."""
    return -joins.off_chart


# Agreement outweighs the rest: a listener hears at once when the overlap contradicts what already
# sounds.
WEIGHTS: dict[Term, float] = {
    agreement: 24.0,
    code: 0.25,
    contour: 1.0,
    register: 0.5,
    rhythm: 1.5,
    motif: 0.625,
    variety: 2.0,
    dance: 3.0,
    chart: 16.0,
}
DANCE, CHART = dance.__name__, chart.__name__
FIT = (agreement.__name__,)  # all that plain mode ranks by
LIKELIHOOD = "likelihood"  # the term of the next-step LSTM; it rates the shortlist only
_LIKELIHOOD_WEIGHT = 0.5
TERMS = (*(term.__name__ for term in WEIGHTS), LIKELIHOOD)


class Ranking:
    """Scores candidates by some of the terms.

    next_step: the LSTM; None if the model has none. terms: the names of the terms that count.
    """

    def __init__(self, habits: Habits, next_step: NextStep | None, terms: Collection[str]) -> None:
        self._habits = habits
        self._next_step = next_step if LIKELIHOOD in terms else None
        self._weights = {term: weight for term, weight in WEIGHTS.items() if term.__name__ in terms}

    def scores(self, joins: Joins) -> Scores:
        """How good each candidate is, float64[c]; -inf for those that miss the LSTM's shortlist."""
        score = np.zeros(len(joins.after))
        for term, weight in self._weights.items():
            score += weight * term(joins, self._habits)
        if self._next_step is None:
            return score
        shortlist = np.sort(np.argsort(-score, kind="stable")[:SHORTLIST])
        heard = joins.of(shortlist)
        grid = self._habits.grid
        join_steps = grid.hop_steps + grid.beat_steps  # the overlap and one beat after it
        likely = self._next_step.likelihood(
            joins.before[-grid.hop_steps :], heard.after[:, :join_steps]
        )
        scores = np.full(len(score), -np.inf)
        scores[shortlist] = score[shortlist] + _LIKELIHOOD_WEIGHT * likely
        return scores


def _surprise(found: NDArray[np.bool_]) -> Scores:
    """How rare it is among candidates, in nats, for those of which it is true; 0 for the others."""
    share = (found.sum() + _UNHEARD) / (len(found) + _UNHEARD)
    nats: Scores = found * -np.log(share)
    return nats
