"""Ranks what may follow by how well it would join: small terms, each in nats or near it, weighed.

A nat more makes a candidate e times as likely to be chosen, at a temperature of 1.

Reference: Bretan, Weinberg, Heck: A unit selection methodology for music generation using deep
neural networks (2016), for the concatenation cost.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import SegmentLibrary
from livedshl.improviser.merge import chords_from
from livedshl.music.grid import Grid
from livedshl.music.segments import ARTICULATED, CHORD, PITCH, REST
from livedshl.networks.next_step import NextStep

Scores = NDArray[np.float64]

SHORTLIST = 32  # of the candidates that are best by all else, so many are heard by the LSTM
LONGEST_MEMORY = 64  # passages after which a song is as good as new: two minutes and more
_WIDEST = 12  # semitones: larger intervals count as octaves
_UNKNOWN = 2 * _WIDEST + 1  # stands for an interval where there is none
_UNSEEN = 0.5  # how often what was never seen counts as seen


@dataclass(frozen=True, slots=True, eq=False)
class Joins:
    """Candidates to follow, and what would be heard of each.

    before: int8[b, 3], what was heard last, b >= 1.
    after: int8[c, a, 3], what would be heard then.
    at: int64[c], the step of `after` from which the candidate is heard; its chords from the first
        beat on that is not before.
    farther: int64[c], symbols by which its code lies farther than the nearest.
    agreeing: int64[c], steps of the overlap in which it agrees with what sounds.
    in_phase: bool[c], whether it falls on the same beats of the bar as in its own song.
    unheard: int64[c], passages for which none of its songs has been heard; 1 for the last one.
    off_chart: float64[c], mean distance of its chords to those of a chart, 0 without one.
    """

    before: NDArray[np.int8]
    after: NDArray[np.int8]
    at: NDArray[np.int64]
    farther: NDArray[np.int64]
    agreeing: NDArray[np.int64]
    in_phase: NDArray[np.bool_]
    unheard: NDArray[np.int64]
    off_chart: NDArray[np.float64]

    def of(self, rows: NDArray[np.integer]) -> "Joins":
        """Some of the candidates."""
        arrays = (getattr(self, name)[rows] for name in self.__slots__ if name != "before")
        return Joins(self.before, *arrays)


@dataclass(frozen=True, slots=True, eq=False)
class Habits:
    """What is usual in the tunes of a library.

    grid: of the tunes.
    chords: float64[k + 1, k + 1], log likelihood of a chord class on a beat given that on the beat
        before; the last class is no chord.
    intervals: float64[26, 26], of a melodic interval given the one before: semitones up plus 12,
        and 25 where there is none, which is as likely as the mean.
    """

    grid: Grid
    chords: Scores
    intervals: Scores

    @classmethod
    def of(cls, library: SegmentLibrary, chord_classes: int) -> "Habits":
        """Counts them."""
        steps = np.asarray(library.steps)
        tune_starts = np.asarray(library.tune_steps[:-1])
        lengths = np.diff(library.tune_steps)
        tune = np.repeat(np.arange(len(lengths)), lengths)
        on_beat = (np.arange(len(steps)) - tune_starts[tune]) % library.grid.beat_steps == 0
        beats = np.flatnonzero(on_beat)
        onsets = np.flatnonzero((steps[:, ARTICULATED] > 0) & (steps[:, PITCH] != REST))
        interval = _interval(np.diff(steps[onsets, PITCH].astype(np.int64)))
        within = tune[onsets[1:]] == tune[onsets[:-1]]
        chords = steps[beats, CHORD] % (chord_classes + 1)
        return cls(
            library.grid,
            _log_transitions(chords, tune[beats[1:]] == tune[beats[:-1]], chord_classes + 1),
            _with_unknown(_log_transitions(interval, within[1:] & within[:-1], _UNKNOWN)),
        )


# A term gives float64[c] for c candidates; more is better.
Term = Callable[[Joins, Habits], Scores]


def place(joins: Joins, habits: Habits) -> Scores:
    """1 where it keeps its place in the bar."""
    return joins.in_phase.astype(np.float64)


def agreement(joins: Joins, habits: Habits) -> Scores:
    """Steps of the overlap in which it agrees with what sounds."""
    return joins.agreeing.astype(np.float64)


def code(joins: Joins, habits: Habits) -> Scores:
    """Symbols by which its code lies farther than the nearest, negated."""
    return -joins.farther.astype(np.float64)


def contour(joins: Joins, habits: Habits) -> Scores:
    """Log likelihood of the interval at the join given the one before, and of the one after it.

    Small steps are likely, and after a leap so is a step back.
    """
    n = len(joins.after)
    before = np.broadcast_to(joins.before, (n, *joins.before.shape))
    heard = np.concatenate([before, joins.after], axis=1)
    pitch = heard[..., PITCH].astype(np.int64)  # (c, b + a)
    n_steps = pitch.shape[1]
    is_onset = (heard[..., ARTICULATED] > 0) & (pitch != REST)
    place = np.arange(n_steps)
    # By step, the last onset up to it and the next one from it on; columns more for none.
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
        intervals.append(np.where(known, _interval(size), _UNKNOWN))
    come, join, go = intervals
    likely: Scores = habits.intervals[come, join] + habits.intervals[join, go]
    return likely


def register(joins: Joins, habits: Habits) -> Scores:
    """Semitones, on average, by which its notes leave the range of the last bars, negated."""
    range_of = joins.before[..., PITCH][joins.before[..., PITCH] != REST].astype(np.float64)
    pitch = joins.after[..., PITCH].astype(np.float64)
    if not len(range_of):
        return np.zeros(len(pitch))
    outside = np.maximum(0, np.maximum(pitch - range_of.max(), range_of.min() - pitch))
    sounding = pitch != REST
    semitones: Scores = (outside * sounding).sum(axis=1) / np.maximum(1, sounding.sum(axis=1))
    return -semitones


def chords(joins: Joins, habits: Habits) -> Scores:
    """Log likelihood of its chord where its chords begin, given the chord before."""
    row, at = np.arange(len(joins.after)), chords_from(joins.at, habits.grid.beat_steps)
    before = np.where(at > 0, joins.after[row, at - 1, CHORD], joins.before[-1, CHORD])
    none = len(habits.chords)
    likely: Scores = habits.chords[before % none, joins.after[row, at, CHORD] % none]
    return likely


def novelty(joins: Joins, habits: Habits) -> Scores:
    """Logarithm of how long none of its songs has been heard: twice as long, twice as likely."""
    return np.log(np.minimum(joins.unheard, LONGEST_MEMORY) / LONGEST_MEMORY)


def chart(joins: Joins, habits: Habits) -> Scores:
    """Pitch classes by which its chords differ from those of the chart, on average, negated."""
    return -joins.off_chart


# What each term weighs; the card of the model `session` tells what each does to the music. The
# first two go before all else: what leaves the bar, or what already sounds, is heard at once.
WEIGHTS: dict[Term, float] = {
    place: 100.0,
    agreement: 4.0,
    code: 0.25,
    contour: 1.0,
    register: 0.5,
    chords: 1.0,
    novelty: 0.25,
    chart: 16.0,
}
CHORDS, CHART = chords.__name__, chart.__name__
FIT = (place.__name__, agreement.__name__)  # what decided before there were others
LIKELIHOOD = "likelihood"  # the term of the next-step LSTM, which hears the shortlist only
_LIKELIHOOD_WEIGHT = 0.5
TERMS = (*(term.__name__ for term in WEIGHTS), LIKELIHOOD)


class Ranking:
    """Scores candidates by the terms of these names.

    next_step: the LSTM, if the bundle has one.
    """

    def __init__(self, habits: Habits, next_step: NextStep | None, terms: Collection[str]) -> None:
        self._habits = habits
        self._next_step = next_step if LIKELIHOOD in terms else None
        self._weights = {term: weight for term, weight in WEIGHTS.items() if term.__name__ in terms}

    def scores(self, joins: Joins, besides: Collection[str] = ()) -> Scores:
        """How good each candidate is, float64[c]; -inf for those that others leave no chance.

        besides: terms that do not count now.
        """
        score = np.zeros(len(joins.after))
        for term, weight in self._weights.items():
            if term.__name__ not in besides:
                score += weight * term(joins, self._habits)
        if self._next_step is None:
            return score
        shortlist = np.sort(np.argsort(-score, kind="stable")[:SHORTLIST])
        heard = joins.of(shortlist)
        grid = self._habits.grid
        join_steps = grid.hop_steps + grid.beat_steps  # the overlap, and a beat of its own
        likely = self._next_step.likelihood(
            joins.before[-grid.hop_steps :], heard.after[:, :join_steps]
        )
        scores = np.full(len(score), -np.inf)
        scores[shortlist] = score[shortlist] + _LIKELIHOOD_WEIGHT * likely
        return scores


def _interval(semitones: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.clip(semitones, -_WIDEST, _WIDEST) + _WIDEST


def _log_transitions(classes: NDArray[np.integer], follows: NDArray[np.bool_], size: int) -> Scores:
    """Log likelihood of each class given the one before, float64[size, size].

    classes: int[n]. follows: bool[n - 1], whether each but the first comes after the one before.
    """
    kinds = classes[:-1].astype(np.int64) * size + classes[1:]
    counts = np.bincount(kinds[follows], minlength=size**2).reshape(size, size) + _UNSEEN
    likely: Scores = np.log(counts / counts.sum(axis=1, keepdims=True))
    return likely


def _with_unknown(likely: Scores) -> Scores:
    """A row and a column more for no interval: the mean log likelihood of those that were heard."""
    weights = np.exp(likely)
    mean = float((likely * weights).sum() / weights.sum())
    return np.pad(likely, ((0, 1), (0, 1)), constant_values=mean)
