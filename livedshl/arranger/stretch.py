"""A stretch of lead sheet in the key that sounds: what all parts play from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.music import Chord, ChordVocabulary, Grid
from livedshl.music.segments import ARTICULATED, CHORD, PITCH, REST


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """What happens from `first_step` of the performance on.

    section_step: where its section began, from which phrases are counted.
    pitches: of the melody at each step, `REST` where it has none. articulated: whether a note
        begins there.
    chords: at each step; they change on beats. following: the chord after the stretch, if known.
    key_shift: semitones from C major or A minor to the key. tonic: of the key, a pitch class.
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
        """The stretch of int8[n, 3] steps from `beat` on.

        home: the tonic before it is shifted. following: the chord that comes next, as it sounds.
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
        """How many steps of the section are over at a step of the performance."""
        return step - self.section_step

    def length_of_note(self, at: int) -> int:
        """Steps, within the stretch, for which the melody note that begins at step `at` sounds."""
        end = at + 1
        while (
            end < len(self) and self.pitches[end] == self.pitches[at] and not self.articulated[end]
        ):
            end += 1
        return end - at

    def next_chord(self, at: int) -> Chord | None:
        """The chord on the beat after step `at`, None where it is unknown or there is none."""
        on_next_beat = (at // self.grid.beat_steps + 1) * self.grid.beat_steps
        return self.chords[on_next_beat] if on_next_beat < len(self) else self.following

    def is_silent(self, at: int) -> bool:
        """Whether nothing sounds in the beat of step `at`, neither melody nor chord."""
        first = at - at % self.grid.beat_steps
        beat = self.pitches[first : first + self.grid.beat_steps]
        return self.chords[at] is None and not any(beat)
