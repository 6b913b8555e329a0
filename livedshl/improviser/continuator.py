"""Draws the segment that follows: among those that retrieval finds, by how well each joins on."""

import logging
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from livedshl.improviser.chart import Chart, ChartDistance
from livedshl.improviser.line import Line
from livedshl.improviser.passage import Continuation
from livedshl.improviser.ranking import DANCE, LIKELIHOOD, Joins, Ranking, Scores
from livedshl.improviser.repertoire import Repertoire
from livedshl.improviser.retrieval import Candidates, Query, bridges, retrieve, whole_ring
from livedshl.improviser.rules import Retrieve, Wish
from livedshl.index import Ring, hamming
from livedshl.index.codes import Words
from livedshl.music.segments import CHORD

log = logging.getLogger(__name__)

_ENOUGH = 64  # candidates to choose from: rings farther out are not looked at
# A chart's chords are found only where there is more choice. Over "C | Am | F G7 | C" and
# "Am | F | C | G" segments then lie 0.7 to 0.9 pitch classes off, instead of 2.6 to 3.5.
_CHART_NEAR, _CHART_ENOUGH = 0.375, 256  # share of the symbols; candidates
_SHOWN = 6  # candidates that a continuation names
_LOTS = 16  # tunes that are drawn until the rules allow one
_FEWEST_BRIDGED = 12  # tunes that bridging segments are of, or a quarter of all

NOTHING: NDArray[np.int32] = np.empty(0, np.int32)


@dataclass(frozen=True, slots=True)
class Option:
    """A continuation that was drawn.

    score: how well it joins on, and its luck, in nats over the temperature.
    Scores of different lines can be compared, so they add up along a line.
    """

    continuation: Continuation
    score: float


class Continuator:
    """Draws continuations of a line; the line remembers each as played.

    rng: the same state gives the same choice. chart: the chords to follow, in C major or A minor.
    """

    def __init__(
        self, repertoire: Repertoire, rng: np.random.Generator, chart: Chart | None = None
    ) -> None:
        self._repertoire = repertoire
        self._rng = rng
        self._rules = repertoire.rules
        self.set_chart(chart)

    def copy(self, rng: np.random.Generator) -> "Continuator":
        """One that would draw the same from `rng`."""
        other = copy(self)
        other._rng = rng
        return other

    def set_adventure(self, adventure: float) -> None:
        """Continues this boldly from now on, 0 to 1; see `ContinuationRules`."""
        self._rules = replace(self._rules, adventure=adventure)

    def set_chart(self, chart: Chart | None) -> None:
        """Follows these chords, in C major or A minor, from now on; None for no chart."""
        vocabulary = self._repertoire.bundle.vocabulary
        self.chart = chart
        self._chart = ChartDistance(chart, vocabulary) if chart else None

    def open(self, among: NDArray[np.integer] = NOTHING) -> int:
        """Draws a segment to begin with: one of `among`, or one that opens its song."""
        library = self._repertoire.library
        openings = among if len(among) else library.openings
        pool = openings if len(openings) else np.arange(len(library), dtype=np.int32)
        # By tune, then one of its openings: a tune with many parts is no likelier than another.
        tunes = library.tune_of[pool]
        return int(self._rng.choice(pool[tunes == self._rng.choice(np.unique(tunes))]))

    def bridge(self, playing: int) -> int:
        """Draws a bridging segment to a new section; see `bridges`.

        The nearest alone would let few tunes open: they serve many closes, and each asks for the
        tune it is from. On 120 pieces of the model "songbook" in 3/4, which has 50 tunes, the
        commonest opens a section in 12 %, and in 18 % where the nearest alone ask.
        """
        bundle = self._repertoire.bundle
        reach = self._rules.near(bundle.shape.length)
        fewest = min(_FEWEST_BRIDGED, len(bundle.library.tunes) // 4)
        return int(self._rng.choice(bridges(self._repertoire, playing, reach, fewest)))

    def answer(self, line: Line, code: Words, phase: int) -> Continuation:
        """Draws what continues a phrase that somebody else played.

        code: the phrase's forward code, uint64[words]. phase: beats from the start of the cycle to
        the answer. Where segments overlap, the nearest segment shares the end of the phrase. The
        answer is then the segment after it in its song.
        """
        repertoire = self._repertoire
        library, bundle, grid = repertoire.library, repertoire.bundle, repertoire.grid
        nearest, barred = None, line.memory.barred()
        for ring in repertoire.index.rings(code):
            nearest = nearest or ring
            segments = ring.segments
            onward = library.after(segments, bundle.follow_beats) if bundle.overlaps else segments
            fits = (onward >= 0) & ~barred[library.content_ids[onward]]
            fits &= (library.phases[onward] - phase) % grid.cycle_beats == 0
            if fits.any():
                drawn = int(self._rng.choice(onward[fits]))
                break
        assert nearest is not None, "an index is never empty"
        if not fits.any():  # the library is too small for the rules; the music has to go on
            ring, drawn = nearest, int(self._rng.choice(nearest.segments))
        return Continuation(
            segment=drawn,
            hamming=ring.distance,
            nearest=nearest.distance,
            ties=len(ring.segments),
            agreeing_steps=0,
            rules_kept=bool(fits.any()),
            wish=None,
        )

    def follow(
        self, line: Line, playing: int, wish: Wish | None, most: int, *, merged: bool
    ) -> list[Option]:
        """Draws up to `most` continuations of a segment, all that fulfil the wish if any does.

        A section opens with what opens sections, however far that lies.
        merged: whether they overlap the segment, where segments overlap, or come end to end.
        """
        merged = merged and self._repertoire.bundle.overlaps
        if wish and (drawn := self._wished(line, playing, wish, most, merged)):
            return drawn
        if wish and wish.opens and (drawn := self._by_lot(line, playing, wish, most, merged)):
            return drawn
        query = self._query(playing, None, merged)
        nearest, candidates = retrieve(self._repertoire, line, query)
        rules_kept = candidates is not None
        if candidates is None:  # the library is too small for the rules; the music has to go on
            candidates = whole_ring(self._repertoire, query, nearest)
        return self._draw(line, query, nearest, candidates, most, rules_kept)

    def survey(
        self, line: Line, playing: int, wish: Wish | None, most: int, *, merged: bool
    ) -> list[Option]:
        """Draws up to `most` continuations, as `follow` does, however far the search has to go.

        With fewer than `most` in reach of the wish, those beyond count too.
        """
        merged = merged and self._repertoire.bundle.overlaps
        query = replace(self._query(playing, wish, merged), near=self._far)
        nearest, candidates = retrieve(self._repertoire, line, query)
        if wish and (candidates is None or len(candidates.segments) < most):
            query = replace(query, wish=replace(wish, reach=self._far))
            nearest, candidates = retrieve(self._repertoire, line, query)
        if candidates is None:
            return self.follow(line, playing, None, most, merged=merged)
        return self._draw(line, query, nearest, candidates, most, rules_kept=True)

    def follow_as_wished(self, line: Line, playing: int, wish: Wish, most: int) -> list[Option]:
        """Draws up to `most` continuations that fulfil the wish; none if none in reach does."""
        return self._wished(line, playing, wish, most, self._repertoire.bundle.overlaps)

    def _wished(
        self, line: Line, playing: int, wish: Wish, most: int, merged: bool
    ) -> list[Option]:
        query = self._query(playing, wish, merged)
        nearest, candidates = retrieve(self._repertoire, line, query)
        if candidates is None:
            return []
        return self._draw(line, query, nearest, candidates, most, rules_kept=True)

    def _by_lot(
        self, line: Line, playing: int, wish: Wish, most: int, merged: bool
    ) -> list[Option]:
        """Draws a tune, and up to `most` continuations that are of it and fulfil the wish.

        Where none lies in reach, the code says little, and the nearest would always be the same.
        """
        tune_of = self._repertoire.library.tune_of[wish.segments]
        for tune in self._rng.permutation(np.unique(tune_of))[:_LOTS].tolist():
            of_tune = Wish(wish.name, wish.segments[tune_of == tune], self._far)
            if drawn := self._wished(line, playing, of_tune, most, merged):
                return drawn
        return []

    @property
    def _far(self) -> int:
        """Symbols: so far at most any code lies from another."""
        return self._repertoire.bundle.shape.length

    def _query(self, playing: int, wish: Wish | None, merged: bool) -> Query:
        length = self._repertoire.bundle.shape.length
        near, enough = self._rules.near(length), _ENOUGH
        if self._chart:
            near, enough = max(near, round(_CHART_NEAR * length)), _CHART_ENOUGH
        # With more choice, the ranking would let the same few tunes of a small library open: in 3/4
        # minor one opened in 45 % of pieces.
        choice = 0 if wish and wish.opens else self._rules.choice
        return Query(playing, wish, near, enough, choice, merged)

    def _draw(
        self,
        line: Line,
        query: Query,
        nearest: Ring,
        candidates: Candidates,
        most: int,
        rules_kept: bool,
    ) -> list[Option]:
        """Draws some candidates, the best first: the better one ranks, the likelier it is.

        The first is drawn as if it were the only one: by scores with a random bonus each
        (Gumbel, 1954), of which the highest wins.
        """
        segments, distances = candidates.segments, candidates.distances
        # However many songs share a content, it is as likely as another content of its rank.
        _, content, copies = np.unique(
            self._repertoire.library.content_ids[segments], return_inverse=True, return_counts=True
        )
        scores = -np.log(copies[content])
        if self._terms:
            scores += self._scores(line, query, candidates) / self._rules.temperature
        lucky = scores + self._rng.gumbel(size=len(scores))
        bundle = self._repertoire.bundle
        asked = bundle.forward[query.playing]
        hammings = hamming(asked, bundle.backward[segments], bundle.shape)
        shown = np.lexsort((-scores, np.abs(distances - nearest.distance)))[:_SHOWN]
        named = tuple((int(segments[n]), int(hammings[n])) for n in shown)
        return [
            Option(
                Continuation(
                    segment=int(segments[drawn]),
                    hamming=int(hammings[drawn]),
                    nearest=nearest.distance,
                    ties=int(candidates.ties[drawn]),
                    agreeing_steps=int(candidates.joined.agreeing[drawn]),
                    rules_kept=rules_kept,
                    wish=query.wish.name if query.wish else None,
                    candidates=named,
                ),
                float(lucky[drawn]),
            )
            for drawn in np.argsort(-lucky, kind="stable")[:most].tolist()
            if np.isfinite(lucky[drawn])
        ]

    def _scores(self, line: Line, query: Query, candidates: Candidates) -> Scores:
        """How well each candidate joins on, float64[c]."""
        joins = Joins(
            before=line.recent,
            rhythms=line.rhythms,
            after=candidates.joined.after,
            at=candidates.joined.at,
            distance=candidates.distances,
            agreeing=candidates.joined.agreeing,
            of_dance=self._of_dance(line, candidates.segments),
            off_chart=self._off_chart(candidates, line.beat),
        )
        return self._ranking.scores(joins)

    def _of_dance(self, line: Line, segments: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Which segments are of tunes like the one that opened the set, bool[c]."""
        library = self._repertoire.library
        if line.opener is None or DANCE not in self._terms:
            return np.zeros(len(segments), np.bool_)
        return library.types.like(line.opener)[library.tune_of[segments]]

    @property
    def _terms(self) -> tuple[str, ...]:
        return self._rules.terms if self._repertoire.retrieve is Retrieve.MIN else ()

    @cached_property
    def _ranking(self) -> Ranking:
        """Made at the first retrieval: counting habits would delay the first note."""
        groundwork = self._repertoire.groundwork
        if groundwork.next_step is None and LIKELIHOOD in self._terms:
            log.warning(
                "%s has no network for the likelihood of a join, so that term is left out; "
                "`livedshl train` makes one",
                groundwork.bundle.folder.name,
            )
        return Ranking(groundwork.habits, groundwork.next_step, self._terms)

    def _off_chart(self, candidates: Candidates, beat: int) -> Scores:
        """How far notes and chords lie from the chart's chords at `beat`, float64[c]."""
        if self._chart is None:
            return np.zeros(len(candidates.segments))
        grid = self._repertoire.grid
        contents = self._repertoire.library.contents(candidates.segments)
        by_chord = self._chart.of(contents[:, :: grid.beat_steps, CHORD], beat)
        by_note = self._chart.of_notes(candidates.joined.after, beat, grid)
        return (by_chord + by_note) / 2
