"""Reads MusicXML's key and time signatures."""

from dataclasses import dataclass
from fractions import Fraction
from xml.etree import ElementTree as ET

from livedshl.errors import CorpusError
from livedshl.music import Metre

_MOST_COUNT = 64
_LARGEST_UNIT = 64


@dataclass(frozen=True, slots=True)
class Signature:
    """A key signature at sounding pitch.

    fifths: sharps; flats are negative; None for a signature of some other kind. mode: as the file
    names it, "" if it does not.
    """

    fifths: int | None
    mode: str


def signature_of(key: ET.Element, transposition: int) -> Signature:
    """transposition: semitones from the written to the sounding pitch."""
    fifths = key.findtext("fifths")
    if fifths is None:
        return Signature(None, "")
    mode = (key.findtext("mode") or "").strip().lower()
    moved = int(fifths) + transposition * 7
    # Of the signatures with the same notes, the one with the fewest signs; six sharps for six.
    sounding = int(fifths) if transposition % 12 == 0 else (moved + 5) % 12 - 5
    return Signature(sounding, "" if mode == "none" else mode)


def metre_of(time: ET.Element) -> Metre | None:
    """The metre; None for music without one. A compound one, as 3/8 + 2/8, is added up.

    Raises CorpusError for a metre that cannot be.
    """
    if time.find("senza-misura") is not None:
        return None
    counts = [beats.text or "" for beats in time.iterfind("beats")]
    units = [int(unit.text or 0) for unit in time.iterfind("beat-type")]
    if not counts or len(counts) != len(units):
        return None
    if not all(0 < unit <= _LARGEST_UNIT and unit & (unit - 1) == 0 for unit in units):
        raise CorpusError(f"metre {counts[0].strip()}/{units[0]}")
    unit = max(units)
    count = sum(
        Fraction(_sum(text) * unit, beat_type)
        for text, beat_type in zip(counts, units, strict=True)
    )
    if not 0 < count <= _MOST_COUNT:
        raise CorpusError("a metre of too many beats")
    return Metre(int(count), unit)


def _sum(text: str) -> int:
    """The number of beats, which may be written as "3+2"."""
    return sum(int(number) for number in text.split("+"))
