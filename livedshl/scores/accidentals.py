"""Accidentals: the signs before notes that are not as the key signature or their bar has them."""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

_SIGNS = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}
_SHARPS = "FCGDAEB"  # the order in which key signatures have them; flats come backwards
_BEFORE = ("chord", "pitch", "duration", "tie", "voice", "type", "dot")  # in a note of MusicXML


def add_accidentals(part: ET.Element) -> None:
    """Adds the accidentals that a player needs to read a part; MusicXML's pitches do not have them.

    A sign holds to the end of its bar, for all voices of its staff at its octave. A note that is
    tied to the bar before has none.
    """
    signature: dict[str, int] = {}
    for measure in part.findall("measure"):
        if (fifths := measure.findtext("attributes/key/fifths")) is not None:
            signature = _alters(int(fifths))
        in_bar: dict[tuple[str, str, str], int] = {}
        for _, note in sorted(_notes(measure), key=lambda found: found[0]):
            letter, octave = note.findtext("pitch/step", ""), note.findtext("pitch/octave", "")
            place = (note.findtext("staff", ""), letter, octave)
            alter = int(note.findtext("pitch/alter", "0"))
            is_tied = any(tie.get("type") == "stop" for tie in note.findall("tie"))
            if alter != in_bar.get(place, signature.get(letter, 0)) and not is_tied:
                in_bar[place] = alter
                _add_sign(note, _SIGNS[alter])


def _notes(measure: ET.Element) -> Iterator[tuple[int, ET.Element]]:
    """The notes of a measure that have pitches, each with the time at which it starts."""
    now = start = 0
    for element in measure:
        length = int(element.findtext("duration", "0"))
        if element.tag == "backup":
            now -= length
        elif element.find("chord") is None:
            start, now = now, now + length
        if element.find("pitch") is not None:
            yield start, element


def _alters(fifths: int) -> dict[str, int]:
    """What a key signature, in sharps or negative flats, does to each letter."""
    if fifths >= 0:
        return dict.fromkeys(_SHARPS[:fifths], 1)
    return dict.fromkeys(_SHARPS[fifths:], -1)


def _add_sign(note: ET.Element, sign: str) -> None:
    accidental = ET.Element("accidental")
    accidental.text = sign
    note.insert(sum(child.tag in _BEFORE for child in note), accidental)
