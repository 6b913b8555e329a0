"""Writes melody and chord symbols as MusicXML 4.0."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as ET

import numpy as np
from numpy.typing import NDArray

from livedshl.music import Chord, Grid
from livedshl.music.chords import QUALITIES
from livedshl.music.leadsheet import Key, Mode
from livedshl.music.segments import CHORD
from livedshl.music.spelling import fifths_of, spell
from livedshl.scores.marks import LINE_BARS, Mark, title_of
from livedshl.scores.written_notes import NOTE_TYPES, QUARTER, WrittenNote, beams_of, written_notes

# MusicXML's kind for each chord quality.
_KINDS = {
    "": "major", "m": "minor", "7": "dominant", "m7": "minor-seventh", "maj7": "major-seventh",
    "6": "major-sixth", "m6": "minor-sixth", "dim": "diminished", "dim7": "diminished-seventh",
    "m7b5": "half-diminished", "aug": "augmented", "7#5": "augmented-seventh",
    "sus4": "suspended-fourth", "7sus4": "suspended-fourth", "mmaj7": "major-minor",
}  # fmt: skip


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
    """The score of steps, int8[n, 3] in C major or A minor, with four bars on a line.

    chords: the chords that the steps number. key: of the first bar. keys: by bar from 0, where the
    key changes. tempo_bpm: beats of the grid a minute. marks: words beside the notes.
    """
    key_shift, fifths = key.shift, fifths_of(key)
    score = ET.Element("score-partwise", version="4.0")
    ET.SubElement(ET.SubElement(score, "work"), "work-title").text = title_of(title)
    identification = ET.SubElement(score, "identification")
    ET.SubElement(identification, "creator", type="composer").text = title_of(creator)
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
        end = min(start + grid.bar_steps, len(steps))
        notes = written_notes(steps, start, end, grid.beat_steps)
        for note, beams in zip(notes, beams_of(notes, grid.beat_steps), strict=True):
            onset = start + note.first
            for step in range(onset, onset + note.length):
                for mark in marks_at.get(step, ()):
                    _add_mark(measure, mark, step - onset)
            if note.first % grid.beat_steps == 0:
                sounding_chord = _add_chord(
                    measure, int(steps[onset, CHORD]), sounding_chord, chords, key_shift, fifths
                )
            _add_note(measure, note, key_shift, fifths, beams)
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


def _add_attributes(measure: ET.Element, fifths: int, mode: Mode, grid: Grid) -> None:
    attributes = ET.SubElement(measure, "attributes")
    ET.SubElement(attributes, "divisions").text = str(QUARTER)
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
    if grid.beat_steps != QUARTER:
        ET.SubElement(metronome, "beat-unit-dot")
    ET.SubElement(metronome, "per-minute").text = f"{tempo_bpm:g}"
    ET.SubElement(direction, "sound", tempo=f"{grid.quarter_bpm(tempo_bpm):g}")


def _add_barline(measure: ET.Element, style: str) -> None:
    barline = ET.SubElement(measure, "barline", location="right")
    ET.SubElement(barline, "bar-style").text = style


def _add_mark(measure: ET.Element, mark: Mark, offset_steps: int) -> None:
    """Writes a mark that belongs `offset_steps` after the start of the next note."""
    place = "above" if mark.section else "below"
    direction = ET.SubElement(measure, "direction", placement=place)
    kind = ET.SubElement(direction, "direction-type")
    if mark.section:
        ET.SubElement(kind, "rehearsal", enclosure="square").text = title_of(mark.text)
    else:
        # A fixed height keeps the words of a line in a row.
        ET.SubElement(kind, "words", {"default-y": "-60"}).text = title_of(mark.text)
    if offset_steps:
        ET.SubElement(direction, "offset").text = str(offset_steps)


def _add_chord(
    measure: ET.Element,
    chord_class: int,
    before: int | None,
    chords: Sequence[Chord],
    key_shift: int,
    fifths: int,
) -> int:
    """Writes a chord symbol if it differs from the one before; returns the chord."""
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
    measure: ET.Element, note: WrittenNote, key_shift: int, fifths: int, beams: Sequence[str]
) -> None:
    element = ET.SubElement(measure, "note")
    if note.pitch is None:
        ET.SubElement(element, "rest")
    else:
        pitch = note.pitch + key_shift
        letter, alter = spell(pitch % 12, fifths)
        spelled = ET.SubElement(element, "pitch")
        ET.SubElement(spelled, "step").text = letter
        if alter:
            ET.SubElement(spelled, "alter").text = str(alter)
        # B sharp and C flat belong to the octave of their letter.
        ET.SubElement(spelled, "octave").text = str((pitch - alter) // 12 - 1)
    ET.SubElement(element, "duration").text = str(note.length)
    ties = [kind for kind, tied in (("stop", note.tied_from), ("start", note.tied_to)) if tied]
    for kind in ties:
        ET.SubElement(element, "tie", type=kind)
    type_name, dots = NOTE_TYPES[note.length]
    ET.SubElement(element, "type").text = type_name
    for _ in range(dots):
        ET.SubElement(element, "dot")
    for number, kind in enumerate(beams, 1):
        ET.SubElement(element, "beam", number=str(number)).text = kind
    if ties:
        notations = ET.SubElement(element, "notations")
        for kind in ties:
            ET.SubElement(notations, "tied", type=kind)
