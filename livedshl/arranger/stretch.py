"""What all parts play from: a few beats of melody and chords, in the key that sounds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.music import Chord, ChordVocabulary, Grid
from livedshl.music.segments import ARTICULATED, CHORD, PITCH, REST

_SCALE = {0, 2, 4, 5, 7, 9, 11}  # of C major and A minor, which all tunes are transposed to


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """A few beats of melody and chords, in the key that sounds.

    first_step: where it starts in the performance. section_step: where its section started;
        phrases are counted from there.
    pitches: the melody at each step, `REST` where it is silent. articulated: whether a note starts
        at that step.
    chords: the chord at each step; chords change on beats. following: the next chord, if known.
    key_shift: semitones from C major or A minor to the key. tonic: its pitch class.
    coming: the melody of the passage after this one, as pitches and onsets; empty if unknown.
    octaves, coming_octave: semitones by which the melody part moves each pitch, and what comes;
        0 without such a part.
    """

    grid: Grid
    first_step: int
    section_step: int
    pitches: list[int]
    articulated: list[bool]
    chords: list[Chord | None]
    following: Chord | None
    key_shift: int
    tonic: int
    coming: tuple[tuple[int, bool], ...] = ()
    octaves: tuple[int, ...] = ()
    coming_octave: int = 0

    @classmethod
    def of_steps(
        cls,
        steps: NDArray[np.int8],
        beat: int,
        grid: Grid,
        vocabulary: ChordVocabulary,
        *,
        key_shift: int,
        home: int,
        following: Chord | None,
        section_beat: int,
        coming: NDArray[np.int8] | None = None,
    ) -> "Stretch":
        """Transposes steps, int8[n, 3], that start at `beat`.

        home: the tonic before transposing. following: the next chord, already transposed. coming:
        the steps after these, in the same key.
        """

        def chord(index: int) -> Chord | None:
            return vocabulary.classes[index].transposed(key_shift) if index >= 0 else None

        melody = steps[:, PITCH].astype(np.int64)
        on_beats = [chord(index) for index in steps[:: grid.beat_steps, CHORD].tolist()]
        return cls(
            grid=grid,
            first_step=beat * grid.beat_steps,
            section_step=section_beat * grid.beat_steps,
            pitches=np.where(melody == REST, REST, melody + key_shift).tolist(),
            articulated=(steps[:, ARTICULATED] == 1).tolist(),
            chords=[on_beats[step // grid.beat_steps] for step in range(len(steps))],
            following=following,
            key_shift=key_shift,
            tonic=(home + key_shift) % 12,
            coming=() if coming is None else _melody_of(coming, key_shift),
        )

    def __len__(self) -> int:
        return len(self.pitches)

    def in_key(self, pitch: int) -> bool:
        """Whether a pitch belongs to the scale of the key."""
        return is_in_key(pitch, self.key_shift)

    def heard(self, at: int) -> int:
        """The melody's pitch at a step as its part plays it; `REST` where it is silent."""
        pitch = self.pitches[at]
        return pitch + self.octaves[at] if pitch != REST and self.octaves else pitch

    def lowest_heard(self, at: int) -> int | None:
        """The lowest melody note from step `at` on; None if the melody only rests."""
        here = [self.heard(n) for n in range(at, len(self)) if self.pitches[n] != REST]
        coming = [pitch + self.coming_octave for pitch, _ in self.coming if pitch != REST]
        return min([*here, *coming], default=None)

    def ends_here(self) -> bool:
        """Whether the note that sounds at the last step ends with it, as far as is known."""
        if not self.coming:
            return False
        pitch, strikes = self.coming[0]
        return strikes or pitch != self.pitches[-1]

    def in_section(self, step: int) -> int:
        """Counts a step of the performance from the start of its section."""
        return step - self.section_step

    def length_of_note(self, at: int) -> int:
        """The length in steps of the melody note that starts at step `at`, cut at the end."""
        end = at + 1
        while (
            end < len(self) and self.pitches[end] == self.pitches[at] and not self.articulated[end]
        ):
            end += 1
        return end - at

    def next_chord(self, at: int) -> Chord | None:
        """The chord on the beat after step `at`; None if it is unknown or there is no chord."""
        on_next_beat = (at // self.grid.beat_steps + 1) * self.grid.beat_steps
        return self.chords[on_next_beat] if on_next_beat < len(self) else self.following

    def is_silent(self, at: int) -> bool:
        """Whether the beat of step `at` has neither melody nor chord."""
        first = at - at % self.grid.beat_steps
        beat = self.pitches[first : first + self.grid.beat_steps]
        return self.chords[at] is None and not any(beat)


def is_in_key(pitch: int, key_shift: int) -> bool:
    """Whether a pitch belongs to the scale of a key, by its distance from C major or A minor."""
    return (pitch - key_shift) % 12 in _SCALE


def _melody_of(steps: NDArray[np.int8], key_shift: int) -> tuple[tuple[int, bool], ...]:
    pitches = steps[:, PITCH].astype(np.int64)
    moved = np.where(pitches == REST, REST, pitches + key_shift).tolist()
    return tuple(zip(moved, (steps[:, ARTICULATED] == 1).tolist(), strict=True))
