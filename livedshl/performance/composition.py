"""The music as it is played: improvised, arranged and steered, one hop at a time."""

from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import replace

import numpy as np

from livedshl.arranger import Arranger, Cue, volume_message
from livedshl.bundle import Bundle
from livedshl.improviser import Groundwork, Passage, provenance_of
from livedshl.index import CodeIndex
from livedshl.midi.events import as_events
from livedshl.music import Chord, ChordVocabulary
from livedshl.performance.arranging import arranger_of
from livedshl.performance.band_section import section_of
from livedshl.performance.choices import Choices, choices_of
from livedshl.performance.chunk import Chunk
from livedshl.performance.chunk_signs import signs_of_passage
from livedshl.performance.commands import (
    Answer,
    ChoosePreset,
    Command,
    End,
    Fill,
    FollowChord,
    Freeze,
    Hold,
    Lock,
    NextTune,
    OpenWith,
    ReRoll,
    SetAdventure,
    SetLevel,
)
from livedshl.performance.harmony import Harmony
from livedshl.performance.held_bars import HeldBars
from livedshl.performance.mixdown import Mixdown
from livedshl.performance.passages import Passages
from livedshl.performance.phrase import Phrase
from livedshl.performance.settings import Settings, chords_of
from livedshl.performance.steering import Band, steered
from livedshl.performance.tempo import Slowing, slowing_in


class Composition(Iterator[Chunk]):
    """A performance from tick 0, chunk by chunk, without a gap.

    With `Settings.bars` it ends there with every note off: on the tonic, except that a free run
    stops in mid-air. Between two chunks it can be copied and can obey a command. settings: its own.
    groundwork: of the bundle, if there is some already.
    """

    def __init__(
        self,
        bundle: Bundle,
        index: CodeIndex,
        settings: Settings,
        groundwork: Groundwork | None = None,
    ) -> None:
        self.tick = 0
        self.settings = settings
        self.steering = settings.steering
        self._bundle = bundle
        grid = settings.grid
        self._harmony = Harmony(grid, settings.chart_in_c, chords_of(bundle, settings))
        groundwork = groundwork or Groundwork(bundle)
        self._passages = Passages(groundwork, index, settings, self._harmony.chart)
        self._arranger = self._arranger_of(settings.band)
        self._mixdown = Mixdown(self._arranger.setup())
        self._held = HeldBars(grid)
        self._pieces: tuple[Chunk, ...] = ()  # of the passage that plays

    def __next__(self) -> Chunk:
        if self.over:
            raise StopIteration
        on_bar_line = self.tick % self.settings.grid.bar_ticks == 0
        if self._held.looping and on_bar_line and not self.steering.hold:
            self._let_go()
        if not self._pieces:
            chunk = self._repeat() if self._held.looping else self._arrange()
            # While a player is listened to, an answer may be wanted on any step.
            pieces = chunk.in_steps(self.settings.grid) if self.steering.listening else (chunk,)
            self._pieces = pieces
        chunk, self._pieces = self._mixdown.placed(self._pieces[0]), self._pieces[1:]
        self.tick = chunk.end_tick
        self._held.remember(chunk)
        return self._mixdown.mixed(chunk, self.steering.silent, self.over)

    @property
    def over(self) -> bool:
        """Whether the music has come to its end."""
        return self._passages.ended and not self._pieces

    @property
    def chords(self) -> ChordVocabulary:
        """What the chord numbers in steps stand for; chords that a player holds add to it."""
        return self._harmony.vocabulary

    @property
    def between_sections(self) -> bool:
        """Whether other music may begin here: on a bar line, where a section is over.

        In a free run any bar line will do. Nothing begins in an intro, in held bars or in an end.
        """
        waits = self._passages.in_intro or self._held.looping
        busy = self._pieces or waits or self.over or self.steering.ending
        on_bar_line = self.tick % self.settings.grid.bar_ticks == 0
        return on_bar_line and not busy and self._passages.improvisation.between_sections

    @property
    def bars_left(self) -> int | None:
        """The bars up to its end; None for endless."""
        return self._passages.bars_left

    @property
    def next_beat(self) -> int:
        """Where the next section begins; in a free run, the next passage."""
        return self._passages.improvisation.next_beat

    def choices(self) -> Choices | None:
        """What may open the next section; None while that is not known."""
        outlook = self._passages.improvisation.outlook()
        return None if outlook is None else choices_of(outlook, self._bundle)

    def copy(self) -> "Composition":
        """A composition that continues from here as this one would."""
        other = copy(self)
        other._harmony = copy(self._harmony)
        other._passages = self._passages.copy()
        other._arranger = self._arranger.copy()
        other._mixdown = self._mixdown.copy()
        other._held = copy(self._held)
        return other

    def obey(self, command: Command, band: Band | None = None) -> None:
        """Obeys a command from the next chunk on. band: the band of a chosen preset.

        The clock obeys the tempo, the latency and panic; they change nothing here.
        """
        before, passages = self.steering, self._passages
        steering = steered(before, command, band)
        match command:
            case ReRoll():
                if coming := passages.peek():
                    passages.changing().avoid(coming.segment)
            case OpenWith(segment):
                passages.changing().open_with(segment)
            case NextTune():
                passages.leave_intro()
                passages.changing().begin_next_tune()
            case End():
                passages.leave_intro()
                passages.changing().end()
            case SetAdventure(amount):
                passages.changing().set_adventure(amount)
            case Freeze(on):
                passages.changing().freeze(on)
            case Hold(on=True) if not self._held.looping:
                steering = replace(steering, hold=self._held.begin(self.tick))
            case ChoosePreset() if band:
                self._change_band(band)
            case Lock(part, on) if part in before.band.names:
                channel, beat = before.band.names[part], self.tick // self.settings.grid.beat_ticks
                locked = self._arranger.heard_at(beat) if on else None
                conducting = steering.conducting.with_lock(channel, locked)
                steering = replace(steering, conducting=conducting)
            case SetLevel(part, level):
                self._set_levels({part: level}, before.band)
            case Fill():
                self._arranger.fill_bar = self.tick // self.settings.grid.bar_ticks
            case FollowChord(chord):
                self._follow(chord)
            case Answer(phrase):
                self._answer(phrase)
        self._mixdown.silence(self.tick, set(steering.silent) - set(before.silent))
        self._arranger.strike_again(set(before.silent) - set(steering.silent))
        self.steering = steering

    def take_over_from(self, before: "Composition") -> None:
        """Begins where another composition is now, with its mutes, levels and how it is bent."""
        steering = before.steering
        self.steering = replace(
            self.steering, muted=steering.muted, soloed=steering.soloed, levels=steering.levels,
            listening=steering.listening, follows=steering.follows,
            conducting=replace(steering.conducting, swing=None, varied=(), locks=()),
        )  # fmt: skip
        if self._bundle.vocabulary == before._bundle.vocabulary:
            self._harmony.vocabulary = before.chords
        self._harmony.held = before._harmony.held
        self._mixdown = before._mixdown
        self._mixdown.begin_again()
        self._mixdown.add(self._arranger.setup())
        self._set_levels(steering.levels, self.steering.band)

    def _arrange(self) -> Chunk:
        """The next passage, arranged for the band that plays."""
        grid, arranger, harmony = self.settings.grid, self._arranger, self._harmony
        passage = self._passages.take()
        self.steering = replace(self.steering, opens_with=self._passages.improvisation.wanted)
        key = harmony.key_of(passage, self.steering.key)
        if harmony.held:
            self._passages.set_chart(harmony.followed_in(key))
        beats_before = self._passages.intro_beats + self._held.ticks // grid.beat_ticks
        passage = harmony.written_into(passage, key)
        signs = signs_of_passage(passage, key, self.steering.band.parts, harmony, grid)
        passage = replace(passage, beat=passage.beat + beats_before)
        has_form_keys = passage.place is not None and not harmony.chart
        provenance = provenance_of(self._bundle, passage, key if has_form_keys else None)
        end_beat = passage.beat + len(passage.steps) // grid.beat_steps
        section = section_of(passage, grid, has_intro=self._passages.intro_beats > 0)
        cue = Cue(passage.beat, key.shift, section, compass=passage.compass)
        # What follows the opening takes too long to find before the first note.
        if self.tick and not passage.ends:
            cue = self._looking_ahead(cue)
        arranger.vocabulary = harmony.vocabulary
        arranger.conducting = self.steering.conducting
        if passage.ends:
            events = arranger.close(passage.steps, cue)
        else:
            events = arranger.arrange(passage.steps, cue)
            if self._passages.ended:
                events = np.concatenate([events, arranger.end(end_beat * grid.beat_ticks)])
        chunk = Chunk(
            passage.beat * grid.beat_ticks, end_beat * grid.beat_ticks, events,
            passage.steps, key, replace(provenance, accompaniment=arranger.borrowed),
            slowing=self._slowing(passage, end_beat),
            signs=signs.moved(beats_before * grid.beat_ticks),
        )  # fmt: skip
        return chunk.begun_at(self.tick) if chunk.start_tick < self.tick else chunk  # an answer

    def _looking_ahead(self, cue: Cue) -> Cue:
        """The cue, with the chord and melody that come after it."""
        coming = self._passages.peek()
        if coming is None:
            return cue
        key = self._harmony.key_of(coming, self.steering.key)
        following = self._harmony.opening_chord(coming, key)
        # In a new key the melody is in another octave too.
        steps = coming.steps if key.shift == cue.key_shift else None
        return replace(cue, following=following, coming=steps)

    def _slowing(self, passage: Passage, end_beat: int) -> Slowing:
        """How the tempo falls in a passage up to `end_beat`; a machine keeps it to the end."""
        grid = self.settings.grid
        if not self.steering.band.groove.timing:
            return ()
        coming = self._passages.peek() if self.tick and not self._passages.ended else None
        return slowing_in(passage, coming, end_beat, grid)

    def _follow(self, chord: Chord | None) -> None:
        """Follows a chord, as it sounds; None: the chart, or the tunes' own chords, again."""
        self._harmony.held = chord
        key = self._held.latest_key or self.steering.key
        self._passages.set_chart(self._harmony.followed_in(key))

    def _answer(self, phrase: Phrase) -> None:
        """Continues from a phrase as from a segment: by its forward code."""
        from livedshl.performance.answer import heard_as  # the network, needed for a phrase only

        grid = self.settings.grid
        heard = heard_as(phrase, self.tick, self._bundle, grid, self._harmony.vocabulary)
        self._passages.answer(heard)
        self._held.restart()
        self._pieces = ()
        self._mixdown.silence_all(self.tick)
        self._arranger = self._arranger_of(self.steering.band)

    def _repeat(self) -> Chunk:
        """The next chunk of the bars that are held."""
        if self._held.needs_silence:
            self._mixdown.silence_all(self.tick)
        return self._held.repeat(self.tick)

    def _let_go(self) -> None:
        """Continues where the music was when it was held."""
        self._held.end()
        self._mixdown.silence_all(self.tick)
        self._arranger.strike_again({part.channel for part in self.steering.band.parts})

    def _change_band(self, band: Band) -> None:
        """Lets another band begin, on its own instruments."""
        self._mixdown.silence_all(self.tick)
        self._arranger = self._arranger_of(band)
        self._held.forget()
        self._mixdown.add(self._arranger.setup(self.tick))
        self._set_levels(self.steering.levels, band)

    def _set_levels(self, levels: Mapping[str, int], band: Band) -> None:
        changed = [part for part in band.parts if part.name in levels]
        messages = (volume_message(self.tick, part, levels[part.name]) for part in changed)
        self._mixdown.add(as_events(messages))

    def _arranger_of(self, band: Band) -> Arranger:
        return arranger_of(band, self.settings, self._bundle, self._harmony.vocabulary)
