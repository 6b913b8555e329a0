"""Arranges passages for the parts of a band, as timed MIDI events.

Events are in order (`livedshl.midi.events.in_order`), also from one passage to the next. A note may
sound beyond the end of its passage; a later passage or `Arranger.end` ends it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from livedshl.arranger.bass import BASS_PATTERNS, Bass
from livedshl.arranger.comping import CHORD_PATTERNS, Comping
from livedshl.arranger.counter_melody import COUNTER_PATTERNS, CounterMelody
from livedshl.arranger.drone import DRONE_PATTERNS, Drone
from livedshl.arranger.drums import DRUM_PATTERNS, Drums
from livedshl.arranger.groove import Groove
from livedshl.arranger.hand import Hand
from livedshl.arranger.melody import MELODY_PATTERNS, Melody
from livedshl.arranger.part import Part, Pattern, Role
from livedshl.arranger.stretch import Stretch
from livedshl.midi.events import Event, Events, as_events
from livedshl.midi.message import CONTROL, PROGRAM
from livedshl.music import TICKS_PER_STEP, Chord, ChordVocabulary, Grid
from livedshl.music.leadsheet import Key, Mode
from livedshl.music.segments import ARTICULATED

_VOLUME, _PAN, _REVERB = 7, 10, 91


class _Player(Protocol):
    def play(self, stretch: Stretch) -> None: ...

    def close(self, stretch: Stretch) -> None: ...


_ROLES: Mapping[Role, tuple[Callable[[Hand], _Player], Iterable[Pattern]]] = {
    Role.MELODY: (Melody, MELODY_PATTERNS),
    Role.CHORDS: (Comping, CHORD_PATTERNS),
    Role.BASS: (Bass, BASS_PATTERNS),
    Role.DRUMS: (Drums, DRUM_PATTERNS),
    Role.COUNTER: (CounterMelody, COUNTER_PATTERNS),
    Role.DRONE: (Drone, DRONE_PATTERNS),
}


def patterns_of(role: Role) -> tuple[Pattern, ...]:
    """The patterns that a role can play; the first is the default."""
    return tuple(_ROLES[role][1])


class Arranger:
    """Turns one passage after another into events.

    vocabulary: the chords that the passages number; it may be replaced by one with more chords.
    mode: of the keys the passages are in. seed: of timing and touch; each part draws from a
    generator of its own, seeded by its channel too.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        vocabulary: ChordVocabulary,
        grid: Grid,
        mode: Mode,
        groove: Groove,
        seed: int,
    ) -> None:
        self._parts = tuple(parts)
        self.vocabulary = vocabulary
        self._grid = grid
        self._groove = groove
        # Passages come in C major or A minor; this is their tonic there.
        self._home = -Key(0, mode).shift % 12
        self._hands = [Hand(part, grid, groove, _generator(seed, part)) for part in parts]
        self._players = [_ROLES[hand.part.role][0](hand) for hand in self._hands]

    def copy(self) -> "Arranger":
        """An independent copy that would continue with the same notes."""
        shared = (self._parts, *self._parts, self.vocabulary, self._grid, self._groove)
        return deepcopy(self, {id(value): value for value in shared})

    def setup(self, tick: int = 0) -> Events:
        """Sets program, volume, pan and reverb of every part, at `tick`."""
        return as_events(
            message
            for part in self._parts
            for message in (
                (tick, PROGRAM | part.channel, part.program, 0),
                volume_message(tick, part, part.volume),
                (tick, CONTROL | part.channel, _PAN, part.pan),
                (tick, CONTROL | part.channel, _REVERB, part.reverb),
            )
        )

    def strike_again(self, channels: Collection[int]) -> None:
        """Makes the parts on some channels strike their held notes again: they were silenced."""
        for number, hand in enumerate(self._hands):
            if hand.part.channel in channels:
                hand.held = ()
                self._players[number] = _ROLES[hand.part.role][0](hand)

    def arrange(
        self,
        steps: NDArray[np.int8],
        beat: int,
        key_shift: int,
        following: Chord | None = None,
        section_beat: int = 0,
    ) -> Events:
        """The events of a passage, int8[n, 3] steps, that starts at `beat`.

        key_shift: semitones from C major or A minor to the key that sounds. following: the next
        chord in that key, if known. section_beat: where the passage's section started; phrases are
        counted from there.
        """
        stretch = self._stretch(steps, beat, key_shift, following, section_beat)
        for hand, player in zip(self._hands, self._players, strict=True):
            hand.begin(stretch.first_step, stretch.section_step)
            player.play(stretch)
        return self._taken()

    def close(
        self, steps: NDArray[np.int8], beat: int, key_shift: int, section_beat: int = 0
    ) -> Events:
        """The events of the passage that ends the music; arguments as in `arrange`.

        On the beat of the last note every part strikes once, and holds until the passage ends.
        """
        onsets = np.flatnonzero(steps[:, ARTICULATED])
        beats = int(onsets[-1]) // self._grid.beat_steps if len(onsets) else 0
        before, last = np.split(steps, [beats * self._grid.beat_steps])
        events = self.arrange(before, beat, key_shift, section_beat=section_beat)
        stretch = self._stretch(last, beat + beats, key_shift, None, section_beat)
        for hand, player in zip(self._hands, self._players, strict=True):
            hand.begin(stretch.first_step, stretch.section_step)
            player.close(stretch)
        end_tick = (stretch.first_step + len(stretch)) * TICKS_PER_STEP
        return np.concatenate([events, self._taken(), self.end(end_tick)])

    def end(self, tick: int) -> Events:
        """Ends whatever still sounds, at `tick`."""
        for hand in self._hands:
            hand.stop(tick)
        return self._taken()

    def _stretch(
        self,
        steps: NDArray[np.int8],
        beat: int,
        key_shift: int,
        following: Chord | None,
        section_beat: int,
    ) -> Stretch:
        return Stretch.of_steps(
            steps, beat, self._grid, self.vocabulary,
            key_shift=key_shift, home=self._home, following=following, section_beat=section_beat,
        )  # fmt: skip

    def _taken(self) -> Events:
        return as_events(message for hand in self._hands for message in hand.take())


def _generator(seed: int, part: Part) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(part.channel,)))


def volume_message(tick: int, part: Part, volume: int) -> Event:
    """The event that sets a part's volume, 0 to 127."""
    return tick, CONTROL | part.channel, _VOLUME, volume
