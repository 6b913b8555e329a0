"""What a player plays along: phrases to answer, and chords to follow.

Everything counts in ticks; `live.listener` brings the notes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.music import TICKS_PER_STEP, Chord, Grid
from livedshl.music.segments import ARTICULATED, CHORD, MEDIAN_PITCH, PITCH, REST

_FORGOTTEN_BEATS = 4  # of silence; then notes that make no phrase are forgotten
_LEAST_NOTES = 3  # of a phrase
_CHORD_NOTES = 3  # struck together: a chord, not melody
_TOGETHER_TICKS = 60
_MOST_NOTES = 200
_LONGEST_BARS = 8  # that a key can be down; one that is down for longer has lost its note-off
_MOST_START = 1 << 31
_MOST_STEPS = 144  # of a phrase: the networks read no more


@dataclass(frozen=True, slots=True, eq=False)
class Phrase:
    """A melody on the grid, in C major or A minor, to be answered.

    start_step: step of the performance. steps: int8[n, 3], with the chords that accompanied it.
    """

    start_step: int
    steps: NDArray[np.int8]

    def __str__(self) -> str:
        steps = " ".join(".".join(map(str, step)) for step in self.steps.tolist())
        return f"{self.start_step}: {steps}"

    @classmethod
    def parse(cls, text: str) -> "Phrase":
        """The phrase that `str` wrote. Raises ValueError."""
        start, _, steps = text.partition(": ")
        numbers = [[int(number) for number in step.split(".")] for step in steps.split()]
        if not 0 < len(numbers) <= _MOST_STEPS or {len(step) for step in numbers} != {3}:
            raise ValueError("not a phrase")
        if not all(0 <= p < 128 and a in (0, 1) and -1 <= c < 127 for p, a, c in numbers):
            raise ValueError("not a phrase")
        if not 0 <= int(start) < _MOST_START:
            raise ValueError("not a phrase")
        return cls(int(start), np.array(numbers, np.int8))

    def until(self, step: int, n_steps: int) -> NDArray[np.int8]:
        """The phrase up to `step` of the performance, int8[m, 3], at least `n_steps` long.

        Silence fills what the player left empty.
        """
        after = max(0, step - self.start_step - len(self.steps))
        heard = np.pad(self.steps, ((0, after), (0, 0)))
        heard[len(self.steps) :, CHORD] = self.steps[-1, CHORD]
        heard = heard[: max(1, step - self.start_step)]
        before = max(0, n_steps - len(heard))
        silence = np.zeros((before, 3), np.int8)
        silence[:, CHORD] = heard[0, CHORD]
        return np.concatenate([silence, heard])


@dataclass(slots=True)
class _Note:
    onset: int
    pitch: int
    end: int | None = None


class PhraseListener:
    """Takes in notes as they come, and tells phrases from chords."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._notes: list[_Note] = []
        self._held: dict[int, _Note] = {}

    def strike(self, tick: int, pitch: int) -> None:
        """A key goes down."""
        self.release(tick, pitch)
        since = tick - _MOST_STEPS * TICKS_PER_STEP
        kept = [note for note in self._notes if note.end is None or note.end > since]
        self._notes = kept[-_MOST_NOTES:]
        note = _Note(tick, pitch)
        self._held[pitch] = note
        self._notes.append(note)

    def release(self, tick: int, pitch: int) -> None:
        """A key comes up."""
        if note := self._held.pop(pitch, None):
            note.end = max(note.onset + 1, tick)

    @property
    def is_phrase(self) -> bool:
        """Whether the notes so far make a phrase."""
        return len(self._melody()) >= _LEAST_NOTES

    @property
    def chord(self) -> Chord | None:
        """The chord that is held, named from its lowest note; None if none is held."""
        struck = [note for note in self._chord_notes() if note.end is None]
        pitches = sorted(note.pitch for note in struck)
        if len({pitch % 12 for pitch in pitches}) < _CHORD_NOTES:
            return None
        return Chord.of_pitch_classes(pitches[0] % 12, (pitch % 12 for pitch in pitches))

    @property
    def keys(self) -> tuple[int, ...]:
        """The pitches of the keys that are down, ascending."""
        return tuple(sorted(self._held))

    def let_go_of_stuck(self, tick: int) -> tuple[int, ...]:
        """Counts keys that have been down for too long as up, and never played.

        Returns their pitches. Their note-offs are lost, or something lies on the keys.
        """
        longest = _LONGEST_BARS * self._grid.bar_ticks
        stuck = [note for note in self._held.values() if tick - note.onset > longest]
        for note in stuck:
            del self._held[note.pitch]
            self._notes = [other for other in self._notes if other is not note]
        return tuple(sorted(note.pitch for note in stuck))

    def ended(self, tick: int, silence: float) -> bool:
        """Whether a phrase has ended: no melody key was down for `silence` ticks."""
        melody = self._melody()
        if len(melody) < _LEAST_NOTES or any(note.end is None for note in melody):
            return False
        last = max(note.end or 0 for note in melody)
        return tick - last >= silence

    def is_idle(self, tick: int) -> bool:
        """Whether there are no notes, or it has been quiet for so long that no phrase can come."""
        if not self._notes:
            return True
        last = max(note.end or tick for note in self._notes)
        return tick - last > _FORGOTTEN_BEATS * self._grid.beat_ticks

    def release_all(self, tick: int) -> None:
        """Every key comes up."""
        for pitch in list(self._held):
            self.release(tick, pitch)

    def take(self, key_shift: int, chords: Sequence[int], first_step: int) -> Phrase:
        """Takes out the phrase that has ended.

        key_shift: semitones from C major or A minor to the key that sounds. chords: the number of
        the chord on every step, from `first_step` of the performance.
        """
        melody = self._melody()
        self._notes = [note for note in self._notes if note.end is None]
        onsets = [round(note.onset / TICKS_PER_STEP) for note in melody]
        ends = [round((note.end or note.onset) / TICKS_PER_STEP) for note in melody]
        beat_steps = self._grid.beat_steps
        start = onsets[0] // beat_steps * beat_steps
        stop = -(-max(max(ends), onsets[-1] + 1) // beat_steps) * beat_steps
        start = max(start, stop - _MOST_STEPS // beat_steps * beat_steps)
        octave = self._octave([note.pitch - key_shift for note in melody])
        steps = np.zeros((stop - start, 3), np.int8)
        for note, onset, end in sorted(
            zip(melody, onsets, ends, strict=True), key=lambda played: played[0].pitch
        ):  # the highest of overlapping notes sounds
            first, last = max(0, onset - start), max(onset + 1, end) - start
            if onset >= start and last > first:
                steps[first:last, PITCH] = min(127, max(1, note.pitch - key_shift + octave))
                steps[first:last, ARTICULATED] = 0
                steps[first, ARTICULATED] = 1
        for step in range(len(steps)):
            at = start + step - first_step
            steps[step, CHORD] = chords[min(max(0, at), len(chords) - 1)] if chords else -1
        steps[steps[:, PITCH] == REST, ARTICULATED] = 0
        return Phrase(start, steps)

    def forget(self) -> None:
        """Forgets the notes so far, except those that are held."""
        self._notes = [note for note in self._notes if note.end is None]

    def _octave(self, pitches: Sequence[int]) -> int:
        """The shift, in semitones, that brings the melody into the range of the library's tunes."""
        median = float(np.median(pitches))
        return min(range(-60, 61, 12), key=lambda octave: abs(median + octave - MEDIAN_PITCH))

    def _melody(self) -> list[_Note]:
        chord = {id(note) for note in self._chord_notes()}
        return [note for note in self._notes if id(note) not in chord]

    def _chord_notes(self) -> list[_Note]:
        """The notes that were struck together with at least two others."""
        found: dict[int, _Note] = {}
        together: list[_Note] = []
        for note in self._notes:
            together = [other for other in together if note.onset - other.onset <= _TOGETHER_TICKS]
            together.append(note)
            if len(together) >= _CHORD_NOTES:
                found |= {id(other): other for other in together}
        return list(found.values())
