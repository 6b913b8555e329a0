"""Reads MusicXML's chord symbols."""

from xml.etree import ElementTree as ET

from livedshl.music import Chord
from livedshl.music.chord_symbols import read_chord_symbol

NO_HARMONY = (-1, 0, 0)
_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_MAJOR, _MINOR = (0, 4, 7), (0, 3, 7)
_DOMINANT, _MINOR_SEVENTH, _MAJOR_SEVENTH = (0, 4, 7, 10), (0, 3, 7, 10), (0, 4, 7, 11)
# Semitones above the root. A ninth, eleventh or thirteenth counts as its seventh chord.
_KINDS: dict[str, tuple[int, ...]] = {
    "major": _MAJOR, "minor": _MINOR, "augmented": (0, 4, 8), "diminished": (0, 3, 6),
    "dominant": _DOMINANT, "major-seventh": _MAJOR_SEVENTH, "minor-seventh": _MINOR_SEVENTH,
    "diminished-seventh": (0, 3, 6, 9), "augmented-seventh": (0, 4, 8, 10),
    "half-diminished": (0, 3, 6, 10), "major-minor": (0, 3, 7, 11), "": _MAJOR,
    "major-sixth": (0, 4, 7, 9), "minor-sixth": (0, 3, 7, 9),
    "dominant-ninth": _DOMINANT, "major-ninth": _MAJOR_SEVENTH, "minor-ninth": _MINOR_SEVENTH,
    "dominant-11th": _DOMINANT, "major-11th": _MAJOR_SEVENTH, "minor-11th": _MINOR_SEVENTH,
    "dominant-13th": _DOMINANT, "major-13th": _MAJOR_SEVENTH, "minor-13th": _MINOR_SEVENTH,
    "suspended-second": (0, 2, 7), "suspended-fourth": (0, 5, 7), "power": (0, 7),
    "Neapolitan": _MAJOR, "Italian": _DOMINANT, "French": (0, 4, 6, 10), "German": _DOMINANT,
    "Tristan": (0, 3, 6, 10), "pedal": (0,),
    # Beyond the standard, as other libraries write them.
    "minor-major": (0, 3, 7, 11), "augmented-ninth": (0, 4, 8, 10), "maj69": (0, 4, 7, 9),
}  # fmt: skip
_DEGREES = {1: 0, 2: 2, 3: 4, 4: 5, 5: 7, 6: 9, 7: 10}  # semitones; the seventh is minor
_SUSPENDING = (2, 4)


def chord_of(harmony: ET.Element, transposition: int) -> tuple[int, int, int] | None:
    """Root, quality and bass of a chord symbol, at sounding pitch; None if it is not understood.

    The bass counts in semitones from the root up, as in `Chord`. "N.C." is `NO_HARMONY`.
    transposition: semitones from the written to the sounding pitch.
    """
    kind = (harmony.findtext("kind") or "").strip()
    if kind == "none":
        return NO_HARMONY
    written = _written_pitch_class(harmony, "root")
    if written is None:
        return None
    root = (written + transposition) % 12
    intervals = _KINDS.get(kind) or _intervals_of_text(harmony)
    if intervals is None:
        return None
    chord = Chord.of_pitch_classes(root, [root + i for i in _with_degrees(harmony, intervals)])
    below = _written_pitch_class(harmony, "bass")
    return chord.root, chord.quality, 0 if below is None else (below - written) % 12


def _written_pitch_class(harmony: ET.Element, name: str) -> int | None:
    """The pitch class of the root or the bass as it is written; None if there is none."""
    letter = (harmony.findtext(f"{name}/{name}-step") or "").strip()
    if letter not in _LETTERS:
        return None
    return _LETTERS[letter] + round(float(harmony.findtext(f"{name}/{name}-alter") or 0))


def _intervals_of_text(harmony: ET.Element) -> tuple[int, ...] | None:
    """What a chord of another kind is by the text that is printed, such as "7alt"."""
    kind = harmony.find("kind")
    text = kind.get("text", "") if kind is not None else ""
    if not text:
        return _MAJOR if harmony.find("degree") is not None else None
    symbol = read_chord_symbol(f"C{text}")
    return symbol.chord.intervals if symbol and symbol.chord else None


def _with_degrees(harmony: ET.Element, intervals: tuple[int, ...]) -> set[int]:
    """The intervals after what is added, altered and left out. Above the seventh nothing counts."""
    sounding = set(intervals)
    for degree in harmony.findall("degree"):
        value = int(degree.findtext("degree-value") or 0)
        if value not in _DEGREES:
            continue
        alter = round(float(degree.findtext("degree-alter") or 0))
        kind = (degree.findtext("degree-type") or "").strip()
        there = _interval_of(value, sounding)
        if kind in ("subtract", "alter"):
            sounding.discard(there)
        if kind == "alter":
            sounding.add((there + alter) % 12)
        if kind == "add" and value not in _SUSPENDING:
            sounding.add((_DEGREES[value] + alter) % 12)
    return sounding


def _interval_of(value: int, sounding: set[int]) -> int:
    """The interval of a degree in the chord, whether it is major, minor or altered."""
    plain = _DEGREES[value]
    return next((i for i in (plain, plain - 1, plain + 1) if i in sounding), plain)
