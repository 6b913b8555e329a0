"""Arranges passages for the parts of a band, as timed MIDI events.

Events are in order (`livedshl.midi.events.in_order`), also from one passage to the next. A note may
sound beyond the end of its passage; a later passage or `Arranger.end` ends it.
"""

from collections.abc import Collection, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from livedshl.arranger.groove import Groove
from livedshl.arranger.guide import GUIDE_BARS, Guide, guide_of, steady_guide
from livedshl.arranger.hand import Hand
from livedshl.arranger.musician import Musician
from livedshl.arranger.part import Part
from livedshl.arranger.pattern import PHRASE_BARS
from livedshl.arranger.plan import BandPlan, Conducting, Locked
from livedshl.arranger.register import Register
from livedshl.arranger.role import Role
from livedshl.arranger.section import Section
from livedshl.arranger.stretch import Stretch
from livedshl.bundle.accompaniment import BorrowedBar
from livedshl.midi.events import Event, Events, as_events
from livedshl.midi.message import AT_REST, CONTROL, PROGRAM
from livedshl.music import TICKS_PER_STEP, Chord, ChordVocabulary, Grid
from livedshl.music.compass import Compass
from livedshl.music.leadsheet import Key, Mode
from livedshl.music.segments import ARTICULATED, REST

if TYPE_CHECKING:  # loading them takes longer than other bands should wait
    from livedshl.arranger.accompaniment_finder import AccompanimentFinder
    from livedshl.arranger.accompanist import Accompanist

_LUCK = 1 << 11  # of a part that was asked for other patterns
_VOLUME, _PAN, _REVERB = 7, 10, 91
_CHOICE = 1  # of accompaniment: apart from the touch of the part


@dataclass(frozen=True, slots=True, eq=False)
class Cue:
    """Where a passage stands.

    beat: where it starts. key_shift: semitones from C major or A minor to the key that sounds.
    section: the section it belongs to; None without a form, when all play the same throughout.
    following: the next chord, as it sounds, and coming: the next steps, int8[n, 3], if known.
    compass: of the section's melody, in C major or A minor, if known.
    """

    beat: int
    key_shift: int
    section: Section | None = None
    following: Chord | None = None
    coming: NDArray[np.int8] | None = None
    compass: Compass | None = None


class Arranger:
    """Turns one passage after another into events.

    vocabulary: the chords that the passages number; it may be replaced by one with more chords.
    mode: of the keys the passages are in. seed: of plan, timing and touch; each part draws from a
    generator of its own, seeded by its channel too. conducting: how the plan is bent. fill_bar: the
    bar of the music in which a fill was asked for last. finder: of accompaniment, for the parts
    that play by code; without one they play their pattern as it is written.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        vocabulary: ChordVocabulary,
        grid: Grid,
        mode: Mode,
        groove: Groove,
        seed: int,
        finder: "AccompanimentFinder | None" = None,
    ) -> None:
        self.vocabulary = vocabulary
        self.conducting = Conducting()
        self.fill_bar: int | None = None
        self._grid = grid
        self._groove = groove
        # Passages come in C major or A minor; this is their tonic there.
        self._home = -Key(0, mode).shift % 12
        self._plan = BandPlan(parts, seed)
        self._players = [
            Musician(
                Hand(part, grid, groove, _generator(seed, part)), _accompanist(part, finder, seed)
            )
            for part in parts
        ]
        melody = next((part for part in parts if part.role is Role.MELODY), None)
        self._register = Register(melody, grid) if melody else None
        self._guides: (
            tuple[tuple[Section | None, Conducting, int | None], tuple[Guide, ...]] | None
        ) = None

    def copy(self) -> "Arranger":
        """An independent copy that would continue with the same notes."""
        parts = [player.hand.part for player in self._players]
        guides = self._guides[1] if self._guides else ()
        shared = (*parts, *guides, self.vocabulary, self._grid, self._groove, self._plan)
        return deepcopy(self, {id(value): value for value in shared})

    def setup(self, tick: int = 0) -> Events:
        """Sets program, volume, pan and reverb of every part, at `tick`; the rest is at rest."""
        return as_events(
            message
            for part in (player.hand.part for player in self._players)
            for message in (
                (tick, PROGRAM | part.channel, part.program, 0),
                volume_message(tick, part, part.volume),
                (tick, CONTROL | part.channel, _PAN, part.pan),
                (tick, CONTROL | part.channel, _REVERB, part.reverb),
                *((tick, CONTROL | part.channel, *resting) for resting in AT_REST.items()),
            )
        )

    def heard_at(self, beat: int) -> Locked | None:
        """What is played before a beat, for a part to be locked to it; None without a form."""
        section, conducting, _ = self._guides[0] if self._guides else (None, self.conducting, None)
        if section is None:
            return None
        bar = (max(beat - 1, section.beat) - section.beat) // self._grid.bar_beats
        phrase = bar % GUIDE_BARS // PHRASE_BARS
        return Locked(section, phrase, conducting.intensity, conducting.density)

    def strike_again(self, channels: Collection[int]) -> None:
        """Makes the parts on some channels strike their held notes again: they were silenced."""
        for player in self._players:
            if player.hand.part.channel in channels:
                player.strike_again()

    @property
    def borrowed(self) -> tuple[BorrowedBar, ...]:
        """Whose accompaniment the parts that play by code play now."""
        return tuple(player.borrowed for player in self._players if player.borrowed)

    def arrange(self, steps: NDArray[np.int8], cue: Cue) -> Events:
        """The events of a passage, int8[n, 3] steps."""
        stretch = self._stretch(steps, cue)
        for player, guide in zip(self._players, self._guides_for(cue.section), strict=True):
            player.play(stretch, guide, self._swing)
        return self._taken()

    def close(self, steps: NDArray[np.int8], cue: Cue) -> Events:
        """The events of the passage that ends the music.

        On the beat of the last note every part strikes once, and holds until the passage ends.
        """
        onsets = np.flatnonzero(steps[:, ARTICULATED])
        beats = int(onsets[-1]) // self._grid.beat_steps if len(onsets) else 0
        before, last = np.split(steps, [beats * self._grid.beat_steps])
        events = [self.arrange(before, replace(cue, following=None, coming=last))] if beats else []
        cue = replace(cue, beat=cue.beat + beats, following=None, coming=None)
        stretch = self._stretch(last, cue)
        for player, guide in zip(self._players, self._guides_for(cue.section), strict=True):
            player.close(stretch, guide, self._swing)
        end_tick = (stretch.first_step + len(stretch)) * TICKS_PER_STEP
        return np.concatenate([*events, self._taken(), self.end(end_tick)])

    def end(self, tick: int) -> Events:
        """Ends whatever still sounds, at `tick`, and resets the controllers."""
        for player in self._players:
            player.end(tick)
        return self._taken()

    @property
    def _swing(self) -> float:
        swing = self.conducting.swing
        return self._groove.swing if swing is None else swing

    def _stretch(self, steps: NDArray[np.int8], cue: Cue) -> Stretch:
        stretch = Stretch.of_steps(
            steps, cue.beat, self._grid, self.vocabulary,
            key_shift=cue.key_shift, home=self._home, following=cue.following,
            section_beat=cue.section.beat if cue.section else 0, coming=cue.coming,
        )  # fmt: skip
        register = self._register
        if register is None:
            return stretch
        octaves = tuple(
            register.octave_at(
                pitch,
                stretch.first_step + at,
                stretch.section_step,
                cue.key_shift,
                cue.compass,
            )
            for at, pitch in enumerate(stretch.pitches)
        )
        lowest = min((pitch for pitch, _ in stretch.coming if pitch != REST), default=None)
        coming = 0 if lowest is None else register.peek(lowest)
        return replace(stretch, octaves=octaves, coming_octave=coming)

    def _guides_for(self, section: Section | None) -> tuple[Guide, ...]:
        """What each part plays in a section."""
        wanted = section, self.conducting, self.fill_bar
        if self._guides is None or self._guides[0] != wanted:
            self._draw_again(self._guides[0][1] if self._guides else Conducting())
            guides = tuple(self._guide(player.hand.part, section) for player in self._players)
            self._guides = wanted, guides
        return self._guides[1]

    def _guide(self, part: Part, section: Section | None) -> Guide:
        if section is None:
            return steady_guide(part, self._grid, self.conducting.variation(part.channel))
        fill_bar = self._fill_bar_in(section)
        return guide_of(
            part, self._grid, self._plan, section, self.conducting, self._groove, fill_bar
        )

    def _draw_again(self, before: Conducting) -> None:
        """Gives each part that was asked for other patterns another luck in everything it draws."""
        for player in self._players:
            channel = player.hand.part.channel
            variation = self.conducting.variation(channel)
            if variation != before.variation(channel):
                player.hand.draw_from(self._plan.rng(_LUCK, channel, variation))

    def _fill_bar_in(self, section: Section) -> int | None:
        """The bar of a section in which a fill was asked for, if it is this section."""
        if self.fill_bar is None:
            return None
        bar = self.fill_bar - section.beat // self._grid.bar_beats
        return bar if 0 <= bar < GUIDE_BARS else None

    def _taken(self) -> Events:
        return as_events(message for player in self._players for message in player.take())


def _generator(seed: int, part: Part) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(part.channel,)))


def _accompanist(
    part: Part, finder: "AccompanimentFinder | None", seed: int
) -> "Accompanist | None":
    """Who finds the notes of a part; None if it does not play by code."""
    if finder is None or not part.plays_by_code:
        return None
    from livedshl.arranger.accompanist import Accompanist  # late, as above

    sequence = np.random.SeedSequence(seed, spawn_key=(part.channel, _CHOICE))
    return Accompanist(finder, np.random.default_rng(sequence))


def volume_message(tick: int, part: Part, volume: int) -> Event:
    """The event that sets a part's volume, 0 to 127."""
    return tick, CONTROL | part.channel, _VOLUME, volume
