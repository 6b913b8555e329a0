"""The fields of ABC that change how notes are read: K:, M:, L: and V:. ABC 2.1, section 3.1."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from livedshl.errors import CorpusError
from livedshl.music import Metre, Mode
from livedshl.music.chords import pitch_class
from livedshl.music.leadsheet import Key

_MOST_METRE = 64
_SHARPS = "FCGDAEB"
_FIFTHS_OF_MAJOR = {"C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5, "F": -1}
# For each mode: by how many fifths its signature differs from that of the major key; our mode.
_MODES = {
    "": (0, Mode.MAJOR), "maj": (0, Mode.MAJOR), "ion": (0, Mode.MAJOR),
    "m": (-3, Mode.MINOR), "min": (-3, Mode.MINOR), "aeo": (-3, Mode.MINOR),
    "mix": (-1, Mode.MIXOLYDIAN), "dor": (-2, Mode.DORIAN),
    "lyd": (1, Mode.OTHER), "phr": (-4, Mode.OTHER), "loc": (-5, Mode.OTHER),
}  # fmt: skip
_TONIC = re.compile(
    r"(?P<letter>[A-G])(?P<sign>[#♯b♭]?)\s*(?P<mode>exp|(?:maj|min|ion|aeo|mix|dor|lyd|phr|loc)"
    r"[a-z]*|m|)(?=$|[\s_^=])",
    re.IGNORECASE,
)
_ACCIDENTAL = re.compile(r"(\^\^?|__?|=)([A-Ga-g])")
_ALTERATIONS = {"^": 1, "^^": 2, "=": 0, "_": -1, "__": -2}
_PROPERTY = re.compile(
    r"\b(clef|octave|transpose|middle|m|shift|sound|score|stafflines|staffscale|style|stem|gstem"
    r"|dyn|lyrics|gchord|bracket|brace|merge|up|down|name|nm|subname|snm|sname|program|instrument)"
    r"\s*=\s*(\"[^\"]*\"|\S+)",
    re.IGNORECASE,
)
_CLEF = re.compile(r"(?:treble|bass|alto|tenor|perc)[1-5]?([+-]8)?(?!\w)|[+-]8")
_PIPES = {"F": 1, "C": 1}
_METRE = re.compile(r"(?P<count>\d+(?:\s*\+\s*\d+)*)\s*/\s*(?P<unit>\d+)")
_METRE_SIGNS = {"C": Metre(4, 4), "C|": Metre(2, 2), "c": Metre(4, 4), "c|": Metre(2, 2)}


@dataclass(frozen=True, slots=True)
class KeyField:
    """What a K: field says.

    key: None if the field changes only the clef. signature: semitones by letter.
    shift: semitones that its clef or octave moves what sounds; None if it does not say.
    """

    key: Key | None
    signature: Mapping[str, int]
    shift: int | None


def read_key(content: str) -> KeyField:
    """Reads a K: field. Raises CorpusError if it names no key."""
    shift = read_shift(content)
    text = _PROPERTY.sub("", content)
    text = _CLEF.sub("", text).strip()
    if not text and content.strip():
        return KeyField(None, {}, shift)
    if text[:2].lower() == "hp":
        return KeyField(Key(pitch_class("A"), Mode.OTHER), _PIPES, shift)
    if not text or text.lower().startswith("none"):
        return KeyField(Key(0, Mode.OTHER), _accidentals(text), shift)
    found = _TONIC.match(text)
    if found is None:
        if accidentals := _accidentals(text):
            return KeyField(Key(0, Mode.OTHER), accidentals, shift)
        raise CorpusError(f"the key K:{content[:20]} is not a key")
    letter = found["letter"].upper()
    sign = {"♯": "#", "♭": "b", "B": "b"}.get(found["sign"], found["sign"])
    tonic = pitch_class(letter + sign)
    word = found["mode"][:3].lower()
    accidentals = _accidentals(text[found.end() :])
    if word == "exp":
        return KeyField(Key(tonic, _mode_of(tonic, accidentals, Mode.OTHER)), accidentals, shift)
    above_major, mode = _MODES[word]
    fifths = _FIFTHS_OF_MAJOR[letter] + {"#": 7, "b": -7}.get(sign, 0) + above_major
    signature = {**_signature(fifths), **accidentals}
    if accidentals:
        mode = _mode_of(tonic, signature, mode)
    return KeyField(Key(tonic, mode), signature, shift)


def read_shift(content: str) -> int | None:
    """Semitones by which clef, octave= or transpose= moves a voice; None without any of them."""
    properties = read_properties(content)
    clef = _CLEF.search(properties.get("clef", "") or _PROPERTY.sub("", content))
    if not clef and not {"octave", "transpose"} & properties.keys():
        return None
    octaves = {"+8": 1, "-8": -1}.get((clef[1] or clef[0]) if clef else "", 0)
    octaves += _small(properties.get("octave", "0"))
    return 12 * octaves + _small(properties.get("transpose", "0"))


def read_properties(content: str) -> dict[str, str]:
    """The properties of a field, as `name="Flute"`."""
    return {name.lower(): value.strip('"') for name, value in _PROPERTY.findall(content)}


def read_metre(content: str) -> Metre | None:
    """Reads an M: field; None for "none". Raises CorpusError for anything else."""
    content = content.strip().replace("(", "").replace(")", "")
    if content in _METRE_SIGNS:
        return _METRE_SIGNS[content]
    if content.lower() in ("none", ""):
        return None
    found = _METRE.match(content)
    if not found:
        raise CorpusError(f"the metre M:{content[:20]} is not understood")
    counts = [_bounded(digits) for digits in found["count"].split("+")]
    count, unit = sum(counts), _bounded(found["unit"])
    if count > _MOST_METRE or unit > _MOST_METRE:
        raise CorpusError("a metre of too many beats")
    if not count or unit not in (1, 2, 4, 8, 16, 32, 64):
        raise CorpusError(f"the metre M:{content[:20]} is not understood")
    return Metre(count, unit)


def default_length(metre: Metre | None) -> Fraction:
    """The note length if there is no L: field, in whole notes."""
    return Fraction(1, 16) if metre and metre.count / metre.unit < 0.75 else Fraction(1, 8)


def read_length(content: str) -> Fraction | None:
    """Reads an L: field, in whole notes; None if it is not understood."""
    found = re.match(r"(\d{1,3})\s*(?:/\s*(\d{1,3}))?(?!\d)", content)
    if not found or not int(found[1]) or not int(found[2] or 1):
        return None
    return Fraction(int(found[1]), int(found[2] or 1))


def _signature(fifths: int) -> dict[str, int]:
    if fifths >= 0:
        return {_SHARPS[n % 7]: 1 + n // 7 for n in range(fifths)}
    return {_SHARPS[6 - n % 7]: -1 - n // 7 for n in range(-fifths)}


def _mode_of(tonic: int, signature: Mapping[str, int], otherwise: Mode) -> Mode:
    """The mode that a tonic and a signature make; `otherwise` if they make none of ours."""
    scale = {(pitch_class(letter) + signature.get(letter, 0)) % 12 for letter in _SHARPS}
    for word in ("maj", "min", "mix", "dor"):
        fifths = tonic * 7 % 12 + _MODES[word][0]
        if scale == {(fifths + n) * 7 % 12 for n in range(-1, 6)}:
            return _MODES[word][1]
    return otherwise


def _accidentals(text: str) -> dict[str, int]:
    return {letter.upper(): _ALTERATIONS[sign] for sign, letter in _ACCIDENTAL.findall(text)}


def _small(digits: str) -> int:
    """A number of at most two digits; 0 for anything else."""
    return int(digits) if re.fullmatch(r"[+-]?\d{1,2}", digits) else 0


def _bounded(digits: str) -> int:
    return int(digits.strip()[:6])
