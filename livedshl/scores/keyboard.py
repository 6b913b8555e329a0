"""Writes a part for both hands as MusicXML: on two staves, in at most two voices on each."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

import numpy as np
from numpy.typing import NDArray

from livedshl.music import Chord, Grid
from livedshl.music.leadsheet import Key
from livedshl.music.spelling import fifths_of
from livedshl.scores.elements import (
    Speller,
    add_barline,
    add_clef,
    add_key,
    add_metre,
    add_note,
)
from livedshl.scores.voices import StaffNote, voices_of
from livedshl.scores.written_notes import QUARTER, beams_of, written_voice

_MIDDLE_C = 60  # from here on a note stands on the upper staff
_VOICES = 2  # of a staff; more cannot be told apart


@dataclass(frozen=True, slots=True, eq=False)
class KeyboardPart:
    """A part for two staves. notes: int64[n, 3], first step, number of steps, sounding pitch."""

    name: str
    notes: NDArray[np.int64]


def add_keyboard(
    part: ET.Element,
    notes: NDArray[np.int64],
    over: Sequence[Chord | None],
    grid: Grid,
    bar_keys: Sequence[Key],
) -> None:
    """Writes the bars of a part. notes: as in `KeyboardPart`; what lies behind the end is left out.

    over: the chord of each step as it sounds. bar_keys: the key of each bar.
    """
    lines = [*range(0, len(over), grid.bar_steps), len(over)]
    is_upper = notes[:, 2] >= _MIDDLE_C
    hands = [voices_of(_in_voices(notes[of_hand]), lines) for of_hand in (is_upper, ~is_upper)]
    staves = [_Staff(number, over, grid) for number in (1, 2)]
    for bar, key in enumerate(bar_keys):
        measure = ET.SubElement(part, "measure", number=str(bar + 1))
        if bar == 0:
            _add_attributes(measure, key, grid)
        elif key != bar_keys[bar - 1]:
            add_key(ET.SubElement(measure, "attributes"), key)
        start, end = lines[bar : bar + 2]
        for staff, hand in zip(staves, hands, strict=True):
            for voice, spans in enumerate(hand[bar], 1):
                if (staff.number, voice) != (1, 1):
                    _move(measure, "backup", end - start)
                staff.add_voice(measure, voice, spans, start, fifths_of(key))
    add_barline(measure, "light-heavy")


class _Staff:
    """Writes the voices of one staff, bar by bar. number: 1 or 2. over: as in `add_keyboard`."""

    def __init__(self, number: int, over: Sequence[Chord | None], grid: Grid) -> None:
        self.number = number
        self._over = over
        self._grid = grid
        self._speller = Speller()

    def add_voice(
        self, measure: ET.Element, voice: int, spans: Sequence[StaffNote], start: int, fifths: int
    ) -> None:
        """Writes a voice of the bar at step `start`; of a second voice, rests are not printed."""
        notes = written_voice(spans, start, self._grid.beat_steps)
        number = (self.number - 1) * _VOICES + voice
        for note, beams in zip(notes, beams_of(notes, self._grid.beat_steps), strict=True):
            if voice > 1 and not note.pitches:
                _move(measure, "forward", note.length)
                continue
            spelled = self._speller.spelled(note, self._over[start + note.first], fifths)
            add_note(measure, note, spelled, beams, voice=number, staff=self.number)


def _move(measure: ET.Element, way: str, length: int) -> None:
    """Moves the place of the next note: "backup" or "forward" by some steps."""
    ET.SubElement(ET.SubElement(measure, way), "duration").text = str(length)


def _add_attributes(measure: ET.Element, key: Key, grid: Grid) -> None:
    attributes = ET.SubElement(measure, "attributes")
    ET.SubElement(attributes, "divisions").text = str(QUARTER)
    add_key(attributes, key)
    add_metre(attributes, grid.metre)
    ET.SubElement(attributes, "staves").text = "2"
    add_clef(attributes, staff=1)
    add_clef(attributes, staff=2, is_bass=True)


def _in_voices(notes: NDArray[np.int64]) -> NDArray[np.int32]:
    """The notes of a hand, int32[n, 3], cut short where more voices than two would sound.

    What began last gives way, as a figure does over a bass that is held.
    """
    at: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for start, length, pitch in notes.tolist():
        at[start][start + length].add(pitch)
    sounding: list[_Chord] = []
    written: list[_Chord] = []
    for start in sorted(at):
        chords = [_Chord(start, end, at[start][end]) for end in sorted(at[start])]
        while len(chords) > _VOICES:
            shortest, longer, *others = chords
            chords = [_Chord(start, shortest.end, shortest.pitches | longer.pitches), *others]
        sounding = [chord for chord in sounding if chord.end > start]
        while len(sounding) + len(chords) > _VOICES and sounding:
            sounding.pop().end = start
        sounding += reversed(chords)
        written += chords
    rows = [(c.start, c.end - c.start, pitch) for c in written for pitch in sorted(c.pitches)]
    return np.array(rows, np.int32).reshape(-1, 3)


@dataclass(slots=True)
class _Chord:
    """Notes that start and end together. start, end: steps."""

    start: int
    end: int
    pitches: set[int]
