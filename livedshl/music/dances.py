"""Types tunes as dances: by title, and by rhythm where the title does not say.

A hornpipe in sixteenths and one in eighths are the same dance written twice, but notes of the two
do not go together, so how many notes a bar has counts beside the dance.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from livedshl.music.grid import Grid
from livedshl.music.motifs import is_onset

MOST_NOTES_A_BAR = 24  # more than any grid has steps in a bar
_LEAST_TITLED = 8  # tunes of a dance, before others are known by their rhythm
_UNSEEN = 0.5  # beats, added to every count
_NEAR = 1.25  # two tunes go together if one has at most so many times the notes of the other


class Dance(Enum):
    """What a tune is for."""

    REEL = "reel"
    HORNPIPE = "hornpipe"
    STRATHSPEY = "strathspey"
    MARCH = "march"
    POLKA = "polka"
    AIR = "air"
    JIG = "jig"
    SLIP_JIG = "slip jig"
    WALTZ = "waltz"
    MINUET = "minuet"


_WORDS = {
    Dance.SLIP_JIG: "slip jig|hop jig",
    Dance.JIG: "jig|gigg?",
    Dance.HORNPIPE: "hornpipe|clog",
    Dance.STRATHSPEY: "strathspe?y|fling|schottische?",
    Dance.REEL: "reel|rant",
    Dance.MARCH: "march|quick ?step",
    Dance.POLKA: "polka|galop",
    Dance.WALTZ: "waltz|valse",
    Dance.MINUET: "min(?:u|ou)et",
    Dance.AIR: "air|lament|planxty|song|lullaby",
}
_TITLES = {
    dance: re.compile(rf"\b(?:{words})s?\b", re.IGNORECASE) for dance, words in _WORDS.items()
}
# What a tune is if neither its title nor its rhythm says.
_OF_METRE = {"3/4": Dance.WALTZ, "6/8": Dance.JIG, "9/8": Dance.SLIP_JIG}


def dance_named(title: str) -> Dance | None:
    """The dance that a title names, or None.

    >>> dance_named("The Flowers of Edinburgh -- Reel")
    <Dance.REEL: 'reel'>
    """
    return next((dance for dance, words in _TITLES.items() if words.search(title)), None)


@dataclass(frozen=True, slots=True, eq=False)
class TuneTypes:
    """The types of the tunes of a library.

    dances: int8[tunes], numbers of `Dance` in its order; -1 for none. notes: float64[tunes], how
    many notes a bar has.
    """

    dances: NDArray[np.int8]
    notes: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        titles: Sequence[str],
        steps: NDArray[np.int8],
        tune_steps: NDArray[np.integer],
        grid: Grid,
    ) -> "TuneTypes":
        """The types of tunes, end to end in int8[n, 3]; tune_steps: where each starts, then n."""
        counts = _rhythms(is_onset(steps), np.asarray(tune_steps, np.int64), grid.beat_steps)
        named = np.array([_number(dance_named(title)) for title in titles], np.int8)
        of_metre = _OF_METRE.get(str(grid))
        if of_metre is Dance.SLIP_JIG:
            named[named == _number(Dance.JIG)] = _number(of_metre)
        dances = _by_rhythm(named, counts)
        dances[dances < 0] = _number(of_metre)
        n_beats = np.maximum(1, counts.sum(axis=1))
        of_rhythm = np.bitwise_count(np.arange(counts.shape[1]))
        return cls(dances, counts @ of_rhythm * grid.bar_beats / n_beats)

    def like(self, tune: int) -> NDArray[np.bool_]:
        """Which tunes are the same dance as one of them, with about as many notes, bool[tunes]."""
        ratio = (self.notes + _UNSEEN) / (self.notes[tune] + _UNSEEN)
        near = (ratio <= _NEAR) & (ratio >= 1 / _NEAR)
        return np.asarray(near & (self.dances == self.dances[tune]), np.bool_)

    def kin(self) -> NDArray[np.int64]:
        """How many tunes each one is like, int64[tunes], itself among them."""
        kin = np.zeros(len(self.dances), np.int64)
        for dance in range(-1, len(Dance)):
            of_dance = self.dances == dance
            notes = self.notes[of_dance] + _UNSEEN
            ordered = np.sort(notes)
            up_to = np.searchsorted(ordered, notes * _NEAR, "right")
            kin[of_dance] = up_to - np.searchsorted(ordered, notes / _NEAR, "left")
        return kin

    def among(
        self, dances: Sequence[Dance], notes: tuple[float, float] | None
    ) -> NDArray[np.bool_]:
        """Which tunes are some dance of those, with so many notes a bar, bool[tunes].

        Without any, every dance is right; without numbers, every number is.
        """
        right = np.ones(len(self.dances), np.bool_)
        if dances:
            right &= np.isin(self.dances, [_number(dance) for dance in dances])
        if notes:
            right &= (self.notes >= notes[0]) & (self.notes <= notes[1])
        return right


def _number(dance: Dance | None) -> int:
    return -1 if dance is None else list(Dance).index(dance)


def _rhythms(
    onsets: NDArray[np.bool_], tune_steps: NDArray[np.int64], beat_steps: int
) -> NDArray[np.int64]:
    """How many beats of each rhythm every tune has, int64[tunes, 2 ** beat_steps].

    onsets: bool[n], where notes begin.
    """
    lengths = np.diff(tune_steps)
    n_beats = -(-lengths // beat_steps)
    tune = np.repeat(np.arange(len(lengths)), n_beats)  # of each beat
    number = np.arange(len(tune)) - (np.cumsum(n_beats) - n_beats)[tune]
    first, end = tune_steps[tune] + beat_steps * number, tune_steps[tune + 1]
    rhythms = np.zeros(len(tune), np.int64)
    for step in range(beat_steps):
        at = first + step
        rhythms |= (onsets[np.minimum(at, end - 1)] & (at < end)) << step
    kinds = 1 << beat_steps
    counts = np.bincount(tune * kinds + rhythms, minlength=len(lengths) * kinds)
    return counts.reshape(len(lengths), kinds)


def _by_rhythm(named: NDArray[np.int8], counts: NDArray[np.int64]) -> NDArray[np.int8]:
    """The dances with those that no title names filled in: of each tune the likeliest.

    named: int8[tunes]. counts: int64[tunes, rhythms], the beats of each rhythm. It is the likeliest
    by the rhythms of the beats of those that are named.
    """
    # Not by `np.unique`, which imports masked arrays: the first note may wait for this.
    titled = np.bincount(named[named >= 0], minlength=len(Dance))
    known = np.flatnonzero(titled >= _LEAST_TITLED).astype(np.int8)
    if len(known) < 2:
        return named.copy()
    of_dance = np.stack([counts[named == dance].sum(axis=0) for dance in known]) + _UNSEEN
    likely = np.log(of_dance / of_dance.sum(axis=1, keepdims=True))
    best = known[(counts @ likely.T).argmax(axis=1)]
    return np.where(named >= 0, named, best).astype(np.int8)
