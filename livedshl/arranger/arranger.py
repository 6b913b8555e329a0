"""Arranges passages for the parts of a preset, as timed MIDI events.

Events are int64[n, 4]: tick (480 a beat), status, data 1, data 2; ascending by tick, at one tick
note-offs first. What sounds on over the end of a passage is switched off by a later one, or by
`Arranger.end`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from livedshl.arranger.part import Part, Pattern, Role
from livedshl.arranger.voicing import bass_note, fit_octave, voice_chord
from livedshl.music import Chord, ChordVocabulary, Grid
from livedshl.music.segments import CHORD, PITCH, REST
from livedshl.units import TICKS_PER_STEP

Events = NDArray[np.int64]
Message = tuple[int, int, int, int]

_NOTE_OFF, _NOTE_ON, _CONTROL, _PROGRAM = 0x80, 0x90, 0xB0, 0xC0
_VOLUME = 7
_ACCENTS = (10, 0, 5, 0)  # velocity added on each beat of a bar of 4 beats, or of fewer
_OFF_BEAT = -6  # velocity added between beats


class Arranger:
    """Turns one passage after the other into events.

    parts: who plays. vocabulary: what the chord classes of the passages mean. grid: how they
    count. key_shift: semitones from C to the key that is played in.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        vocabulary: ChordVocabulary,
        grid: Grid,
        key_shift: int = 0,
    ) -> None:
        self._players = [_PLAYERS[part.role](part, grid) for part in parts]
        self._grid = grid
        self._parts = tuple(parts)
        self._vocabulary = vocabulary
        self.change_key(key_shift)

    def change_key(self, key_shift: int) -> None:
        """Plays what comes in another key, so many semitones from C."""
        self._chords = [chord.transposed(key_shift) for chord in self._vocabulary.classes]
        self._key_shift = key_shift

    def setup(self) -> Events:
        """Programs and volumes, at tick 0."""
        return _as_events(
            message
            for part in self._parts
            for message in (
                (0, _PROGRAM | part.channel, part.program, 0),
                (0, _CONTROL | part.channel, _VOLUME, part.volume),
            )
        )

    def arrange(self, steps: NDArray[np.int8], beat: int) -> Events:
        """The events of a passage, int8[n, 3] steps, that starts at `beat` of the music."""
        melody = steps[:, :CHORD].astype(np.int64)
        melody[melody[:, PITCH] != REST, PITCH] += self._key_shift
        chords = [
            self._chords[chord] if chord >= 0 else None
            for chord in steps[:: self._grid.beat_steps, CHORD].tolist()
        ]
        messages: list[Message] = []
        for player in self._players:
            player.play(melody, chords, beat, messages)
        return _as_events(messages)

    def end(self, tick: int) -> Events:
        """Switches off, at `tick`, whatever still sounds."""
        messages: list[Message] = []
        for player in self._players:
            player.release(tick, messages)
        return _as_events(messages)


class _Player(ABC):
    """A part and the notes it holds."""

    def __init__(self, part: Part, grid: Grid) -> None:
        self.part = part
        self.grid = grid
        self.held: tuple[int, ...] = ()

    @abstractmethod
    def play(
        self,
        melody: NDArray[np.int64],
        chords: Sequence[Chord | None],
        beat: int,
        messages: list[Message],
    ) -> None:
        """Adds the part's events of a passage: melody int64[n, 2], a chord for each beat."""

    def strike(
        self,
        tick: int,
        pitches: Sequence[int],
        accent: int,
        messages: list[Message],
    ) -> None:
        """Releases what is held and plays these pitches instead."""
        self.release(tick, messages)
        velocity = max(1, min(127, self.part.velocity + accent))
        messages.extend((tick, _NOTE_ON | self.part.channel, pitch, velocity) for pitch in pitches)
        self.held = tuple(pitches)

    def release(self, tick: int, messages: list[Message]) -> None:
        """Switches off what is held."""
        messages.extend((tick, _NOTE_OFF | self.part.channel, pitch, 0) for pitch in self.held)
        self.held = ()


class _MelodyPlayer(_Player):
    def play(
        self,
        melody: NDArray[np.int64],
        chords: Sequence[Chord | None],
        beat: int,
        messages: list[Message],
    ) -> None:
        part = self.part
        for step, (pitch, articulated) in enumerate(melody.tolist()):
            tick = beat * self.grid.beat_ticks + step * TICKS_PER_STEP
            if pitch == REST:
                self.release(tick, messages)
                continue
            fitted = fit_octave(pitch, part.lowest, part.highest)
            if articulated or self.held != (fitted,):
                on_beat, within = divmod(step, self.grid.beat_steps)
                beat_in_bar = (beat + on_beat) % self.grid.bar_beats
                accent = _OFF_BEAT if within else _ACCENTS[beat_in_bar]
                self.strike(tick, (fitted,), accent, messages)


class _ChordPlayer(_Player):
    """Plays chords in the part's pattern."""

    def __init__(self, part: Part, grid: Grid) -> None:
        super().__init__(part, grid)
        self._sounding: Chord | None = None
        self._voicing: tuple[int, ...] | None = None

    def play(
        self,
        melody: NDArray[np.int64],
        chords: Sequence[Chord | None],
        beat: int,
        messages: list[Message],
    ) -> None:
        for offset, chord in enumerate(chords):
            beat_in_bar = (beat + offset) % self.grid.bar_beats
            tick = (beat + offset) * self.grid.beat_ticks
            changes = chord != self._sounding
            self._sounding = chord
            if chord is None:
                self.release(tick, messages)
                continue
            pitches = self.pitches(chord, beat_in_bar, changes)
            if self.is_struck(beat_in_bar, changes):
                self.strike(tick, pitches, _ACCENTS[beat_in_bar], messages)
                if self.part.pattern is not Pattern.SUSTAIN:
                    self.release(tick + self.length(beat_in_bar), messages)

    def is_struck(self, beat_in_bar: int, changes: bool) -> bool:
        """Whether the pattern plays on this beat."""
        if self.part.pattern is Pattern.SUSTAIN:
            return changes or beat_in_bar == 0
        return self.part.pattern is Pattern.BEATS or beat_in_bar % 2 == 1

    def length(self, beat_in_bar: int) -> int:
        """Ticks for which a detached note sounds."""
        return self.grid.beat_ticks // 2

    def pitches(self, chord: Chord, beat_in_bar: int, changes: bool) -> tuple[int, ...]:
        """The notes for this beat."""
        if changes or self._voicing is None:
            part = self.part
            self._voicing = voice_chord(chord, part.lowest, part.highest, self._voicing)
        return self._voicing


class _BassPlayer(_ChordPlayer):
    """Plays the root, and the fifth where the pattern asks for it."""

    def __init__(self, part: Part, grid: Grid) -> None:
        super().__init__(part, grid)
        self._note: int | None = None

    def is_struck(self, beat_in_bar: int, changes: bool) -> bool:
        if self.part.pattern is Pattern.ROOT_FIFTH:
            return changes or beat_in_bar % 2 == 0
        return super().is_struck(beat_in_bar, changes)

    def length(self, beat_in_bar: int) -> int:
        return self.grid.beat_ticks

    def pitches(self, chord: Chord, beat_in_bar: int, changes: bool) -> tuple[int, ...]:
        wants_fifth = self.part.pattern is Pattern.ROOT_FIFTH and beat_in_bar == 2 and not changes
        pitch_class = (chord.root + (_fifth_of(chord) if wants_fifth else 0)) % 12
        self._note = bass_note(pitch_class, self.part.lowest, self.part.highest, self._note)
        return (self._note,)


_PLAYERS: dict[Role, Callable[[Part, Grid], _Player]] = {
    Role.MELODY: _MelodyPlayer,
    Role.CHORDS: _ChordPlayer,
    Role.BASS: _BassPlayer,
}


def _fifth_of(chord: Chord) -> int:
    return next((i for i in chord.intervals if i in (6, 7, 8)), 7)


def _as_events(messages: Iterable[Message]) -> Events:
    """Sorts by tick; at one tick note-offs, then controllers and programs, then note-ons."""
    events = np.array(list(messages), np.int64).reshape(-1, 4)
    kind = events[:, 1] & 0xF0
    order = np.lexsort((kind == _NOTE_ON, kind != _NOTE_OFF, events[:, 0]))
    return events[order]
