"""How the notes of a bar are written: as lengths that one note can have, with ties and beams."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray

from livedshl.music.segments import ARTICULATED, CHORD, PITCH, REST
from livedshl.scores.voices import StaffNote

QUARTER = 4  # steps
# Note types by length in sixteenths: name, dots.
NOTE_TYPES = {
    1: ("16th", 0), 2: ("eighth", 0), 3: ("eighth", 1), 4: ("quarter", 0), 6: ("quarter", 1),
    8: ("half", 0), 12: ("half", 1), 16: ("whole", 0),
}  # fmt: skip
# How a beam passes a note, by whether the notes before and after it in the group have that beam.
_BEAMS = {
    (False, True): "begin", (True, True): "continue", (True, False): "end", (False, False): "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class WrittenNote:
    """A note, chord or rest as it is written. first: its step in the bar. length: in steps.

    pitches: as they sound, the lowest first; none for a rest.
    """

    first: int
    length: int
    pitches: tuple[int, ...]
    tied_from: bool = False
    tied_to: bool = False


def is_tied(steps: NDArray[np.int8], step: int) -> bool:
    """Whether the note at `step` continues from the step before."""
    return (
        step > 0
        and steps[step, PITCH] != REST
        and not steps[step, ARTICULATED]
        and steps[step, PITCH] == steps[step - 1, PITCH]
    )


def written_notes(
    steps: NDArray[np.int8], start: int, end: int, beat_steps: int, key_shift: int
) -> list[WrittenNote]:
    """The notes of the bar from step `start` up to `end`, `key_shift` semitones higher.

    On every beat where the chord changes a note or rest is written, to carry the chord symbol.
    """
    bar = steps[start:end]
    tied_in, tied_out = is_tied(steps, start), end < len(steps) and is_tied(steps, end)
    changes = [
        step
        for step in range(1, len(bar))
        if not is_tied(bar, step) and not (bar[step, PITCH] == bar[step - 1, PITCH] == REST)
    ]
    chord_changes = [
        step
        for step in range(beat_steps, len(bar), beat_steps)
        if bar[step, CHORD] != bar[step - 1, CHORD]
    ]
    notes = []
    for onset, stop in pairwise([0, *changes, len(bar)]):
        pitches = () if bar[onset, PITCH] == REST else (int(bar[onset, PITCH]) + key_shift,)
        cuts = [onset, *(change for change in chord_changes if onset < change < stop), stop]
        pieces = [piece for a, b in pairwise(cuts) for piece in _pieces(a, b, beat_steps)]
        for index, (first, length) in enumerate(pieces):
            tied_from = index > 0 or (onset == 0 and tied_in)
            tied_to = index < len(pieces) - 1 or (stop == len(bar) and tied_out)
            sounds = bool(pitches)
            notes.append(
                WrittenNote(first, length, pitches, tied_from and sounds, tied_to and sounds)
            )
    return notes


def written_voice(spans: Sequence[StaffNote], start: int, beat_steps: int) -> list[WrittenNote]:
    """The notes of a voice in the bar that starts at step `start`; the spans are in steps."""
    notes = []
    for span in spans:
        pieces = list(_pieces(span.start - start, span.end - start, beat_steps))
        for index, (first, length) in enumerate(pieces):
            tied_from = span.tied_from or index > 0
            tied_to = span.tied_to or index < len(pieces) - 1
            sounds = bool(span.pitches)
            notes.append(
                WrittenNote(first, length, span.pitches, tied_from and sounds, tied_to and sounds)
            )
    return notes


def beams_of(notes: Sequence[WrittenNote], beat_steps: int) -> list[list[str]]:
    """The beams of each note in MusicXML's words, the outermost first.

    Notes shorter than a quarter share a beam when they follow one another within a beat.
    """

    def beam(index: int) -> tuple[int, int]:
        """Equal only for notes under one beam; a long note or a rest is alone."""
        note = notes[index]
        alone = not note.pitches or note.length >= QUARTER
        return (note.first // beat_steps, index if alone else -1)

    beams: list[list[str]] = [[] for _ in notes]
    for _, indices in groupby(range(len(notes)), beam):
        group = list(indices)
        for shorter_than in (QUARTER, QUARTER // 2):  # one beam, two beams
            has = [notes[index].length < shorter_than for index in group]
            for place, index in enumerate(group):
                if len(group) > 1 and has[place]:
                    before = place > 0 and has[place - 1]
                    after = place < len(group) - 1 and has[place + 1]
                    kind = _BEAMS[before, after] or ("backward hook" if place else "forward hook")
                    beams[index].append(kind)
    return beams


def _pieces(start: int, end: int, beat_steps: int) -> Iterator[tuple[int, int]]:
    """Cuts a note into lengths that one note each can have, so that the beats can be seen."""
    dotted = beat_steps != QUARTER
    while start < end:
        longest = end - start
        within = start % beat_steps
        if within and longest > beat_steps - within:
            longest = beat_steps - within
        length = max(
            length
            for length in NOTE_TYPES
            if length <= longest and not (dotted and length > beat_steps and length % beat_steps)
        )
        yield start, length
        start += length
