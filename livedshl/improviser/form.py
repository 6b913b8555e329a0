"""Tunes as people play them: sections that open, close and come back, in sets of related keys.

The codes go on deciding what follows. The form only narrows what they find, by a wish, where a
section begins and where it ends, and remembers a section's segments to bring them back.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import count

import numpy as np
from numpy.typing import NDArray

from livedshl.improviser.chart import Chart
from livedshl.improviser.continuation import (
    NOTHING,
    Continuation,
    ContinuationRules,
    Retrieve,
    Wish,
)
from livedshl.improviser.improviser import Line, Passage, Place
from livedshl.index import Bundle, CodeIndex, SegmentLibrary, hamming
from livedshl.music import Chord, Mode
from livedshl.music.chords import NOTE_NAMES
from livedshl.music.sections import Role
from livedshl.music.segments import ARTICULATED, CHORD, MEDIAN_PITCH, PITCH, REST, TONICS

SECTION_BARS = 8
ENDING_BARS = 4  # within which the music ends when it is told to
# The last section takes up what is too short to be one.
_SHORTEST_SECTION_BARS = 4
_OPENING_BARS = 2  # of a section, which never change
_CLOSING_BARS = 2  # of a section, or what leads to its close: they change with the cadence
_MOST_VARIATIONS = 1  # segments of a section that are replaced when it comes back
# The second half of a section may begin as the first, as in a period: so many bars, in that share
# of sections. In tunes of the library 38 % of the bars of a section were there before in it.
_RETURNING_BARS = 2
_RETURNS = 0.75
_DIFFERENT_ENDINGS = 0.3  # share of repeated sections that close half the first time, then full
_RELATED_KEYS = (0, 5, -5)  # semitones: tonic, subdominant, dominant
# Shares of the symbols of a code: how much farther than the nearest what the form wishes may lie.
# A cadence is not given up for the code's sake.
_OPENING_REACH, _LEADING_REACH, _VARIATION_REACH, _CADENCE_REACH = 0.5, 0.6, 0.4, 1.0
# Of ways of two joins, to a cadence or through a variation, the shortest are taken: those by so
# much longer at most, and to a cadence by a first join so much farther than the nearest.
_NEARLY, _TURNING_REACH = 0.05, 0.2
_REST_REACH = 0.25  # in the middle of a section a cadence may well be missing
_LOOKED_AT = 200  # segments, for such a way


class Form(Enum):
    """The plan of a tune: its sections in order. ANY: drawn anew for each tune. NONE: no tunes, the
    paper's free run.
    """

    ANY = "any"
    NONE = "none"
    AABB = "AABB"
    AABA = "AABA"
    ABAC = "ABAC"


# How often each is drawn. Of 200 tunes of the library 134 are AABB, 23 AAAA and 3 AABA.
_PLANS = {Form.AABB: 0.8, Form.AABA: 0.1, Form.ABAC: 0.1}


class _Cadence(Enum):
    """How a section closes; END: fully, and no pickup leads on."""

    HALF = "half close"
    FULL = "full close"
    END = "end"


# Where in a section a segment stands: by beats from its start, or, towards its close, by the
# cadence and beats from its end.
_Spot = tuple[_Cadence | None, int]


@dataclass(slots=True)
class _Section:
    """What is remembered of a section: how often it has been played, and its segments.

    returns: whether its beginning comes again in it. differs: whether it closes half first and
    fully later. joins: how one segment followed another, by both. varied: where the present time
    takes others.
    """

    returns: bool
    differs: bool
    times: int = 0
    segments: dict[_Spot, int] = field(default_factory=dict)
    joins: dict[tuple[int | None, int], Continuation] = field(default_factory=dict)
    varied: frozenset[_Spot] = frozenset()


def perform(
    bundle: Bundle,
    index: CodeIndex,
    rules: ContinuationRules,
    retrieve: Retrieve,
    rng: np.random.Generator,
    form: Form,
    last_beat: int | None = None,
    is_ending: Callable[[], bool] = lambda: False,
    chart: Chart | None = None,
) -> Iterator[Passage]:
    """Plays tune after tune: yields passages without a gap, the first at beat 0.

    last_beat: a bar line at which the music ends on the tonic; None for never. A free run knows of
    none. is_ending: asked before each passage; once it says so, the music ends on the tonic within
    `ENDING_BARS`. chart: chords, in C major or A minor, to which what is chosen should fit.
    """
    line = Line(bundle, index, rules, retrieve, rng, chart)
    planner = _Planner(bundle, line, rng, last_beat, is_ending)
    return planner.free_run() if form is Form.NONE else planner.sets(form)


@dataclass(frozen=True, slots=True)
class _Found:
    """The segment that comes next, and how it was found; see `Place`."""

    segment: int
    continuation: Continuation | None
    wished: str | None = None
    planned: bool = False


class _Planner:
    """Lays out sets, tunes and sections, and plays them on a line."""

    def __init__(
        self,
        bundle: Bundle,
        line: Line,
        rng: np.random.Generator,
        last_beat: int | None,
        is_ending: Callable[[], bool],
    ) -> None:
        self._bundle = bundle
        self._grid = bundle.library.grid
        self._line = line
        self._rng = rng
        self._last_beat = sys.maxsize if last_beat is None else last_beat
        self._is_ending = is_ending
        self._over = False
        self._opens, self._leads, self._closes = _wishes(bundle)
        half = self._closes[_Cadence.HALF].among
        self._rest = Wish("pause", half, self._symbols(_REST_REACH))

    def free_run(self) -> Iterator[Passage]:
        """One section that has no end, until it is told to end."""
        self._last_beat = sys.maxsize
        yield from self._section(sys.maxsize, _Cadence.END)

    def sets(self, form: Form) -> Iterator[Passage]:
        """Sets of two or three tunes, each in another key than the one before in its set."""
        tune = count(1)
        while True:
            shift = 0
            for at in range(self._rng.integers(2, 4)):
                if at:
                    shift = int(self._rng.choice([s for s in _RELATED_KEYS if s != shift]))
                drawn = list(_PLANS)[self._rng.choice(len(_PLANS), p=list(_PLANS.values()))]
                plan = (drawn if form is Form.ANY else form).value
                yield from self._tune(Place(next(tune), plan, "", 0, 0, shift, False, None))
                if self._over:
                    return

    def _tune(self, place: Place) -> Iterator[Passage]:
        plan = place.plan
        sections = {letter: self._new_section() for letter in plan}
        bar_beats = self._grid.bar_beats
        for at, letter in enumerate(plan):
            section = sections[letter]
            self._begin(section)
            if at == len(plan) - 1 or (letter == plan[-1] and not section.differs):
                cadence = _Cadence.END
            elif section.differs and letter != plan[at - 1 : at]:
                cadence = _Cadence.HALF
            else:
                cadence = _Cadence.FULL
            end = self._line.beat + SECTION_BARS * bar_beats
            if end + _SHORTEST_SECTION_BARS * bar_beats > self._last_beat:
                cadence, end = _Cadence.END, self._last_beat
            here = replace(place, section=letter, time=section.times)
            yield from self._section(end, cadence, section, here)
            if self._over:
                return

    def _new_section(self) -> _Section:
        returns, differs = self._rng.random(2) < (_RETURNS, _DIFFERENT_ENDINGS)
        return _Section(bool(returns), bool(differs))

    def _begin(self, section: _Section) -> None:
        """Counts the section's time, and draws where it differs from the first."""
        section.times += 1
        first = _OPENING_BARS * self._grid.bar_beats
        spots = [spot for spot in section.segments if spot[0] is None and spot[1] >= first]
        n_varied = min(len(spots), int(self._rng.integers(_MOST_VARIATIONS + 1)))
        drawn = self._rng.choice(len(spots), n_varied, replace=False) if n_varied else ()
        section.varied = frozenset(spots[n] for n in drawn)

    def _section(
        self,
        end: int,
        cadence: _Cadence,
        section: _Section | None = None,
        place: Place | None = None,
    ) -> Iterator[Passage]:
        """Plays from here to beat `end`; says that all is over if the music ends there.

        Without a section nothing is remembered, and its opening is not wished for.
        """
        line, follow_beats = self._line, self._bundle.follow_beats
        start, ending = line.beat, False
        phrase = start  # where the phrase began
        while line.beat < end:
            beat = line.beat
            if not ending and self._is_ending():
                ending, cadence, end = True, _Cadence.END, self._soon(end)
            half = self._return_beat(section, start, end)
            phrase = half if beat == half else phrase
            phrase_end = half if beat < half < end else end
            last = max(phrase, phrase_end - self._grid.segment_beats)  # of its segments
            closing_beat = max(start, end - self._grid.segment_beats)
            leads = beat < closing_beat <= beat + follow_beats
            at_close = (
                beat == closing_beat or leads or beat >= end - _CLOSING_BARS * self._grid.bar_beats
            )
            spot = (cadence, beat - end) if at_close else (None, beat - start)
            if section and spot in section.segments:
                after = section.segments.get((None, beat - start + follow_beats))
                after = section.segments.get((cadence, beat - end + follow_beats), after)
                found = self._recall(section, spot, after, at_start=beat == phrase)
            elif section and half <= beat < half + _RETURNING_BARS * self._grid.bar_beats:
                found = self._recall(section, (None, beat - half), None, at_start=beat == phrase)
            else:
                opens = section is not None and beat == start
                wish = self._wish(closing_beat - beat, cadence, opens=opens)
                if beat == last and beat != closing_beat:
                    wish = self._rest
                found = self._choose(wish, at_start=beat == start)
            if section and spot not in section.segments:
                section.segments[spot] = found.segment
                if found.continuation:
                    section.joins[line.playing, found.segment] = found.continuation
            n_beats = phrase_end - beat if beat == last else min(follow_beats, last - beat)
            passage = line.add(
                found.segment,
                found.continuation,
                merged=beat > phrase,
                n_beats=n_beats,
                planned=found.planned,
            )
            if place and beat == phrase:
                passage = replace(passage, steps=_begun(passage.steps))
            if place:
                bar = 1 + (beat - start) // self._grid.bar_beats
                here = replace(place, bar=bar, planned=found.planned, wished=found.wished)
                passage = replace(passage, place=here)
            self._over = beat == closing_beat and (ending or end == self._last_beat)
            if self._over:
                steps = _ring_out(passage.steps, self._bundle)
                passage = replace(passage, steps=steps, ends=True)
            yield passage

    def _return_beat(self, section: _Section | None, start: int, end: int) -> int:
        """Where a section's beginning comes again in it, at half of it; `end` if it does not."""
        beats = SECTION_BARS * self._grid.bar_beats
        whole = section is not None and section.returns and end - start == beats
        return start + beats // 2 if whole else end

    def _soon(self, end: int) -> int:
        """The bar line at which the music can end if it is told to now; `end` if that is near."""
        beat, bar_beats = self._line.beat, self._grid.bar_beats
        # The passage before this one may not have been handed on yet.
        if end - beat <= ENDING_BARS * bar_beats - self._bundle.follow_beats:
            return end
        least = beat + self._bundle.follow_beats + self._grid.segment_beats
        return -(-least // bar_beats) * bar_beats

    def _wish(self, beats_to_close: int, cadence: _Cadence, *, opens: bool) -> Wish | None:
        """What is wished for so many beats before the segment that closes the section."""
        follow_beats = self._bundle.follow_beats
        if beats_to_close == 0:
            return self._closes[cadence]
        if opens:
            return self._opens
        if beats_to_close <= follow_beats:
            return self._leads[cadence]
        if beats_to_close <= 2 * follow_beats:
            return self._turning(cadence)
        return None

    def _choose(self, wish: Wish | None, *, at_start: bool) -> _Found:
        """A new segment. What opens a section comes end to end with what closes the one before:
        where segments overlap, the code gets there by a segment between them.
        """
        line = self._line
        playing = line.playing
        if playing is None:
            among = np.flatnonzero(wish.among) if wish else NOTHING
            return _Found(line.continuator.open(among), None)
        if at_start and self._bundle.overlaps:
            playing = line.continuator.between(playing)
        continuation = line.continuator.follow(playing, wish, merged=not at_start)
        return _Found(continuation.segment, continuation, wish.name if wish else None)

    def _recall(
        self, section: _Section, spot: _Spot, after: int | None, *, at_start: bool
    ) -> _Found:
        """The segment that was here the first time, or one in its place that leads to the next."""
        line, planned = self._line, section.segments[spot]
        playing = line.playing
        assert playing is not None, "nothing has been played that could come back"
        wished = None
        if spot in section.varied and (
            wish := self._towards("variation", after, planned, _VARIATION_REACH)
        ):
            wished = wish.name
            if variation := line.continuator.follow_as_wished(playing, wish):
                return _Found(variation.segment, variation, wished)
        continuation = section.joins.get((playing, planned))
        if not continuation and not at_start:
            continuation = line.continuator.join(playing, planned)
        return _Found(planned, continuation, wished, planned=True)

    def _turning(self, cadence: _Cadence) -> Wish | None:
        """Wishes a near segment from which the code has not far to what leads to the cadence.

        Without it the step to the cadence is farther by half.
        """
        bundle, playing = self._bundle, self._line.playing
        leading = bundle.backward[self._leads[cadence].among]
        if playing is None or not len(leading):
            return None
        to = hamming(bundle.forward[playing], bundle.backward, bundle.shape)
        near = self._line.continuator.allowed_within(
            playing, to, self._symbols(_TURNING_REACH), _LOOKED_AT
        )
        onward = [hamming(bundle.forward[n], leading, bundle.shape).min() for n in near.tolist()]
        way = to[near].astype(np.int64) + np.array(onward, np.int64)
        return self._shortest(f"turn to {cadence.value}", near, way, reach=1.0)

    def _towards(
        self, name: str, after: int | None, besides: int | None, reach: float
    ) -> Wish | None:
        """Wishes a segment, none of the content of `besides`, by which the code has not far to the
        one that comes after it.
        """
        bundle, playing = self._bundle, self._line.playing
        assert playing is not None, "nothing has been played that could go on"
        way = hamming(bundle.forward[playing], bundle.backward, bundle.shape).astype(np.int64)
        if after is not None:
            way += hamming(bundle.backward[after], bundle.forward, bundle.shape)
        if besides is not None:
            content_ids = bundle.library.content_ids
            way[content_ids == content_ids[besides]] = 2 * bundle.shape.length
        near = self._line.continuator.allowed_within(
            playing, way, self._symbols(_NEARLY), _LOOKED_AT
        )
        return self._shortest(name, near, way[near], reach)

    def _shortest(
        self, name: str, segments: NDArray[np.int32], way: NDArray[np.int64], reach: float
    ) -> Wish | None:
        """Wishes those of some segments by which the way is shortest, or nearly so."""
        if not len(segments):
            return None
        among = np.zeros(len(self._bundle.library), np.bool_)
        among[segments[way <= way.min() + self._symbols(_NEARLY)]] = True
        return Wish(name, among, self._symbols(reach))

    def _symbols(self, share: float) -> int:
        return round(share * self._bundle.shape.length)


def _wishes(bundle: Bundle) -> tuple[Wish, Mapping[_Cadence, Wish], Mapping[_Cadence, Wish]]:
    """What opens a section; by cadence, what leads to its close in the song, and what closes it."""
    full = bundle.roles & Role.FULL > 0
    closing = {
        _Cadence.HALF: bundle.roles & Role.HALF > 0,
        _Cadence.FULL: full,
        _Cadence.END: full & (bundle.roles & Role.RESTS > 0),
    }

    def wish(name: str, among: NDArray[np.bool_], reach: float) -> Wish:
        return Wish(name, among, round(reach * bundle.shape.length))

    follow_steps = bundle.follow_beats * bundle.library.grid.beat_steps
    opens = wish("opening", bundle.roles & Role.OPENS > 0, _OPENING_REACH)
    leads = {
        cadence: wish(
            f"to {cadence.value}", _before(bundle.library, among, follow_steps), _LEADING_REACH
        )
        for cadence, among in closing.items()
    }
    closes = {
        cadence: wish(cadence.value, among, _CADENCE_REACH) for cadence, among in closing.items()
    }
    return opens, leads, closes


def _before(
    library: SegmentLibrary, among: NDArray[np.bool_], follow_steps: int
) -> NDArray[np.bool_]:
    """Which segments are followed, in their song, by one of `among`."""
    wanted = library.starts + follow_steps
    after = np.minimum(np.searchsorted(library.starts, wanted), len(library) - 1)
    there = (library.starts[after] == wanted) & (library.tune_of[after] == library.tune_of)
    return np.asarray(there & among[after], np.bool_)


def _begun(steps: NDArray[np.int8]) -> NDArray[np.int8]:
    """A passage whose first note, if it sounds on from before in its song, is struck."""
    steps = steps.copy()
    steps[0, ARTICULATED] = steps[0, PITCH] != REST
    return steps


def _ring_out(steps: NDArray[np.int8], bundle: Bundle) -> NDArray[np.int8]:
    """The last passage, int8[n, 3], its last note and chord held to the end.

    They are the tonic; where the library has no segment that ends on it, the last beat is made so.
    """
    steps = steps.copy()
    tonic, beat_steps = TONICS[bundle.mode], bundle.library.grid.beat_steps
    onsets = np.flatnonzero(steps[:, ARTICULATED])
    last = int(onsets[-1]) if len(onsets) else 0
    pitch = int(steps[last, PITCH]) or MEDIAN_PITCH
    if pitch % 12 != tonic:
        last = len(steps) - beat_steps
        pitch += (tonic - pitch + 6) % 12 - 6
    steps[last:, PITCH] = pitch
    steps[last:, ARTICULATED] = 0
    steps[last, ARTICULATED] = 1
    chord = Chord.parse(NOTE_NAMES[tonic] + ("m" if bundle.mode is Mode.MINOR else ""))
    steps[last // beat_steps * beat_steps :, CHORD] = bundle.vocabulary.index(chord)
    return steps
