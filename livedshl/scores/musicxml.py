"""Writes a lead sheet, melody and chord symbols, as MusicXML 4.0."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from xml.etree import ElementTree as ET

import numpy as np
from numpy.typing import NDArray

from livedshl.music import Chord, Grid
from livedshl.music.chords import QUALITIES
from livedshl.music.leadsheet import Key, Mode
from livedshl.music.segments import ARTICULATED, CHORD, PITCH, REST
from livedshl.scores.spelling import fifths_of, spell

_QUARTER = 4  # steps
# Note types by length in sixteenths: name, dots.
_TYPES = {
    1: ("16th", 0), 2: ("eighth", 0), 3: ("eighth", 1), 4: ("quarter", 0), 6: ("quarter", 1),
    8: ("half", 0), 12: ("half", 1), 16: ("whole", 0),
}  # fmt: skip
# MusicXML's kind for each chord quality.
_KINDS = {
    "": "major", "m": "minor", "7": "dominant", "m7": "minor-seventh", "maj7": "major-seventh",
    "6": "major-sixth", "m6": "minor-sixth", "dim": "diminished", "dim7": "diminished-seventh",
    "m7b5": "half-diminished", "aug": "augmented", "7#5": "augmented-seventh",
    "sus4": "suspended-fourth", "7sus4": "suspended-fourth", "mmaj7": "major-minor",
}  # fmt: skip
# A beam's part at a note, by whether the notes before and after it in the group have it too.
_BEAMS = {
    (False, True): "begin", (True, True): "continue", (True, False): "end", (False, False): "",
}  # fmt: skip
LINE_BARS = 4


@dataclass(frozen=True, slots=True)
class Mark:
    """A word at a step of the music: below the staff, or the letter of a section in a box above."""

    step: int
    text: str
    section: bool = False


def musicxml(
    steps: NDArray[np.int8],
    chords: Sequence[Chord],
    grid: Grid,
    key: Key,
    tempo_bpm: float,
    title: str,
    creator: str = "livedshl",
    keys: Mapping[int, Key] | None = None,
    marks: Sequence[Mark] = (),
) -> bytes:
    """The score of `steps`, int8[n, 3] in C major or A minor, four bars a line.

    chords: what the chord classes of the steps mean. grid: how the steps count. key: of the score;
    keys: by bar from 0, where it changes. tempo_bpm: beats of the grid a minute. marks: what is
    written beside the notes.
    """
    key_shift, fifths = key.shift, fifths_of(key)
    score = ET.Element("score-partwise", version="4.0")
    ET.SubElement(ET.SubElement(score, "work"), "work-title").text = title
    identification = ET.SubElement(score, "identification")
    ET.SubElement(identification, "creator", type="composer").text = creator
    encoding = ET.SubElement(identification, "encoding")
    ET.SubElement(encoding, "software").text = "livedshl"
    part_list = ET.SubElement(score, "part-list")
    score_part = ET.SubElement(part_list, "score-part", id="P1")
    ET.SubElement(score_part, "part-name", {"print-object": "no"}).text = "Melody"
    part = ET.SubElement(score, "part", id="P1")
    sounding_chord = None
    marks_at = _by_step(marks)
    for number, start in enumerate(range(0, len(steps), grid.bar_steps), 1):
        measure = ET.SubElement(part, "measure", number=str(number))
        if number > 1 and number % LINE_BARS == 1:
            ET.SubElement(measure, "print", {"new-system": "yes"})
        if number == 1:
            _add_attributes(measure, fifths, key.mode, grid)
            _add_tempo(measure, tempo_bpm, grid)
        elif keys and keys.get(number - 1, key) != key:
            key, sounding_chord = keys[number - 1], None
            key_shift, fifths = key.shift, fifths_of(key)
            _add_key(ET.SubElement(measure, "attributes"), fifths, key.mode)
        bar = steps[start : start + grid.bar_steps]
        continues = start + len(bar) < len(steps) and _is_tied(steps, start + len(bar))
        pieces = list(_pieces(bar, _is_tied(steps, start), continues, grid.beat_steps))
        beams = _beams(
            [(first, length, bar[first, PITCH] == REST) for first, length, _, _ in pieces],
            grid.beat_steps,
        )
        for (first, length, tied_from, tied_to), beam in zip(pieces, beams, strict=True):
            for step in range(start + first, start + first + length):
                for mark in marks_at.get(step, ()):
                    _add_mark(measure, mark, step - start - first)
            if first % grid.beat_steps == 0:
                sounding_chord = _add_chord(
                    measure, bar[first], sounding_chord, chords, key_shift, fifths
                )
            pitch = int(bar[first, PITCH])
            shifted = None if pitch == REST else pitch + key_shift
            _add_note(measure, shifted, length, tied_from, tied_to, fifths, beam)
        if any(mark.section for mark in marks_at.get(start + grid.bar_steps, ())):
            _add_barline(measure, "light-light")
    _add_barline(measure, "light-heavy")
    ET.indent(score)
    return bytes(ET.tostring(score, encoding="UTF-8", xml_declaration=True))


def _by_step(marks: Sequence[Mark]) -> Mapping[int, Sequence[Mark]]:
    at: dict[int, list[Mark]] = defaultdict(list)
    for mark in marks:
        at[mark.step].append(mark)
    return at


def _is_tied(steps: NDArray[np.int8], step: int) -> bool:
    """Whether the note at `step` goes on from the step before."""
    return (
        step > 0
        and steps[step, PITCH] != REST
        and not steps[step, ARTICULATED]
        and steps[step, PITCH] == steps[step - 1, PITCH]
    )


def _pieces(
    bar: NDArray[np.int8], tied_in: bool, tied_out: bool, beat_steps: int
) -> Iterator[tuple[int, int, bool, bool]]:
    """First step, length, and ties (from before, on to the next) of each written note of a bar.

    Every chord change falls on a beat that starts a piece, so that its symbol has a place.
    """
    changes = [
        step
        for step in range(1, len(bar))
        if not _is_tied(bar, step) and not (bar[step, PITCH] == bar[step - 1, PITCH] == REST)
    ]
    chord_changes = [
        step
        for step in range(beat_steps, len(bar), beat_steps)
        if bar[step, CHORD] != bar[step - 1, CHORD]
    ]
    edges = [0, *changes, len(bar)]
    for start, end in pairwise(edges):
        rest = bar[start, PITCH] == REST
        cuts = [start, *(c for c in chord_changes if start < c < end), end]
        written = [piece for a, b in pairwise(cuts) for piece in _written(a, b, beat_steps)]
        for index, (first, length) in enumerate(written):
            from_before = index > 0 or (start == 0 and tied_in)
            to_next = index < len(written) - 1 or (end == len(bar) and tied_out)
            yield first, length, from_before and not rest, to_next and not rest


def _written(start: int, end: int, beat_steps: int) -> Iterator[tuple[int, int]]:
    """Cuts start..end into lengths that one note each can write, showing the beats."""
    dotted = beat_steps != _QUARTER
    while start < end:
        longest = end - start
        within = start % beat_steps
        if within and longest > beat_steps - within:
            longest = beat_steps - within
        length = max(
            length
            for length in _TYPES
            if length <= longest and not (dotted and length > beat_steps and length % beat_steps)
        )
        yield start, length
        start += length


def _beams(pieces: Sequence[tuple[int, int, bool]], beat_steps: int) -> list[list[str]]:
    """The beams of each written note, outermost first: MusicXML's names, none where it has none.

    pieces: first step, length in steps, and whether it is a rest. Notes shorter than a quarter are
    joined where they follow one another within one beat.
    """

    def joined_with(index: int) -> tuple[int, int]:
        """A key that only notes under one beam share; a long note or a rest is alone."""
        first, length, rest = pieces[index]
        return (first // beat_steps, index if rest or length >= _QUARTER else -1)

    beams: list[list[str]] = [[] for _ in pieces]
    for _, group in groupby(range(len(pieces)), joined_with):
        notes = list(group)
        for shorter_than in (_QUARTER, _QUARTER // 2):  # one beam, two beams
            has = [pieces[note][1] < shorter_than for note in notes]
            for place, note in enumerate(notes):
                if len(notes) > 1 and has[place]:
                    before = place > 0 and has[place - 1]
                    after = place < len(notes) - 1 and has[place + 1]
                    kind = _BEAMS[before, after] or ("backward hook" if place else "forward hook")
                    beams[note].append(kind)
    return beams


def _add_attributes(measure: ET.Element, fifths: int, mode: Mode, grid: Grid) -> None:
    attributes = ET.SubElement(measure, "attributes")
    ET.SubElement(attributes, "divisions").text = str(_QUARTER)
    _add_key(attributes, fifths, mode)
    time = ET.SubElement(attributes, "time")
    ET.SubElement(time, "beats").text = str(grid.metre.count)
    ET.SubElement(time, "beat-type").text = str(grid.metre.unit)
    clef = ET.SubElement(attributes, "clef")
    ET.SubElement(clef, "sign").text = "G"
    ET.SubElement(clef, "line").text = "2"


def _add_key(attributes: ET.Element, fifths: int, mode: Mode) -> None:
    key = ET.SubElement(attributes, "key")
    ET.SubElement(key, "fifths").text = str(fifths)
    ET.SubElement(key, "mode").text = mode.value


def _add_tempo(measure: ET.Element, tempo_bpm: float, grid: Grid) -> None:
    direction = ET.SubElement(measure, "direction", placement="above")
    metronome = ET.SubElement(ET.SubElement(direction, "direction-type"), "metronome")
    ET.SubElement(metronome, "beat-unit").text = "quarter"
    if grid.beat_steps != _QUARTER:
        ET.SubElement(metronome, "beat-unit-dot")
    ET.SubElement(metronome, "per-minute").text = f"{tempo_bpm:g}"
    ET.SubElement(direction, "sound", tempo=f"{grid.quarter_bpm(tempo_bpm):g}")


def _add_barline(measure: ET.Element, style: str) -> None:
    barline = ET.SubElement(measure, "barline", location="right")
    ET.SubElement(barline, "bar-style").text = style


def _add_mark(measure: ET.Element, mark: Mark, offset_steps: int) -> None:
    """Writes a mark so many steps after the note that follows."""
    place = "above" if mark.section else "below"
    direction = ET.SubElement(measure, "direction", placement=place)
    kind = ET.SubElement(direction, "direction-type")
    if mark.section:
        ET.SubElement(kind, "rehearsal", enclosure="square").text = mark.text
    else:
        # A place of its own keeps the words of a line in a row.
        ET.SubElement(kind, "words", {"default-y": "-60"}).text = mark.text
    if offset_steps:
        ET.SubElement(direction, "offset").text = str(offset_steps)


def _add_chord(
    measure: ET.Element,
    step: NDArray[np.int8],
    before: int | None,
    chords: Sequence[Chord],
    key_shift: int,
    fifths: int,
) -> int:
    """Writes the chord symbol of a step if it differs from the one before; returns its class."""
    chord_class = int(step[CHORD])
    if chord_class == before:
        return chord_class
    harmony = ET.SubElement(measure, "harmony")
    if chord_class < 0:
        ET.SubElement(ET.SubElement(harmony, "root"), "root-step", text="").text = "C"
        ET.SubElement(harmony, "kind", text="N.C.").text = "none"
        return chord_class
    chord = chords[chord_class].transposed(key_shift)
    letter, alter = spell(chord.root, fifths)
    root = ET.SubElement(harmony, "root")
    ET.SubElement(root, "root-step").text = letter
    if alter:
        ET.SubElement(root, "root-alter").text = str(alter)
    quality = QUALITIES[chord.quality][0]
    ET.SubElement(harmony, "kind", text=quality).text = _KINDS[quality]
    return chord_class


def _add_note(
    measure: ET.Element,
    pitch: int | None,
    length: int,
    tied_from: bool,
    tied_to: bool,
    fifths: int,
    beam: Sequence[str],
) -> None:
    note = ET.SubElement(measure, "note")
    if pitch is None:
        ET.SubElement(note, "rest")
    else:
        letter, alter = spell(pitch % 12, fifths)
        element = ET.SubElement(note, "pitch")
        ET.SubElement(element, "step").text = letter
        if alter:
            ET.SubElement(element, "alter").text = str(alter)
        # B sharp and C flat count to the octave of their letter.
        ET.SubElement(element, "octave").text = str((pitch - alter) // 12 - 1)
    ET.SubElement(note, "duration").text = str(length)
    ties = [kind for kind, tied in (("stop", tied_from), ("start", tied_to)) if tied]
    for kind in ties:
        ET.SubElement(note, "tie", type=kind)
    type_name, dots = _TYPES[length]
    ET.SubElement(note, "type").text = type_name
    for _ in range(dots):
        ET.SubElement(note, "dot")
    for number, kind in enumerate(beam, 1):
        ET.SubElement(note, "beam", number=str(number)).text = kind
    if ties:
        notations = ET.SubElement(note, "notations")
        for kind in ties:
            ET.SubElement(notations, "tied", type=kind)
