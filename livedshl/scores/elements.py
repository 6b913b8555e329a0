"""Pieces of a MusicXML document that every score here has."""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from livedshl.music import Chord, Metre
from livedshl.music.chords import QUALITIES
from livedshl.music.leadsheet import Key, Mode
from livedshl.music.spelling import fifths_of, spell, spell_over
from livedshl.scores.accidentals import add_accidentals
from livedshl.scores.marks import title_of
from livedshl.scores.written_notes import NOTE_TYPES, WrittenNote

Spelled = tuple[str, int]  # a letter, and 1 for a sharp or -1 for a flat

# MusicXML's kind for each chord quality.
_KINDS = {
    "": "major", "m": "minor", "7": "dominant", "m7": "minor-seventh", "maj7": "major-seventh",
    "6": "major-sixth", "m6": "minor-sixth", "dim": "diminished", "dim7": "diminished-seventh",
    "m7b5": "half-diminished", "aug": "augmented", "7#5": "augmented-seventh",
    "sus4": "suspended-fourth", "7sus4": "suspended-fourth", "mmaj7": "major-minor",
}  # fmt: skip


def new_score(title: str, creator: str) -> ET.Element:
    """The root of a score, with what it says of itself."""
    score = ET.Element("score-partwise", version="4.0")
    ET.SubElement(ET.SubElement(score, "work"), "work-title").text = title_of(title)
    identification = ET.SubElement(score, "identification")
    ET.SubElement(identification, "creator", type="composer").text = title_of(creator)
    encoding = ET.SubElement(identification, "encoding")
    ET.SubElement(encoding, "software").text = "livedshl"
    return score


def add_parts(score: ET.Element, names: Sequence[str]) -> list[ET.Element]:
    """The parts of a score. The name of a part that is alone is not printed."""
    hidden = {"print-object": "no"} if len(names) == 1 else {}
    part_list = ET.SubElement(score, "part-list")
    for number, name in enumerate(names, 1):
        score_part = ET.SubElement(part_list, "score-part", id=f"P{number}")
        ET.SubElement(score_part, "part-name", hidden).text = name
    return [ET.SubElement(score, "part", id=f"P{number}") for number in range(1, len(names) + 1)]


def add_key(attributes: ET.Element, key: Key) -> None:
    """The key signature, with its mode."""
    element = ET.SubElement(attributes, "key")
    ET.SubElement(element, "fifths").text = str(fifths_of(key))
    mode = "none" if key.mode is Mode.OTHER else key.mode.value.lower()
    ET.SubElement(element, "mode").text = mode


def add_metre(attributes: ET.Element, metre: Metre) -> None:
    """The time signature."""
    time = ET.SubElement(attributes, "time")
    ET.SubElement(time, "beats").text = str(metre.count)
    ET.SubElement(time, "beat-type").text = str(metre.unit)


def add_clef(attributes: ET.Element, *, is_bass: bool = False, staff: int = 0) -> None:
    """The treble clef, or that of a bass. staff: its number, from 1, where a part has several."""
    clef = ET.SubElement(attributes, "clef", {"number": str(staff)} if staff else {})
    ET.SubElement(clef, "sign").text = "F" if is_bass else "G"
    ET.SubElement(clef, "line").text = "4" if is_bass else "2"


def add_barline(measure: ET.Element, style: str) -> None:
    """The bar line at the end of a measure."""
    barline = ET.SubElement(measure, "barline", location="right")
    ET.SubElement(barline, "bar-style").text = style


def add_chord(measure: ET.Element, chord: Chord | None, fifths: int) -> ET.Element:
    """A chord symbol, spelled for a key signature; N.C. for None."""
    harmony = ET.SubElement(measure, "harmony")
    if chord is None:
        ET.SubElement(ET.SubElement(harmony, "root"), "root-step", text="").text = "C"
        ET.SubElement(harmony, "kind", text="N.C.").text = "none"
        return harmony
    letter, alter = spell(chord.root, fifths)
    root = ET.SubElement(harmony, "root")
    ET.SubElement(root, "root-step").text = letter
    if alter:
        ET.SubElement(root, "root-alter").text = str(alter)
    quality = QUALITIES[chord.quality][0]
    ET.SubElement(harmony, "kind", text=quality).text = _KINDS[quality]
    if chord.bass:
        _add_bass(harmony, chord, fifths)
    if quality == "7sus4":  # no kind has its seventh
        degree = ET.SubElement(harmony, "degree", {"print-object": "no"})
        ET.SubElement(degree, "degree-value").text = "7"
        ET.SubElement(degree, "degree-alter").text = "0"
        ET.SubElement(degree, "degree-type").text = "add"
    return harmony


def _add_bass(harmony: ET.Element, chord: Chord, fifths: int) -> None:
    letter, alter = spell(chord.lowest, fifths)
    bass = ET.SubElement(harmony, "bass")
    ET.SubElement(bass, "bass-step").text = letter
    if alter:
        ET.SubElement(bass, "bass-alter").text = str(alter)


def add_pitch(note: ET.Element, pitch: int, spelled: Spelled) -> None:
    """The pitch of a note."""
    letter, alter = spelled
    element = ET.SubElement(note, "pitch")
    ET.SubElement(element, "step").text = letter
    if alter:
        ET.SubElement(element, "alter").text = str(alter)
    # B sharp and C flat belong to the octave of their letter.
    ET.SubElement(element, "octave").text = str((pitch - alter) // 12 - 1)


class Speller:
    """Spells the notes of a part for its key and chords; what is tied stays as it was."""

    def __init__(self) -> None:
        self._last: dict[int, Spelled] = {}

    def spelled(self, note: WrittenNote, chord: Chord | None, fifths: int) -> list[Spelled]:
        """The spelling of each pitch of a note. chord: that sounds when it is struck."""
        for pitch in note.pitches:
            if not (note.tied_from and pitch in self._last):
                self._last[pitch] = spell_over(pitch % 12, chord, fifths)
        return [self._last[pitch] for pitch in note.pitches]


def add_note(
    measure: ET.Element,
    note: WrittenNote,
    spelled: Sequence[Spelled],
    beams: Sequence[str],
    *,
    voice: int = 0,
    staff: int = 0,
) -> None:
    """A note, chord or rest. voice, staff: their numbers, from 1, where there are several."""
    ties = [kind for kind, tied in (("stop", note.tied_from), ("start", note.tied_to)) if tied]
    for place in range(max(1, len(note.pitches))):
        element = ET.SubElement(measure, "note")
        if place:
            ET.SubElement(element, "chord")
        if note.pitches:
            add_pitch(element, note.pitches[place], spelled[place])
        else:
            ET.SubElement(element, "rest")
        ET.SubElement(element, "duration").text = str(note.length)
        for kind in ties:
            ET.SubElement(element, "tie", type=kind)
        if voice:
            ET.SubElement(element, "voice").text = str(voice)
        type_name, dots = NOTE_TYPES[note.length]
        ET.SubElement(element, "type").text = type_name
        for _ in range(dots):
            ET.SubElement(element, "dot")
        if staff:
            ET.SubElement(element, "staff").text = str(staff)
        for number, kind in enumerate(() if place else beams, 1):
            ET.SubElement(element, "beam", number=str(number)).text = kind
        if ties:
            notations = ET.SubElement(element, "notations")
            for kind in ties:
                ET.SubElement(notations, "tied", type=kind)


def written_out(score: ET.Element) -> bytes:
    """The document as UTF-8, with accidentals where players need them."""
    for part in score.findall("part"):
        add_accidentals(part)
    ET.indent(score)
    return bytes(ET.tostring(score, encoding="UTF-8", xml_declaration=True))
