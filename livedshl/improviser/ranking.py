"""Ranks candidates by how well they would join on: a weighted sum of small terms, in nats.

At a temperature of 1, a candidate that scores one nat more is e times as likely to be drawn.

What the terms are for:

| term       | prefers a candidate that                       | so that                       |
|------------|------------------------------------------------|-------------------------------|
| place      | keeps its own song's place in the bar          | the beat stays where it is    |
| agreement  | matches the playing segment where they overlap | the join is not heard         |
| code       | lies nearer by code                            | the codes lead                |
| contour    | joins by a likely interval                     | the melody sings on           |
| register   | stays in the range of the last bars            | the melody does not jump      |
| chords     | begins with a likely chord                     | the harmony moves as in tunes |
| novelty    | comes from songs not heard for long            | the music ranges widely       |
| chart      | has chords close to a chart's                  | the melody fits the chart     |
| likelihood | has steps that the next-step network expects   | the rhythm stays even         |

Left out one at a time, only register and likelihood change the measures of the model "session" by
more than chance; its card has the table. Those measures are medians of whole pieces, which one bad
join does not move. Place decides only in 3/4, where a wish may fall on either bar of two, and in
libraries too small for the rules. Chart acts only where there is a chart.

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

SHORTLIST = 32  # how many of the best candidates by the other terms the LSTM rates
LONGEST_MEMORY = 64  # passages after which a song is as good as new: over two minutes
_WIDEST = 12  # semitones: larger intervals count as octaves
_UNKNOWN = 2 * _WIDEST + 1  # the class of an interval that is missing
_UNSEEN = 0.5  # added to every count, so that what was never seen is only unlikely


@dataclass(frozen=True, slots=True, eq=False)
class Joins:
    """Candidates to follow, and how each would sound.

    before: int8[b, 3], the steps heard last, b >= 1.
    after: int8[c, a, 3], the steps that would be heard next.
    at: int64[c], the step of `after` from which the candidate's own melody is heard. Its chords
        are heard from the first beat at or after that step.
    farther: int64[c], how many symbols farther than the nearest its code lies.
    agreeing: int64[c], steps of the overlap in which it agrees with the playing segment.
    in_phase: bool[c], whether it falls on the beats of the bar that it has in its own song.
    unheard: int64[c], for how many passages none of its songs has been heard; 1 for the last one.
    off_chart: float64[c], mean distance of its chords from a chart's; 0 without a chart.
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
        """Some of the candidates, by row number."""
        arrays = (getattr(self, name)[rows] for name in self.__slots__ if name != "before")
        return Joins(self.before, *arrays)


@dataclass(frozen=True, slots=True, eq=False)
class Habits:
    """What is usual in the tunes of a library.

    grid: how the tunes are counted.
    chords: float64[k + 1, k + 1], log likelihood of a beat's chord class (column) after the class
        of the beat before (row). The last class stands for no chord.
    intervals: float64[26, 26], log likelihood of a melodic interval (column) after the one before
        (row), in semitones up plus 12. The last stands for a missing interval and has the mean.
    """

    grid: Grid
    chords: Scores
    intervals: Scores

    @classmethod
    def of(cls, library: SegmentLibrary, chord_classes: int) -> "Habits":
        """The habits of a library, counted. chord_classes: k."""
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


# A term rates c candidates, float64[c]; more is better.
Term = Callable[[Joins, Habits], Scores]


def place(joins: Joins, habits: Habits) -> Scores:
    """1 for a candidate that keeps its place in the bar, else 0."""
    return joins.in_phase.astype(np.float64)


def agreement(joins: Joins, habits: Habits) -> Scores:
    """Steps of the overlap in which the candidate agrees with the playing segment."""
    return joins.agreeing.astype(np.float64)


def code(joins: Joins, habits: Habits) -> Scores:
    """How many symbols farther than the nearest the code lies, negated."""
    return -joins.farther.astype(np.float64)


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
        intervals.append(np.where(known, _interval(size), _UNKNOWN))
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


def chords(joins: Joins, habits: Habits) -> Scores:
    """Log likelihood of the candidate's first chord after the chord before it."""
    row, at = np.arange(len(joins.after)), chords_from(joins.at, habits.grid.beat_steps)
    before = np.where(at > 0, joins.after[row, at - 1, CHORD], joins.before[-1, CHORD])
    none = len(habits.chords)
    likely: Scores = habits.chords[before % none, joins.after[row, at, CHORD] % none]
    return likely


def novelty(joins: Joins, habits: Habits) -> Scores:
    """Logarithm of how long none of its songs has been heard, as a share of `LONGEST_MEMORY`."""
    return np.log(np.minimum(joins.unheard, LONGEST_MEMORY) / LONGEST_MEMORY)


def chart(joins: Joins, habits: Habits) -> Scores:
    """By how many pitch classes, on average, its chords differ from the chart's, negated."""
    return -joins.off_chart


# Place and agreement outweigh the rest: a listener hears at once when the beat shifts or when the
# overlap contradicts what already sounds.
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
FIT = (place.__name__, agreement.__name__)  # all that plain mode ranks by
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

    def scores(self, joins: Joins, besides: Collection[str] = ()) -> Scores:
        """How good each candidate is, float64[c]; -inf for those that miss the LSTM's shortlist.

        besides: names of terms that do not count this time.
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
        join_steps = grid.hop_steps + grid.beat_steps  # the overlap and one beat after it
        likely = self._next_step.likelihood(
            joins.before[-grid.hop_steps :], heard.after[:, :join_steps]
        )
        scores = np.full(len(score), -np.inf)
        scores[shortlist] = score[shortlist] + _LIKELIHOOD_WEIGHT * likely
        return scores


def _interval(semitones: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.clip(semitones, -_WIDEST, _WIDEST) + _WIDEST


def _log_transitions(classes: NDArray[np.integer], follows: NDArray[np.bool_], size: int) -> Scores:
    """Log likelihood of each class (column) after the one before (row), float64[size, size].

    classes: int[n]. follows: bool[n - 1], whether a class and the next one belong together.
    """
    kinds = classes[:-1].astype(np.int64) * size + classes[1:]
    counts = np.bincount(kinds[follows], minlength=size**2).reshape(size, size) + _UNSEEN
    likely: Scores = np.log(counts / counts.sum(axis=1, keepdims=True))
    return likely


def _with_unknown(likely: Scores) -> Scores:
    """The same with a last row and column for a missing interval: the mean log likelihood."""
    weights = np.exp(likely)
    mean = float((likely * weights).sum() / weights.sum())
    return np.pad(likely, ((0, 1), (0, 1)), constant_values=mean)
