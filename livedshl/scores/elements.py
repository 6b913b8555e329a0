"""Pieces of a MusicXML document that every score here has."""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from livedshl.music import Chord, Metre
from livedshl.music.chords import QUALITIES
from livedshl.music.leadsheet import Key, Mode
from livedshl.music.spelling import fifths_of, spell
from livedshl.scores.accidentals import add_accidentals
from livedshl.scores.marks import title_of

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


def add_clef(attributes: ET.Element, *, is_bass: bool = False) -> None:
    """The treble clef, or that of a bass."""
    clef = ET.SubElement(attributes, "clef")
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


def add_pitch(note: ET.Element, pitch: int | None, fifths: int) -> None:
    """The pitch of a note, spelled for a key signature; a rest for None."""
    if pitch is None:
        ET.SubElement(note, "rest")
        return
    letter, alter = spell(pitch % 12, fifths)
    spelled = ET.SubElement(note, "pitch")
    ET.SubElement(spelled, "step").text = letter
    if alter:
        ET.SubElement(spelled, "alter").text = str(alter)
    # B sharp and C flat belong to the octave of their letter.
    ET.SubElement(spelled, "octave").text = str((pitch - alter) // 12 - 1)


def written_out(score: ET.Element) -> bytes:
    """The document as UTF-8, with accidentals where players need them."""
    for part in score.findall("part"):
        add_accidentals(part)
    ET.indent(score)
    return bytes(ET.tostring(score, encoding="UTF-8", xml_declaration=True))
