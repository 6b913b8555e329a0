"""What all parts play from: a few beats of melody and chords, in the key that sounds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.music import Chord, ChordVocabulary, Grid
from livedshl.music.segments import ARTICULATED, CHORD, PITCH, REST


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """A few beats of melody and chords, in the key that sounds.

    first_step: where it starts in the performance. section_step: where its section started;
        phrases are counted from there.
    pitches: the melody at each step, `REST` where it is silent. articulated: whether a note starts
        at that step.
    chords: the chord at each step; chords change on beats. following: the next chord, if known.
    key_shift: semitones from C major or A minor to the key. tonic: its pitch class.
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
    ) -> "Stretch":
        """Transposes steps, int8[n, 3], that start at `beat`.

        home: the tonic before transposing. following: the next chord, already transposed.
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
        )

    def __len__(self) -> int:
        return len(self.pitches)

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
