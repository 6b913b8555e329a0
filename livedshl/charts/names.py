"""Names of chords in a chart: letters, Nashville numbers, Roman numerals, N.C."""

import re
from dataclasses import dataclass
from functools import lru_cache

from livedshl.music import Chord
from livedshl.music.chord_symbols import LONGEST_SYMBOL, read_chord_symbol
from livedshl.music.leadsheet import Key, Mode

_NUMERALS = ("I", "II", "III", "IV", "V", "VI", "VII")
_DEGREE = re.compile(
    r"(?P<sign>[#♯b♭]?)"
    r"(?P<degree>[1-7]|VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)"
    r"(?P<quality>.*?)"
    r"(?:/(?P<below>[#♯b♭]?(?:[1-7]|VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)))?"
)
_FIGURES = re.compile(r"(?P<kind>°|o|ø|\+|)(?P<figures>65|64|43|42|6|2)")
_MINOR_ALREADY = re.compile(r"[-−–m°ºoøØ]|dim|min")  # noqa: RUF001
_SIGNS = {"#": 1, "♯": 1, "b": -1, "♭": -1, "": 0}
_SCALES = {Mode.MAJOR: (0, 2, 4, 5, 7, 9, 11), Mode.MINOR: (0, 2, 3, 5, 7, 8, 10)}
# What a number alone means: the triad of the key, with the major dominant in minor.
_TRIADS = {
    Mode.MAJOR: ("", "m", "m", "", "", "m", "dim"),
    Mode.MINOR: ("m", "dim", "", "m", "", "", ""),
}
_LEADING_NOTE = 11  # semitones above the tonic
_WITH_SEVENTH = ("65", "43", "42", "2")
# Which note of the chord is in the bass, counted from its root, for each figure.
_LOWEST = {"6": 1, "64": 2, "65": 1, "43": 2, "42": 3, "2": 3}


@dataclass(frozen=True, slots=True)
class NameReading:
    """What a name in a chart stands for.

    chord: None for N.C. is_whole: whether it has all the notes asked for, and no others.
    is_number: whether it counts from the key.
    """

    chord: Chord | None
    is_whole: bool = True
    is_number: bool = False


@lru_cache(maxsize=4096)
def read_name(name: str, key: Key) -> NameReading | None:
    """The chord that a name stands for in a key; None if it is not understood."""
    symbol = read_chord_symbol(name)
    if symbol is None:
        return _of_degree(name, key)
    if symbol.chord is None or symbol.bass is None:
        return NameReading(symbol.chord, symbol.is_whole)
    return NameReading(symbol.chord.over(symbol.bass), symbol.is_whole)


def _of_degree(name: str, key: Key) -> NameReading | None:
    found = _DEGREE.fullmatch(name) if len(name) <= LONGEST_SYMBOL else None
    if not found:
        return None
    degree, below = found["degree"], found["below"]
    is_roman, is_lower = not degree.isdigit(), degree.islower()
    if is_roman and below and not below[-1].isdigit():  # V7/V: in the key of what stands below
        mode = Mode.MINOR if below.islower() else Mode.MAJOR
        return _of_degree(name.rpartition("/")[0], Key(_pitch_class(below, key), mode))
    figured = _FIGURES.fullmatch(found["quality"]) if is_roman else None
    quality = found["quality"]
    if figured:
        sevenths = figured["figures"] in _WITH_SEVENTH
        major = sevenths and degree in ("I", "IV") and not found["sign"]
        quality = figured["kind"] + ("maj7" if major else "7" if sevenths else "")
    if not is_roman and not quality and not found["sign"]:
        quality = _TRIADS[_mode(key)][int(degree) - 1]
    elif is_roman and is_lower and not _MINOR_ALREADY.match(quality):
        quality = f"m{quality}"
    symbol = read_chord_symbol(f"C{quality}")
    if symbol is None or symbol.chord is None or symbol.bass is not None:
        return None
    root = _pitch_class(found["sign"] + degree, key, is_leading="m7b5" in symbol.chord.name
                        or "dim" in symbol.chord.name)  # fmt: skip
    chord = Chord(root, symbol.chord.quality)
    if figured:
        lowest = chord.intervals[min(_LOWEST[figured["figures"]], len(chord.intervals) - 1)]
        chord = chord.over((root + lowest) % 12)
    elif below:
        chord = chord.over(_pitch_class(below, key))
    return NameReading(chord, symbol.is_whole, is_number=True)


def _pitch_class(degree: str, key: Key, *, is_leading: bool = False) -> int:
    """The pitch class of a degree, as "4", "bVII" or "vi".

    A sign counts from the major scale. In minor a diminished chord on the seventh degree stands on
    the leading note.
    """
    number = degree.lstrip("#♯b♭")
    sign = degree[: len(degree) - len(number)]
    at = int(number) - 1 if number.isdigit() else _NUMERALS.index(number.upper())
    if at == 6 and is_leading and not sign:
        return (key.tonic + _LEADING_NOTE) % 12
    scale = _SCALES[Mode.MAJOR if sign else _mode(key)]
    return (key.tonic + scale[at] + _SIGNS[sign]) % 12


def _mode(key: Key) -> Mode:
    return Mode.MINOR if key.mode.home is Mode.MINOR else Mode.MAJOR
