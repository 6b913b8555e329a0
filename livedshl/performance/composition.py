"""The music as it is played: improvised, arranged and steered, one hop at a time."""

from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from livedshl.arranger import Arranger, Mixer, volume_message
from livedshl.bundle import Bundle
from livedshl.improviser import Chart, Improvisation, Passage, Provenance, provenance_of
from livedshl.improviser.form import ENDING_BARS
from livedshl.index import CodeIndex, pack
from livedshl.midi.events import (
    NO_EVENTS,
    TICK,
    Events,
    are_note_offs,
    are_note_ons,
    as_events,
    in_order,
)
from livedshl.midi.sounding import Strikes, held_after
from livedshl.music import TICKS_PER_STEP, Chord, Grid
from livedshl.music.chords import NO_CHORD
from livedshl.music.leadsheet import Key
from livedshl.music.segments import ARTICULATED, CHORD
from livedshl.networks.contexts import Contexts
from livedshl.networks.forward_code import forward_encoder
from livedshl.performance.commands import (
    Answer,
    ChoosePreset,
    Command,
    End,
    FollowChord,
    Freeze,
    Hold,
    NextTune,
    ReRoll,
    SetAdventure,
    SetLevel,
)
from livedshl.performance.phrase import Phrase
from livedshl.performance.settings import Settings, chords_of
from livedshl.performance.steering import Band, Steering, steered

HELD_BARS = 4  # that are looped


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """What one hop adds to the performance.

    start_tick, end_tick: the stretch of time it fills, 480 ticks a quarter note.
    events: int64[n, 4] as `livedshl.arranger` makes them, all before end_tick but in the last.
    steps: int8[m, 3], the passage itself, in C. key: that it is played in.
    provenance: where it came from. goes_on: True if this chunk starts inside a beat that the chunk
    before began. begins_anew: whether everything was silenced where it starts.
    """

    start_tick: int
    end_tick: int
    events: Events
    steps: NDArray[np.int8]
    key: Key
    provenance: Provenance
    goes_on: bool = False
    begins_anew: bool = False

    def in_steps(self, grid: Grid) -> "tuple[Chunk, ...]":
        """The same in pieces of a step."""
        pieces = []
        for at, start in enumerate(range(self.start_tick, self.end_tick, TICKS_PER_STEP)):
            end = start + TICKS_PER_STEP
            ticks = self.events[:, TICK]
            last = end >= self.end_tick
            events = self.events[(ticks >= start) & ((ticks < end) | last)]
            provenance = replace(self.provenance, beat=start // grid.beat_ticks, beats=1)
            goes_on = start % grid.beat_ticks > 0 if at else self.goes_on
            steps = self.steps[at : at + 1]
            pieces.append(Chunk(start, end, events, steps, self.key, provenance, goes_on))
        return tuple(pieces)

    def begun_at(self, tick: int) -> "Chunk":
        """What of it is left from `tick` on, a step's; notes that sound there are struck there."""
        before = self.events[self.events[:, TICK] < tick]
        settings = before[~(are_note_ons(before) | are_note_offs(before))]  # programs, volumes
        again = [*settings[:, 1:].tolist(), *held_after(before, {}).values()]
        rest = self.events[len(before) :]
        events = np.concatenate([as_events((tick, *message) for message in again), rest])
        steps = self.steps[(tick - self.start_tick) // TICKS_PER_STEP :]
        return replace(self, start_tick=tick, events=in_order(events), steps=steps)

    def moved(self, ticks: int) -> "Chunk":
        """The same so many ticks later."""
        events = self.events.copy()
        events[:, TICK] += ticks
        start_tick, end_tick = self.start_tick + ticks, self.end_tick + ticks
        return replace(self, start_tick=start_tick, end_tick=end_tick, events=events)


@dataclass(frozen=True, slots=True, eq=False)
class _Played:
    """A chunk as it was arranged, and the notes that sounded where it started."""

    chunk: Chunk
    sounding: Strikes

    @property
    def opening(self) -> Events:
        """Note-ons, at its start, for those that sound on into it."""
        tick, events = self.chunk.start_tick, self.chunk.events
        ending = events[(events[:, TICK] == tick) & are_note_offs(events)]
        notes = held_after(ending, self.sounding).values()
        return as_events((tick, *note) for note in notes)


@dataclass(frozen=True, slots=True, eq=False)
class _Loop:
    """Chunks that are held, and which of them comes next.

    opening strikes, at its start, what had been struck before and sounded there.
    """

    chunks: tuple[Chunk, ...]
    opening: Events
    at: int = 0

    @property
    def ticks(self) -> int:
        return self.chunks[-1].end_tick - self.chunks[0].start_tick


class Composition(Iterator[Chunk]):
    """A performance, chunk by chunk, without a gap, from tick 0.

    With `Settings.bars` it ends there, everything switched off at the last tick: on the tonic, but
    a free run in mid-air. Between two chunks it may be copied and may obey a control. chords: what
    the chord numbers in its steps stand for; more come in with chords that somebody holds.
    """

    def __init__(self, bundle: Bundle, index: CodeIndex, settings: Settings) -> None:
        self.tick = 0
        self.steering = Steering(
            settings.tempo_bpm, settings.key, settings.rules.adventure, settings.band
        )
        self._bundle = bundle
        self._settings = settings
        self._grid = settings.grid
        self._chart = settings.chart_in_c
        self._harmony: Chord | None = None  # that somebody holds, as it sounds: not the chart's
        self.chords = chords_of(bundle, settings)
        bars, opening = settings.bars, settings.opening
        self._last_beat = None if bars is None else bars * self._grid.bar_beats
        self._improvisation = Improvisation(
            bundle,
            index,
            settings.rules,
            settings.retrieve,
            np.random.default_rng(settings.seed),
            settings.form,
            self._last_beat,
            self._chart,
            None if opening is None else bundle.library.opening_of(opening),
        )
        self._ahead: tuple[Improvisation, Passage | None] | None = None
        self._mixer = Mixer()
        self._arranger = self._arranger_of(settings.band)
        self._at_start = self._arranger.setup()  # events of the next chunk that come first
        self._begins_anew = False  # whether all that sounded is silenced before the next chunk
        self._overhang = NO_EVENTS  # events on the tick where the next chunk starts
        self._lately: tuple[_Played, ...] = ()  # as arranged, whoever is heard
        self._sounding: Strikes = {}  # of what was arranged
        self._loop: _Loop | None = None
        self._pieces: tuple[Chunk, ...] = ()  # of the passage that plays
        self._ends = False  # whether the last passage has been arranged
        self._held_ticks = 0  # that the improvisation does not count

    def __next__(self) -> Chunk:
        if self.over:
            raise StopIteration
        on_bar_line = self.tick % self._grid.bar_ticks == 0
        if self._loop and on_bar_line and not self.steering.hold:
            self._let_go()
        if not self._pieces:
            chunk = self._repeat(self._loop) if self._loop else self._arrange()
            # An answer may be wanted on any step.
            self._pieces = chunk.in_steps(self._grid) if self.steering.listening else (chunk,)
        chunk, *later = self._pieces
        self._pieces = tuple(later)
        chunk = replace(chunk, begins_anew=self._begins_anew)
        self._begins_anew = False
        self.tick = chunk.end_tick
        played = _Played(chunk, {} if chunk.begins_anew else self._sounding)
        self._sounding = held_after(chunk.events, played.sounding)
        kept_from = self.tick - HELD_BARS * self._grid.bar_ticks
        lately = (other for other in self._lately if other.chunk.start_tick >= kept_from)
        self._lately = (*lately, played)
        return self._mixed(chunk)

    @property
    def over(self) -> bool:
        """Whether the music has come to its end."""
        return self._ends and not self._pieces

    def copy(self) -> "Composition":
        """One that goes on from here as this one would."""
        other = copy(self)
        other._improvisation = self._improvisation.copy()
        other._ahead = None
        other._arranger = self._arranger.copy()
        other._mixer = self._mixer.copy()
        return other

    def obey(self, command: Command, band: Band | None = None) -> None:
        """Obeys a command from the next chunk on. band: the band of a chosen preset.

        The clock obeys the tempo, the latency and panic; they change nothing here.
        """
        before, improvisation = self.steering, self._improvisation
        steering = steered(before, command, band)
        match command:
            case ReRoll():
                _, coming = self._peek()
                if coming is not None:
                    improvisation.avoid(coming.segment)
            case NextTune():
                improvisation.begin_next_tune()
            case End():
                improvisation.end()
            case SetAdventure(amount):
                improvisation.set_adventure(amount)
            case Freeze(on):
                improvisation.freeze(on)
            case Hold(on=True) if not self._loop:
                steering = replace(steering, hold=self._hold())
            case ChoosePreset() if band:
                self._change_band(band)
            case SetLevel(part, level):
                self._set_levels({part: level}, before.band)
            case FollowChord(chord):
                self._set_harmony(chord)
            case Answer(phrase):
                self._answer(phrase)
        self._ahead = None
        self._add_at_start(self._mixer.silence(self.tick, steering.silent))
        self._arranger.begin_anew(set(before.silent) - set(steering.silent))
        self.steering = steering

    def _peek(self) -> tuple[Improvisation, Passage | None]:
        """The passage that comes next, None if there is none, and the improvisation after it."""
        if self._ahead is None:
            after = self._improvisation.copy()
            self._ahead = after, next(after, None)
        return self._ahead

    def _arrange(self) -> Chunk:
        """The next passage, for the band that plays."""
        grid, arranger = self._grid, self._arranger
        self._improvisation, passage = self._peek()
        self._ahead = None
        assert passage is not None, "music goes on until its end has been played"
        steps = passage.steps
        if self._last_beat is not None:
            steps = steps[: (self._last_beat - passage.beat) * grid.beat_steps]
        end_beat = passage.beat + len(steps) // grid.beat_steps
        self._ends = passage.ends or end_beat == self._last_beat
        key = self._key_of(passage)
        if self._harmony:
            self._improvisation.set_chart(self._followed_in(key))
        passage = self._as_heard(replace(passage, steps=steps))
        end_beat += self._held_ticks // grid.beat_ticks
        has_form_keys = passage.place is not None and not self._chart
        provenance = provenance_of(self._bundle, passage, key if has_form_keys else None)
        # What follows the opening takes too long to find before the first note.
        following = self._following() if self.tick and not passage.ends else None
        arranger.vocabulary = self.chords
        where = passage.beat, key.shift
        section = _section_beat(passage, grid)
        if passage.ends:
            events = arranger.close(passage.steps, *where, section)
        else:
            events = arranger.arrange(passage.steps, *where, following, section)
            if self._ends:
                events = np.concatenate([events, arranger.end(end_beat * grid.beat_ticks)])
        chunk = Chunk(
            start_tick=passage.beat * grid.beat_ticks,
            end_tick=end_beat * grid.beat_ticks,
            events=events,
            steps=passage.steps,
            key=key,
            provenance=provenance,
        )
        return chunk.begun_at(self.tick) if chunk.start_tick < self.tick else chunk  # an answer

    def _following(self) -> Chord | None:
        """The chord that the passage after the present one begins with, as it sounds."""
        _, coming = self._peek()
        number = NO_CHORD if coming is None else int(self._as_heard(coming).steps[0, CHORD])
        if coming is None or number == NO_CHORD:
            return None
        return self.chords.classes[number].transposed(self._key_of(coming).shift)

    def _key_of(self, passage: Passage) -> Key:
        """In which a passage sounds: with a chart all are in one key."""
        key = self.steering.key
        return key.transposed(passage.place.key_shift) if passage.place and not self._chart else key

    def _followed_in(self, key: Key) -> Chart | None:
        """The chords that music in a key is to follow, laid in C major or A minor."""
        return Chart((self._harmony.transposed(-key.shift),)) if self._harmony else self._chart

    def _as_heard(self, passage: Passage) -> Passage:
        """A passage at its beat of the performance, with the chords that it is to follow."""
        if chart := self._followed_in(self._key_of(passage)):
            chords = chart.added_to(self.chords)
            if len(chords) <= np.iinfo(np.int8).max:  # with more, the nearest serves
                self.chords = chords
            beat_steps = self._grid.beat_steps
            steps = chart.written_into(passage.steps, passage.beat, self.chords, beat_steps)
            if passage.ends:  # on the tonic, whatever it follows
                onset = int(np.flatnonzero(steps[:, ARTICULATED])[-1])
                last = onset // beat_steps * beat_steps
                steps[last:, CHORD] = passage.steps[last:, CHORD]
            passage = replace(passage, steps=steps)
        return replace(passage, beat=passage.beat + self._held_ticks // self._grid.beat_ticks)

    def _mixed(self, chunk: Chunk) -> Chunk:
        """A chunk as it is heard; what lies on its end, or beyond, begins the next."""
        events = np.concatenate([self._overhang, chunk.events])
        n_within = (
            len(events) if self.over else int(np.searchsorted(events[:, TICK], chunk.end_tick))
        )
        self._overhang = events[n_within:]
        heard = self._mixer.mix(events[:n_within], self.steering.silent)
        if len(self._at_start):
            heard = in_order(np.concatenate([self._at_start, heard]))
            self._at_start = NO_EVENTS
        return replace(chunk, events=heard)

    def _set_harmony(self, chord: Chord | None) -> None:
        """Follows a chord, as it sounds; None: the chart again."""
        self._harmony = chord
        key = self._lately[-1].chunk.key if self._lately else self.steering.key
        self._improvisation.set_chart(self._followed_in(key))

    def _answer(self, phrase: Phrase) -> None:
        """Goes on from a phrase that is over: by its forward code, as from a segment's."""
        grid, bundle, beat_steps = self._grid, self._bundle, self._grid.beat_steps
        beat = self.tick // grid.beat_ticks
        start = beat // grid.hop_beats * grid.hop_beats  # of the segment that answers
        heard = phrase.until(start * beat_steps, grid.segment_steps)
        # The networks know the classes of the bundle only.
        classes = [*map(bundle.vocabulary.index, self.chords.classes), NO_CHORD]
        heard[:, CHORD] = np.array(classes, np.int8)[np.minimum(heard[:, CHORD], len(classes) - 1)]
        place = (start - grid.segment_beats) % grid.cycle_beats // grid.hop_beats
        codes = forward_encoder(bundle.networks).codes(Contexts.ending(heard, place, grid))
        code = pack(codes, bundle.shape)[0]
        if self._last_beat is not None:  # there is time for an answer
            least = (start // grid.bar_beats + 1 + ENDING_BARS) * grid.bar_beats
            self._last_beat = max(self._last_beat, least)
        self._improvisation.answer(code, heard, start, beat - start, self._last_beat)
        self._held_ticks = 0
        self._ends, self._loop, self._pieces = False, None, ()
        self._change_band(self.steering.band, setup=False)

    def _add_at_start(self, events: Events) -> None:
        self._at_start = np.concatenate([self._at_start, events])

    def _hold(self) -> bool:
        """Begins to loop the last bars; whether there are any."""
        bar_ticks = self._grid.bar_ticks
        kept_from = self.tick - HELD_BARS * bar_ticks
        lately = [played for played in self._lately if played.chunk.start_tick >= kept_from]
        while lately and (self.tick - lately[0].chunk.start_tick) % bar_ticks:
            lately.pop(0)
        if lately:
            self._loop = _Loop(tuple(played.chunk for played in lately), lately[0].opening)
        return bool(lately)

    def _repeat(self, loop: _Loop) -> Chunk:
        """The next chunk of a loop."""
        held = loop.chunks[loop.at]
        if loop.at == 0 or held.begins_anew:  # what rang over the loop's end has no note-off in it
            self._silence()
        self._loop = replace(loop, at=(loop.at + 1) % len(loop.chunks))
        if loop.at == 0:
            held = replace(held, events=in_order(np.concatenate([loop.opening, held.events])))
        chunk = held.moved(self.tick - held.start_tick)
        beat = chunk.start_tick // self._grid.beat_ticks
        self._held_ticks += chunk.end_tick - chunk.start_tick
        return replace(chunk, provenance=replace(held.provenance, beat=beat, held=True))

    def _let_go(self) -> None:
        """Goes on where the music was when it was held."""
        self._loop = None
        self._silence()
        self._arranger.begin_anew({part.channel for part in self.steering.band.parts})

    def _silence(self) -> None:
        """Ends all that sounds where the next chunk begins."""
        self._add_at_start(self._mixer.silence(self.tick))
        self._overhang = NO_EVENTS
        self._begins_anew = True

    def _change_band(self, band: Band, setup: bool = True) -> None:
        """Lets a band begin anew. setup: whether it sets its instruments."""
        self._silence()
        self._arranger = self._arranger_of(band)
        if not setup:
            return
        self._lately = ()  # played by others
        self._add_at_start(self._arranger.setup(self.tick))
        self._set_levels(self.steering.levels, band)

    def _set_levels(self, levels: Mapping[str, int], band: Band) -> None:
        changed = [part for part in band.parts if part.name in levels]
        self._add_at_start(
            as_events(volume_message(self.tick, part, levels[part.name]) for part in changed)
        )

    def _arranger_of(self, band: Band) -> Arranger:
        settings = self._settings
        return Arranger(
            band.parts, self.chords, self._grid, settings.key.mode, band.groove, settings.seed
        )


def _section_beat(passage: Passage, grid: Grid) -> int:
    """The beat of the performance at which a passage's section began; 0 without one."""
    bars = passage.place.bar - 1 if passage.place else passage.beat // grid.bar_beats
    return (passage.beat // grid.bar_beats - bars) * grid.bar_beats
