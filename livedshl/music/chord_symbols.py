"""Reads chord symbols as musicians write them: "A-7", "Cmaj9", "E♭Δ", "Bø", "D7/F#", "N.C."

A symbol becomes the nearest of `chords.QUALITIES`. Ninths, elevenths and thirteenths become the
seventh chord below them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from livedshl.music.chords import Chord, pitch_class

LONGEST_SYMBOL = 24  # letters; anything longer is a remark

_ROOT = re.compile(r"([A-G])([#♯b♭]?)")
_BASS = re.compile(r"[/\\]\s*([A-Ga-g])\s*([#♯+b♭]?)\s*$")
_NO_CHORD = re.compile(r"n\.? ?c\.?|no chord|tacet", re.IGNORECASE)
_ALTERNATIVE = re.compile(r"[(;,]\s*[A-G](?![a-z]{3}).*$")

# What may follow the root. The first pattern that fits is taken.
_PARTS = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("half", r"[øØ]|half-?dim(?:inished)?"),
        ("suspended", r"(?:sus|SUS|Sus)(?:pended)?\s*([24]*)|4(?![0-9])"),
        ("added", r"(?:add|ADD|Add)\s*[#♯b♭+-]?\s*(\d+)|/9|2(?![0-9])"),
        ("left out", r"(?:omit|no)\s*\d+"),
        ("diminished", r"dim(?:inished)?|DIM|Dim|[°ºo]|d(?=7?$)"),
        ("altered", r"alt(?:ered)?|ALT"),
        ("augmented", r"aug(?:mented)?|AUG|Aug|a(?=7?$)"),
        ("dominant", r"dom(?:inant)?"),
        ("major", r"maj(?:or)?|Maj(?:or)?|MAJ?|[mM]a(?!d)|M|j|\^"),
        ("triangle", r"[Δ△∆]"),
        ("minor", r"min(?:or)?|Min(?:or)?|MIN?|[mM]i|m|^[-−–](?=9)|[-−–](?![59]\b)"),  # noqa: RUF001
        ("fifth", r"([#♯b♭+-])\s*5"),
        ("tension", r"[#♯b♭+-]\s*(?:9|11|13|6)(?!\d)"),
        ("augmented", r"\+"),
        ("sixth", r"6(/?9)?(?!\d)"),
        ("seventh", r"(7|9|11|13)"),
        ("fifth alone", r"5"),
        ("nothing", r"[\s(),]+"),
    )
)
# What no quality has the notes of.
_BEYOND = ("added", "left out", "altered", "tension", "fifth alone")
_ABOVE_THE_SEVENTH = {
    ("seventh", "9"), ("seventh", "11"), ("seventh", "13"), ("sixth", "9"), ("sixth", "/9"),
}  # fmt: skip
# How a chord goes on that is not understood; the letter of a remark goes on otherwise.
_CHORD_LIKE = re.compile(
    r"\s*(?:[^\w\s.!',;:]|\d|$|m(?![a-z])|M(?![A-Z])"
    r"|maj|min|mi\d|ma\d|mM|dim|aug|sus|add|alt|dom|omit|no\d)"
)


@dataclass(frozen=True, slots=True)
class ChordSymbol:
    """What a chord symbol says.

    chord: None for "N.C.". bass: the pitch class after a slash, None if there is none. is_whole:
    whether the chord has all the notes that the symbol asks for, and no others.
    """

    chord: Chord | None
    bass: int | None = None
    is_whole: bool = True

    @property
    def sounding(self) -> Chord | None:
        """The chord over its bass."""
        return self.chord.over(self.bass) if self.chord and self.bass is not None else self.chord


@lru_cache(maxsize=4096)
def read_chord_symbol(text: str) -> ChordSymbol | None:
    """The chord that a symbol names; None if it is not understood.

    Of alternatives, as in "D7(Am)", the first is taken.
    """
    text = text.strip()
    if len(text) > LONGEST_SYMBOL:
        return None
    if _NO_CHORD.fullmatch(text):
        return ChordSymbol(None)
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1].strip()
    root = _ROOT.match(text)
    if not root:
        return None
    rest = _ALTERNATIVE.sub("", text[root.end() :])
    bass = _BASS.search(rest)
    parts = list(_parts(rest[: bass.start()] if bass else rest))
    intervals = _intervals(parts)
    if intervals is None:
        return None
    tonic = _pitch_class(*root.groups())
    chord = Chord.of_pitch_classes(tonic, [tonic + interval for interval in intervals])
    is_whole = set(chord.intervals) == set(intervals) and not any(
        kind in _BEYOND or (kind, detail) in _ABOVE_THE_SEVENTH for kind, detail in parts
    )
    return ChordSymbol(chord, _pitch_class(*bass.groups()) if bass else None, is_whole)


def resembles_chord_symbol(text: str) -> bool:
    """Whether a text that cannot be read was probably meant as a chord, and not as a remark."""
    text = text.strip()
    root = _ROOT.match(text)
    if not root or len(text) > LONGEST_SYMBOL:
        return False
    return _CHORD_LIKE.match(text, root.end()) is not None


def _pitch_class(letter: str, sign: str) -> int:
    return (pitch_class(letter) + {"#": 1, "♯": 1, "+": 1, "b": -1, "♭": -1}.get(sign, 0)) % 12


def _intervals(parts: list[tuple[str, str]]) -> list[int] | None:
    """The semitones above the root of a chord; None if a part of its name is not understood."""
    kinds: set[str] = set()
    third, fifth, sixth, seventh = 4, 7, 0, 0
    for kind, detail in parts:
        if kind == "unknown":
            return None
        if kind == "minor":
            third = 3
        elif kind == "suspended":
            third = 2 if detail == "2" else 5
        elif kind == "diminished":
            third, fifth = 3, 6
        elif kind == "half":
            third, fifth, seventh = 3, 6, 10
        elif kind == "altered":
            fifth, seventh = 8, 10
        elif kind == "augmented":
            fifth = 8
        elif kind == "fifth":
            fifth = 6 if detail in ("b", "♭", "-") else 8
        elif kind == "sixth" or (kind == "added" and detail == "6"):
            sixth = 9
        elif kind == "triangle":
            seventh = 11
        elif kind == "seventh" and not seventh:
            seventh = 11 if "major" in kinds else 9 if "diminished" in kinds else 10
        kinds.add(kind)
    return [0, third, fifth, *(interval for interval in (sixth, seventh) if interval)]


def _parts(quality: str) -> Iterator[tuple[str, str]]:
    """The parts of a quality in order: the kind of each, and its detail."""
    at = 0
    while at < len(quality):
        for kind, pattern in _PARTS:
            if part := pattern.match(quality, at):
                at = part.end()
                yield kind, (part[1] or "") if pattern.groups else ""
                break
        else:
            yield "unknown", ""
            return
