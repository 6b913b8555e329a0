"""Arranges passages for the parts of a preset, as timed MIDI events.

Events are int64[n, 4]: tick (480 a quarter note), status, data 1, data 2; ascending by tick, at one
tick note-offs first, and from passage to passage in the order of their ticks. What sounds on over
the end of a passage is switched off by a later one, or by `Arranger.end`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from livedshl.arranger.bass import BASS_PATTERNS, Bass
from livedshl.arranger.comping import CHORD_PATTERNS, Comping
from livedshl.arranger.counter import COUNTER_PATTERNS, Counter
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
    Role.COUNTER: (Counter, COUNTER_PATTERNS),
    Role.DRONE: (Drone, DRONE_PATTERNS),
}


def patterns_of(role: Role) -> tuple[Pattern, ...]:
    """The patterns that a role knows, the usual one first."""
    return tuple(_ROLES[role][1])


class Arranger:
    """Turns one passage after the other into events.

    parts: who plays. vocabulary: what the chord classes of the passages mean; one with more of them
    may take its place. grid: how they count. mode: of their keys. groove: how the band plays in
    time. seed: of its feel; each part draws from a generator of its own, which its channel picks.
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
        # Passages are laid in C major or A minor: this is the tonic they have there.
        self._home = -Key(0, mode).shift % 12
        self._hands = [Hand(part, grid, groove, _generator(seed, part)) for part in parts]
        self._players = [_ROLES[hand.part.role][0](hand) for hand in self._hands]

    def copy(self) -> "Arranger":
        """One that goes on from here as this one would."""
        shared = (self._parts, *self._parts, self.vocabulary, self._grid, self._groove)
        return deepcopy(self, {id(value): value for value in shared})

    def setup(self, tick: int = 0) -> Events:
        """Programs, volumes, places in the room and reverberation, at `tick`."""
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

    def begin_anew(self, channels: Collection[int]) -> None:
        """Lets the parts on some channels strike anew what they hold: it does not sound."""
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
        """The events of a passage, int8[n, 3] steps, that starts at `beat` of the music.

        key_shift: semitones from C major or A minor to the key of the passage. following: the
        chord that comes after it, as it sounds, where that is known. section_beat: where the
        passage's section began; phrases are counted from there.
        """
        stretch = self._stretch(steps, beat, key_shift, following, section_beat)
        for hand, player in zip(self._hands, self._players, strict=True):
            hand.begin(stretch.first_step, stretch.section_step)
            player.play(stretch)
        return self._taken()

    def close(
        self, steps: NDArray[np.int8], beat: int, key_shift: int, section_beat: int = 0
    ) -> Events:
        """The events of a passage that ends the music, as `arrange`.

        On the beat of its last note every part strikes once, and holds until the passage is over;
        there everything is switched off.
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
        """Switches off, at `tick`, whatever still sounds."""
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
    """Sets the volume of a part, 0 to 127."""
    return tick, CONTROL | part.channel, _VOLUME, volume
