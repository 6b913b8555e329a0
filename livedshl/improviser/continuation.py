"""Chooses the segment that follows: by code first, then among those near by how well it joins."""

import logging
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import Bundle, SegmentLibrary
from livedshl.improviser.chart import Chart, ChartDistance
from livedshl.improviser.memory import Memory
from livedshl.improviser.merge import agreement, merge_each
from livedshl.improviser.quotes import Quotes
from livedshl.improviser.ranking import (
    CHORDS,
    FIT,
    LIKELIHOOD,
    TERMS,
    Habits,
    Joins,
    Ranking,
    Scores,
)
from livedshl.index import CodeIndex, Ring, hamming
from livedshl.index.codes import Words
from livedshl.music.segments import CHORD
from livedshl.networks.next_step import NextStep

log = logging.getLogger(__name__)

_BOLDEST_NEAR = 24  # symbols out of 64: as near as that lie 50 segments at the median
_SAFEST_TEMPERATURE, _BOLDEST_TEMPERATURE = 0.25, 16.0  # nats
_ENOUGH = 64  # candidates to choose from: rings are not looked for farther out
# The same with a chart, whose chords are found only where there is a choice: with these, segments
# lie 0.7 to 0.9 pitch classes off "C | Am | F G7 | C" and "Am | F | C | G", without 2.6 to 3.5.
_CHART_NEAR, _CHART_ENOUGH = 0.375, 256  # share of the symbols; candidates
_CANDIDATES = 6  # that are told of
_ANY_LENGTH = 1_000_000  # beats
_REGISTER_BARS = 4  # how far back the range of the melody is heard

NOTHING: NDArray[np.int32] = np.empty(0, np.int32)


class Retrieve(Enum):
    """Which backward codes are wanted: the nearest, or the farthest (the paper's Task 2)."""

    MIN = "min"
    MAX = "max"


@dataclass(frozen=True, slots=True)
class ContinuationRules:
    """What keeps the music original, and how boldly it goes on.

    song_cap: of the last `window` segments, at most this many may occur in one and the same song.
    window: segments over which songs are counted.
    recency: segments for which a content that was played is not played again; at most a quarter of
        the library's contents. A thousand take ten minutes at 200 BPM.
    adventure: from 0, the nearest codes and of them what joins best, to 1: codes that lie farther
        take part in the choice, and what joins less well is drawn as well.
    max_quote: beats that one song may be quoted for, note for note; at least a segment and a half.
    terms: the terms of `ranking` by which candidates are ranked; without any, all that the code
        found are equally likely.
    """

    song_cap: int = 3
    window: int = 16
    recency: int = 1000
    adventure: float = 0.25
    max_quote: int = 8
    terms: tuple[str, ...] = TERMS

    def recency_in(self, library: SegmentLibrary) -> int:
        """The recency that is kept in a library."""
        contents = int(library.content_ids.max()) + 1
        return min(self.recency, contents // 4)

    def near(self, length: int) -> int:
        """Symbols by which a code of `length` may lie farther than the nearest and be chosen."""
        return round(self.adventure * _BOLDEST_NEAR * length / 64)

    @property
    def temperature(self) -> float:
        """Nats by which a candidate must be better to be e times as likely."""
        return float(
            _SAFEST_TEMPERATURE * (_BOLDEST_TEMPERATURE / _SAFEST_TEMPERATURE) ** self.adventure
        )

    def plain(self) -> "ContinuationRules":
        """The paper's rule: the nearest code, of its ties those that fit best, then lots."""
        return replace(self, adventure=0.0, max_quote=_ANY_LENGTH, terms=FIT)


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """What the form wants of the segment that follows; it narrows what the code found.

    name: for the trace. among: bool[n], the segments of the library that would do. reach: symbols
    by which one may lie farther than the nearest; where none is that near, the code decides alone.
    """

    name: str
    among: NDArray[np.bool_]
    reach: int


@dataclass(frozen=True, slots=True)
class Continuation:
    """The segment chosen to follow.

    segment: its number in the library.
    hamming: distance from the playing segment's forward code to its backward code.
    nearest: the distance of the first ring: the least of the whole index (the greatest, where the
        farthest is retrieved). `hamming` differs from it only where the rules, or another place in
        the bar, ruled that ring out, or by `ContinuationRules.near`.
    ties: segments at distance `hamming`.
    agreeing_steps: steps of the overlap in which it agrees with the playing segment.
    rules_kept: False if no segment of the library with this place in the bar satisfied the rules.
    wish: the name of the wish that was fulfilled; None if there was none, or none could be.
    candidates: of those that could have been drawn the nearest, at most so many, as segment and
        distance.
    """

    segment: int
    hamming: int
    nearest: int
    ties: int
    agreeing_steps: int
    rules_kept: bool
    wish: str | None
    candidates: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """What the rules leave of a ring: `segments`, int32[c], of its `ties`."""

    distance: int
    ties: int
    segments: NDArray[np.int32]


class Continuator:
    """Draws continuations and remembers what has been played.

    The draw comes from `rng`: same state, same choice. chart: chords to follow, in C major or
    A minor.
    """

    def __init__(
        self,
        bundle: Bundle,
        index: CodeIndex,
        rules: ContinuationRules,
        retrieve: Retrieve,
        rng: np.random.Generator,
        chart: Chart | None = None,
    ) -> None:
        library = bundle.library
        self._bundle = bundle
        self._library = library
        self._grid = library.grid
        self._index = index
        self._retrieve = retrieve
        self._rng = rng
        self._rules = rules
        self.set_chart(chart)
        self._terms = rules.terms if retrieve is Retrieve.MIN else ()
        self._memory = Memory(library, rules.song_cap, rules.window, rules.recency_in(library))
        self._quotes = Quotes(library, rules.max_quote)
        self._heard = np.empty((0, 3), np.int8)  # the last bars
        self._beat = 0

    def copy(self, rng: np.random.Generator) -> "Continuator":
        """One that has heard the same and draws from `rng`."""
        other = copy(self)
        other._rng = rng
        other._memory = self._memory.copy()
        other._quotes = self._quotes.copy()
        return other

    def set_adventure(self, adventure: float) -> None:
        """How boldly it goes on from now; see `ContinuationRules`."""
        self._rules = replace(self._rules, adventure=adventure)

    def set_chart(self, chart: Chart | None) -> None:
        """To which chords, in C major or A minor, what is chosen should fit from now on."""
        self._chart = ChartDistance(chart, self._bundle.vocabulary) if chart else None

    def go_to(self, beat: int) -> None:
        """Goes on at another beat, where a chart has other chords."""
        self._beat = beat

    def listen(self, steps: NDArray[np.int8]) -> None:
        """Is told, in place of what it played, what somebody else has played, int8[n, 3]."""
        self._heard = steps
        self._quotes.hear(steps, planned=True)

    def answer(self, code: Words, phase: int) -> Continuation:
        """Draws what goes on from a phrase with this forward code, and takes it as played.

        phase: beats from the start of the cycle at which it is to begin, when the phrase is over.
        Where segments overlap, the nearest segment shares the end of the phrase: what is played is
        the one after it in its song, where the nearest goes on.
        """
        library, bundle = self._library, self._bundle
        first, barred = None, self._memory.barred()
        for ring in self._index.rings(code):
            first = first or ring
            segments = ring.segments
            onward = library.after(segments, bundle.follow_beats) if bundle.overlaps else segments
            fits = (onward >= 0) & ~barred[library.content_ids[onward]]
            fits &= (library.phases[onward] - phase) % self._grid.cycle_beats == 0
            if fits.any():
                drawn = int(self._rng.choice(onward[fits]))
                break
        assert first is not None, "an index is never empty"
        if not fits.any():  # endless music matters more
            ring, drawn = first, int(self._rng.choice(first.segments))
        self._memory.add(drawn)
        return Continuation(
            segment=drawn,
            hamming=ring.distance,
            nearest=first.distance,
            ties=len(ring.segments),
            agreeing_steps=0,
            rules_kept=bool(fits.any()),
            wish=None,
        )

    def avoid(self, segment: int) -> None:
        """Does not play the content of a segment, as if it had been played just now."""
        self._memory.avoid(segment)

    def open(self, among: NDArray[np.integer] = NOTHING) -> int:
        """Draws a segment to begin with and takes it as played: one of `among`, if there are any,
        else one that opens its song.
        """
        openings = among if len(among) else self._library.openings
        pool = openings if len(openings) else np.arange(len(self._library), dtype=np.int32)
        segment = int(self._rng.choice(pool))
        self._memory.add(segment)
        return segment

    def hear(self, steps: NDArray[np.int8], planned: bool = False) -> None:
        """Is told every passage that is heard, int8[n, 3], one after the other.

        planned: the form brings it back, so that it is no quote.
        """
        self._quotes.hear(steps, planned)
        n_steps = max(self._grid.segment_steps, _REGISTER_BARS * self._grid.bar_steps)
        self._heard = np.concatenate([self._heard, steps])[-n_steps:]
        self._beat += len(steps) // self._grid.beat_steps

    @property
    def quote_beats(self) -> int:
        """Whole beats of the longest quote from one song that ends with what is heard."""
        return self._quotes.beats

    def follow(
        self, playing: int, wish: Wish | None = None, *, merged: bool = True
    ) -> Continuation:
        """Draws the continuation of the playing segment and takes it as played.

        merged: with the second half of that one, where segments overlap; else it comes end to end
        with what is heard.
        """
        chosen = self._choose(playing, wish, merged and self._bundle.overlaps)
        self._memory.add(chosen.segment)
        return chosen

    def follow_as_wished(self, playing: int, wish: Wish) -> Continuation | None:
        """Draws a continuation that fulfils the wish and takes it as played; None if none does."""
        chosen = self._as_wished(playing, wish, self._bundle.overlaps)
        if chosen:
            self._memory.add(chosen.segment)
        return chosen

    def join(self, playing: int, segment: int) -> Continuation:
        """How a segment follows that a plan brings back; it is not taken as played anew."""
        bundle = self._bundle
        distances = hamming(bundle.forward[playing], bundle.backward, bundle.shape)
        distance = int(distances[segment])
        nearest = distances.min() if self._retrieve is Retrieve.MIN else distances.max()
        agreeing = 0
        if bundle.overlaps:
            contents = bundle.library.contents(np.array([playing, segment]))
            agreeing = int(agreement(contents[0], contents[1]))
        return Continuation(
            segment=segment,
            hamming=distance,
            nearest=int(nearest),
            ties=int((distances == distance).sum()),
            agreeing_steps=agreeing,
            rules_kept=True,
            wish=None,
        )

    def allowed_within(
        self, playing: int, distances: NDArray[np.integer], reach: int, most: int
    ) -> NDArray[np.int32]:
        """The segments that the rules allow after the playing one, at most so many, nearest first.

        distances: int[n], of all segments. reach: by how much theirs may exceed the least of all.
        """
        near = np.flatnonzero(distances <= int(distances.min()) + reach).astype(np.int32)
        near = near[~self._memory.barred()[self._library.content_ids[near]]]
        near = near[self._in_phase(playing, near, self._grid.bar_beats)]
        return near[np.argsort(distances[near], kind="stable")[:most]]

    def between(self, playing: int) -> int:
        """A segment by which the code gets from the playing one to what begins, end to end with
        it, on a first beat. It is not played, nor remembered.
        """
        bundle = self._bundle
        distances = hamming(bundle.forward[playing], bundle.backward, bundle.shape)
        onward = self._library.phases + bundle.follow_beats
        leads = np.flatnonzero(onward % self._grid.cycle_beats == 0)
        return int(leads[np.argmin(distances[leads])]) if len(leads) else int(distances.argmin())

    @property
    def _near(self) -> int:
        """Symbols by which a code may lie farther than the nearest and be chosen."""
        length = self._bundle.shape.length
        return max(self._rules.near(length), round(_CHART_NEAR * length) if self._chart else 0)

    def _as_wished(self, playing: int, wish: Wish, merged: bool) -> Continuation | None:
        nearest, found = self._near_rings(playing, wish, merged)
        if not found:
            return None
        return self._draw(playing, found, nearest.distance, merged, rules_kept=True, wish=wish.name)

    def _choose(self, playing: int, wish: Wish | None, merged: bool) -> Continuation:
        chosen = self._as_wished(playing, wish, merged) if wish else None
        if chosen:
            return chosen
        nearest, found = self._near_rings(playing, None, merged)
        if found:
            return self._draw(playing, found, nearest.distance, merged, rules_kept=True)
        # A library this small cannot satisfy the rules; endless music matters more.
        whole = _Found(nearest.distance, len(nearest.segments), nearest.segments)
        return self._draw(playing, [whole], nearest.distance, merged, rules_kept=False)

    def _near_rings(
        self, playing: int, wish: Wish | None, merged: bool
    ) -> tuple[Ring, list[_Found]]:
        """The first ring, and what rules and wish leave of the rings from the first they have any
        of to `near` symbols farther, or until there is enough to choose from.
        """
        farthest = self._retrieve is Retrieve.MAX
        first: Ring | None = None
        found: list[_Found] = []
        barred, near = self._memory.barred(), self._near
        enough = _CHART_ENOUGH if self._chart else _ENOUGH
        for ring in self._index.rings(self._bundle.forward[playing], farthest_first=farthest):
            first = first or ring
            if found and abs(ring.distance - found[0].distance) > near:
                break
            if wish and abs(ring.distance - first.distance) > wish.reach:
                break
            segments = ring.segments
            if wish:
                segments = segments[wish.among[segments]]
            segments = segments[~barred[self._library.content_ids[segments]]]
            if not farthest:  # once off the beat the music would stay there: codes keep the place
                # A wish may fall on either bar of two.
                cycle_beats = self._grid.bar_beats if wish else self._grid.cycle_beats
                segments = segments[self._in_phase(playing, segments, cycle_beats)]
            if len(segments) and not self._quotes.are_free:
                after, _, _ = self._joined(playing, segments, merged)
                segments = segments[~self._quotes.too_long(after)]
            if len(segments):
                found.append(_Found(ring.distance, len(ring.segments), segments))
                if sum(len(nearer.segments) for nearer in found) >= enough:
                    break
        assert first is not None, "an index is never empty"
        return first, found

    def _joined(
        self, playing: int, segments: NDArray[np.int32], merged: bool
    ) -> tuple[NDArray[np.int8], NDArray[np.int64], NDArray[np.int64]]:
        """How segments would join what plays: `after`, `at` and `agreeing` of `Joins`."""
        library, grid = self._library, self._grid
        contents = library.contents(segments)
        if not merged:
            none = np.zeros(len(segments), np.int64)
            return contents, none, none
        old = library.contents(np.array(playing))
        overlaps, splices = merge_each(old, contents, grid.beat_steps)
        after = np.concatenate([overlaps, contents[:, grid.hop_steps :]], axis=1)
        return after, splices, agreement(old, contents)

    def _draw(
        self,
        playing: int,
        found: Sequence[_Found],
        nearest: int,
        merged: bool,
        *,
        rules_kept: bool,
        wish: str | None = None,
    ) -> Continuation:
        """Draws among candidates by rank."""
        candidates = np.concatenate([ring.segments for ring in found])
        order = np.repeat(np.arange(len(found)), [len(ring.segments) for ring in found])
        after, at, agreeing = self._joined(playing, candidates, merged)
        # Each content is as likely as any other of its rank, however many songs share it.
        _, content, copies = np.unique(
            self._library.content_ids[candidates], return_inverse=True, return_counts=True
        )
        weights = 1.0 / copies[content]
        if self._terms:
            joins = Joins(
                before=self._heard,
                after=after,
                at=at,
                farther=np.array([ring.distance for ring in found])[order] - nearest,
                agreeing=agreeing,
                in_phase=self._in_phase(playing, candidates, self._grid.cycle_beats),
                unheard=self._memory.unheard(candidates),
                off_chart=self._off_chart(candidates),
            )
            # The chart's chords will be heard instead of the candidates' own.
            scores = self._ranking.scores(joins, besides={CHORDS} if self._chart else ())
            weights *= np.exp((scores - scores.max()) / self._rules.temperature)
        drawn = int(self._rng.choice(len(candidates), p=weights / weights.sum()))
        ring = found[order[drawn]]
        shown = np.lexsort((-weights, order))[:_CANDIDATES]
        return Continuation(
            segment=int(candidates[drawn]),
            hamming=ring.distance,
            nearest=nearest,
            ties=ring.ties,
            agreeing_steps=int(agreeing[drawn]),
            rules_kept=rules_kept,
            wish=wish,
            candidates=tuple((int(candidates[n]), found[order[n]].distance) for n in shown),
        )

    @cached_property
    def _ranking(self) -> Ranking:
        """Made at the first retrieval: counting takes too long before the first note."""
        bundle = self._bundle
        weights = bundle.next_step
        if weights is None and LIKELIHOOD in self._terms:
            log.warning(
                "%s has no network for the likelihood of a join, which does without; "
                "`livedshl train` makes one",
                bundle.folder.name,
            )
        habits = Habits.of(bundle.library, len(bundle.vocabulary))
        return Ranking(habits, None if weights is None else NextStep(weights), self._terms)

    def _off_chart(self, candidates: NDArray[np.int32]) -> Scores:
        """How far the candidates' own chords lie from those of the chart."""
        if self._chart is None:
            return np.zeros(len(candidates))
        contents = self._library.contents(candidates)
        return self._chart.of(contents[:, :: self._grid.beat_steps, CHORD], self._beat)

    def _in_phase(
        self, playing: int, candidates: NDArray[np.int32], cycle_beats: int
    ) -> NDArray[np.bool_]:
        """Whether each candidate falls on the same beats of the cycle as in its own song."""
        phases = self._library.phases
        wanted = phases[playing] + self._bundle.follow_beats
        return np.asarray((phases[candidates] - wanted) % cycle_beats == 0, np.bool_)
