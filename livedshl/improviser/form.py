"""Tunes as people play them: sections that open, close and come back, in sets of related keys.

The codes go on deciding what follows. The form only narrows what they find, by a wish, where a
section begins and where it ends, and remembers a section's segments to bring them back.
"""

import sys
from collections.abc import Iterator
from copy import copy, deepcopy
from dataclasses import dataclass, field, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import Bundle
from livedshl.improviser.chart import Chart
from livedshl.improviser.continuation import (
    NOTHING,
    Continuation,
    ContinuationRules,
    Retrieve,
    Wish,
)
from livedshl.improviser.line import Line, Passage, Place
from livedshl.improviser.wishes import Cadence, Wishes
from livedshl.index import CodeIndex
from livedshl.index.codes import Words
from livedshl.music import Chord, Mode
from livedshl.music.chords import NOTE_NAMES
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


# Where in a section a segment stands: by beats from its start, or, towards its close, by the
# cadence and beats from its end.
_Spot = tuple[Cadence | None, int]


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

    def copy(self) -> "_Section":
        return replace(self, segments=dict(self.segments), joins=dict(self.joins))


@dataclass(slots=True)
class _Tune:
    """The tune that is played: where in its plan it is, and what is remembered of its sections.

    place: of its first passage.
    """

    place: Place
    at: int
    sections: dict[str, _Section]

    def copy(self) -> "_Tune":
        sections = {letter: section.copy() for letter, section in self.sections.items()}
        return _Tune(self.place, self.at, sections)


@dataclass(slots=True)
class _Run:
    """A section as it is played now, from beat `start` to `end`; a free run is one without a name.

    phrase: beat at which the present phrase began. place: of the section's first passage.
    """

    start: int
    end: int
    cadence: Cadence
    letter: str = ""
    place: Place | None = None
    phrase: int = 0
    ending: bool = False

    def __post_init__(self) -> None:
        self.phrase = self.start


@dataclass(frozen=True, slots=True)
class _Found:
    """The segment that comes next, and how it was found; see `Place`."""

    segment: int
    continuation: Continuation | None
    wished: str | None = None
    planned: bool = False


class Improvisation(Iterator[Passage]):
    """Tune after tune: passages without a gap, the first at beat 0.

    Sets of two or three tunes, each in another key than the one before in its set; with
    `Form.NONE` one that never ends. last_beat: a bar line at which the music ends on the tonic;
    None for never. A free run knows of none. chart: chords, in C major or A minor, to which what is
    chosen should fit. opening: the segment to begin with; None for one that is drawn.

    While it goes on it may be copied, and steered from the next passage on.
    """

    def __init__(
        self,
        bundle: Bundle,
        index: CodeIndex,
        rules: ContinuationRules,
        retrieve: Retrieve,
        rng: np.random.Generator,
        form: Form,
        last_beat: int | None = None,
        chart: Chart | None = None,
        opening: int | None = None,
    ) -> None:
        self._bundle = bundle
        self._grid = bundle.library.grid
        self._form = form
        self._opening = opening
        self._rng = rng
        self._line = Line(bundle, index, rules, retrieve, rng, chart)
        bounded = last_beat is not None and form is not Form.NONE
        self._last_beat = last_beat if bounded and last_beat else sys.maxsize
        self._wishes = Wishes(bundle)
        self._n_tunes = 0
        self._left_in_set = 0
        self._key_shift = 0
        self._tune: _Tune | None = None
        self._run: _Run | None = None
        self._is_ending = False
        self._over = False
        self._frozen = False
        self._jumps = False  # to where another song begins
        self._rerolls = False
        self._answer: tuple[Continuation, int] | None = None  # and the beats of it that are over

    def __next__(self) -> Passage:
        if self._over:
            raise StopIteration
        if self._run is None or self._line.beat >= self._run.end:
            self._run = self._next_run(self._line.beat)
        if self._answer:
            return self._answered(self._run, *self._answer)
        return self._passage(self._run)

    def copy(self) -> "Improvisation":
        """One that goes on from here as this one would."""
        other = copy(self)
        other._rng = deepcopy(self._rng)
        other._line = self._line.copy(other._rng)
        other._tune = self._tune and self._tune.copy()
        other._run = self._run and copy(self._run)
        return other

    def end(self) -> None:
        """Ends the music on the tonic within `ENDING_BARS`."""
        self._is_ending = True

    def freeze(self, frozen: bool) -> None:
        """Repeats the section that plays, until it is told otherwise."""
        self._frozen = frozen

    def begin_next_tune(self) -> None:
        """Leaves the tune that plays: the next passage opens another one."""
        self._tune = self._run = None
        self._jumps = self._form is Form.NONE

    def avoid(self, segment: int) -> None:
        """Goes on with something else than a segment that would have come next."""
        self._line.continuator.avoid(segment)
        self._rerolls = True

    def set_adventure(self, adventure: float) -> None:
        """How boldly it goes on, 0 to 1; see `ContinuationRules`."""
        self._line.continuator.set_adventure(adventure)

    def set_chart(self, chart: Chart | None) -> None:
        """To which chords, in C major or A minor, what is chosen should fit from now on."""
        self._line.continuator.set_chart(chart)

    def answer(
        self, code: Words, heard: NDArray[np.int8], beat: int, over: int, last_beat: int | None
    ) -> None:
        """Goes on from what somebody else has played: it becomes the opening of another tune.

        code: the forward code of the phrase. heard: int8[n, 3], its end. beat: at which the next
        passage begins; over: beats of it that are over. last_beat: as at first.
        """
        self._line.go_to(beat)
        self._line.continuator.listen(heard)
        phase = beat % self._grid.cycle_beats
        self._answer = self._line.continuator.answer(code, phase), over
        if last_beat is not None and self._form is not Form.NONE:
            self._last_beat = last_beat
        self._tune = None
        self._jumps = self._rerolls = self._over = False
        self._run = self._next_run(beat - beat % self._grid.bar_beats)

    def _answered(self, run: _Run, continuation: Continuation, over: int) -> Passage:
        """The passage that answers."""
        line, beat = self._line, self._line.beat
        self._answer = None
        if self._tune and run.letter:
            spot = (None, beat - run.start)
            self._tune.sections[run.letter].segments[spot] = continuation.segment
        passage = line.add(continuation.segment, continuation, merged=False)
        steps = _begun(passage.steps[over * self._grid.beat_steps :])
        place = run.place and replace(
            run.place, bar=1 + (beat - run.start) // self._grid.bar_beats, wished="answer"
        )
        return replace(passage, beat=beat + over, steps=steps, place=place)

    def _next_run(self, beat: int) -> _Run:
        """The section that begins at a beat, of the tune that plays or of the next."""
        bar_beats = self._grid.bar_beats
        if self._form is Form.NONE:
            return _Run(beat, sys.maxsize, Cadence.END)
        tune = self._tune
        if tune is None or (tune.at == len(tune.place.plan) - 1 and not self._frozen):
            tune = self._tune = self._next_tune()
        elif not self._frozen:
            tune.at += 1
        plan, at = tune.place.plan, tune.at
        letter = plan[at]
        section = tune.sections[letter]
        self._begin(section)
        if at == len(plan) - 1 or (letter == plan[-1] and not section.differs):
            cadence = Cadence.END
        elif section.differs and letter != plan[at - 1 : at]:
            cadence = Cadence.HALF
        else:
            cadence = Cadence.FULL
        end = beat + SECTION_BARS * bar_beats
        if end + _SHORTEST_SECTION_BARS * bar_beats > self._last_beat:
            cadence, end = Cadence.END, self._last_beat
        place = replace(tune.place, section=letter, time=section.times)
        return _Run(beat, end, cadence, letter, place)

    def _next_tune(self) -> _Tune:
        if self._left_in_set == 0:
            self._left_in_set = int(self._rng.integers(2, 4))
            self._key_shift = 0
        else:
            others = [shift for shift in _RELATED_KEYS if shift != self._key_shift]
            self._key_shift = int(self._rng.choice(others))
        self._left_in_set -= 1
        self._n_tunes += 1
        drawn = list(_PLANS)[self._rng.choice(len(_PLANS), p=list(_PLANS.values()))]
        plan = (drawn if self._form is Form.ANY else self._form).value
        place = Place(self._n_tunes, plan, "", 0, 0, self._key_shift, False, None)
        return _Tune(place, 0, {letter: self._new_section() for letter in plan})

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

    def _passage(self, run: _Run) -> Passage:
        """The next passage of a section; says that all is over if the music ends with it."""
        line, follow_beats = self._line, self._bundle.follow_beats
        section = self._tune.sections[run.letter] if self._tune and run.letter else None
        beat, start = line.beat, run.start
        if self._is_ending and not run.ending:
            run.ending, run.cadence, run.end = True, Cadence.END, self._soon(run.end)
        end = run.end
        half = self._return_beat(section, start, end)
        run.phrase = half if beat == half else run.phrase
        phrase_end = half if beat < half < end else end
        last = max(run.phrase, phrase_end - self._grid.segment_beats)  # of its segments
        closing_beat = max(start, end - self._grid.segment_beats)
        found, spot = self._find(run, section, half, last)
        if section and spot not in section.segments:
            section.segments[spot] = found.segment
            if found.continuation:
                section.joins[line.playing, found.segment] = found.continuation
        n_beats = phrase_end - beat if beat == last else min(follow_beats, last - beat)
        passage = line.add(
            found.segment,
            found.continuation,
            merged=beat > run.phrase,
            n_beats=n_beats,
            planned=found.planned,
        )
        if run.place and beat == run.phrase:
            passage = replace(passage, steps=_begun(passage.steps))
        if run.place:
            bar = 1 + (beat - start) // self._grid.bar_beats
            here = replace(run.place, bar=bar, planned=found.planned, wished=found.wished)
            passage = replace(passage, place=here)
        self._over = beat == closing_beat and (run.ending or end == self._last_beat)
        if self._over:
            steps = _ring_out(passage.steps, self._bundle)
            passage = replace(passage, steps=steps, ends=True)
        return passage

    def _find(
        self, run: _Run, section: _Section | None, half: int, last: int
    ) -> tuple[_Found, _Spot]:
        """The segment that comes next in a section, and where in it that is.

        half: beat at which its beginning comes again. last: beat of its phrase's last segment.
        """
        beat, start, end, cadence = self._line.beat, run.start, run.end, run.cadence
        bar_beats, follow_beats = self._grid.bar_beats, self._bundle.follow_beats
        closing_beat = max(start, end - self._grid.segment_beats)
        leads = beat < closing_beat <= beat + follow_beats
        at_close = beat == closing_beat or leads or beat >= end - _CLOSING_BARS * bar_beats
        spot: _Spot = (cadence, beat - end) if at_close else (None, beat - start)
        at_start = beat == run.phrase
        rerolls, self._rerolls = self._rerolls, False
        if section and rerolls:
            section.segments.pop(spot, None)
        elif section and spot in section.segments:
            after = section.segments.get((None, beat - start + follow_beats))
            after = section.segments.get((cadence, beat - end + follow_beats), after)
            return self._recall(section, spot, after, at_start=at_start), spot
        first: _Spot = (None, beat - half)
        returns = half <= beat < half + _RETURNING_BARS * bar_beats and not rerolls
        if section and returns and first in section.segments:
            return self._recall(section, first, None, at_start=at_start), spot
        to_close = closing_beat - beat
        if to_close and beat == last:
            wish: Wish | None = self._wishes.pause
        elif to_close and section and beat == start:
            wish = self._wishes.opening
        else:
            wish = self._wishes.before_close(to_close, cadence, self._line)
        return self._choose(wish, at_start=at_start), spot

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

    def _choose(self, wish: Wish | None, *, at_start: bool) -> _Found:
        """A new segment. What opens a phrase comes end to end with what closes the one before:
        where segments overlap, the code gets there by a segment between them.
        """
        line = self._line
        playing = line.playing
        if playing is None and self._opening is not None:
            return _Found(line.continuator.open(np.array([self._opening])), None)
        if playing is None or self._jumps:
            self._jumps = False
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
        if (
            not at_start
            and spot in section.varied
            and (wish := self._wishes.variation(planned, after, line))
        ):
            wished = wish.name
            if variation := line.continuator.follow_as_wished(playing, wish):
                return _Found(variation.segment, variation, wished)
        continuation = section.joins.get((playing, planned))
        if not continuation and not at_start:
            continuation = line.continuator.join(playing, planned)
        return _Found(planned, continuation, wished, planned=True)


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
