"""ABC tune books as text: their tunes and fields, rewritten so that music21 reads them correctly.

Keys and metres are read here. music21 shows only the first of each, and invents a metre for a bar
that is too long. ABC standard 2.1.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from livedshl.corpus.bounds import check_size
from livedshl.errors import CorpusError
from livedshl.music import Metre, Mode
from livedshl.music.chords import pitch_class
from livedshl.music.leadsheet import Key

_TUNE_START = re.compile(r"^X:", re.MULTILINE)
_HEADER_FIELD = re.compile(r"^[A-Za-z+]:")
_KEY_FIELD = re.compile(r"(?:^|\[)K:[ \t]*([^\]\n%]*)", re.MULTILINE)
_KEY = re.compile(r"([A-G][#b]?)[ \t]*([A-Za-z]*)(?![A-Za-z=])")
_NO_KEY = {"", "none", "hp"}  # hp: Highland pipes have a signature of their own
_METRE_FIELD = re.compile(r"(?:^|\[)M:[ \t]*(C\||C|\d+[ \t]*/[ \t]*\d+)", re.MULTILINE)
_FIRST_NOTE = re.compile(r"^(?![A-Za-z+]:|%|\s*$)", re.MULTILINE)
_METRE_SIGNS = {"C": Metre(4, 4), "C|": Metre(2, 2)}
_MODES = {"": Mode.MAJOR, "maj": Mode.MAJOR, "ion": Mode.MAJOR, "m": Mode.MINOR,
          "min": Mode.MINOR, "aeo": Mode.MINOR, "dor": Mode.OTHER, "phr": Mode.OTHER,
          "lyd": Mode.OTHER, "mix": Mode.OTHER, "loc": Mode.OTHER, "exp": Mode.OTHER}  # fmt: skip

_QUOTED = re.compile(r'"([^"\n]*)"')
_CHORD = re.compile(r"([A-G][#b]?) ?((?:maj|min|dim|aug|sus|add|[mMadoø°#b+\d-])*)$")
_LONGEST_CHORD = 16  # a longer name is a remark
_LONGEST_NUMBER = 40  # letters of an X: field
_NO_CHORD = re.compile(r"N\.?C\.?$")
_SHORT_QUALITIES = {"d": "dim", "a": "aug"}  # as the Nottingham books write them

# music21 would silently read these as something else.
_UNREAD = (
    (re.compile(r"&"), "overlaid voices (&) are not supported"),
    (re.compile(r"\[V:"), "voice changes within a line ([V:) are not supported"),
    (re.compile(r"[|\[] *\d *[,-] *\d"), "endings for several passes (|1,2) are not supported"),
)
_UNPLAYED = re.compile(r'"[^"\n]*"|![^!\n]*!|%.*')


@dataclass(frozen=True, slots=True)
class AbcTune:
    """One tune of an ABC book: its number (X:), title (T:) and text."""

    number: str
    title: str
    text: str


def split_abc(book: str) -> list[AbcTune]:
    """The tunes of an ABC book with any line ends; a tune starts with its X: field."""
    book = book.replace("\r\n", "\n").replace("\r", "\n")
    starts = [match.start() for match in _TUNE_START.finditer(book)]
    texts = [book[a:b] for a, b in pairwise([*starts, len(book)])]
    return [AbcTune(_field(text, "X")[:_LONGEST_NUMBER], _field(text, "T"), text) for text in texts]


def check_abc(text: str) -> None:
    """Raises CorpusError for a tune that music21 would misread."""
    if not re.search(r"^K:", text, re.MULTILINE):
        raise CorpusError("no key (the K: field is missing)")
    if not re.search(r"(?:^|\[)M:", text, re.MULTILINE):
        raise CorpusError("no metre (the M: field is missing)")
    music = "\n".join(_UNPLAYED.sub("", line) for line in text.split("\n") if _is_music(line))
    check_size(text, music)
    for pattern, reason in _UNREAD:
        if pattern.search(music):
            raise CorpusError(reason)


def keys(text: str) -> tuple[Key, ...]:
    """Every key of a tune, in order of first appearance."""
    found = []
    for field in _KEY_FIELD.findall(text):
        if named := _KEY.match(field):
            tonic, word = named.groups()
            mode = Mode.MAJOR if word == "M" else _MODES.get(word[:3].lower(), Mode.MAJOR)
            found.append(Key(pitch_class(tonic), mode))
        elif field.strip().lower() in _NO_KEY:
            found.append(Key(0, Mode.OTHER))
    return tuple(dict.fromkeys(found))


def metres(text: str) -> tuple[Metre, ...]:
    """Every metre that has music, in order of first appearance; `M:none` counts as no metre.

    A metre that is replaced before the first note does not count.
    """
    first_note = _FIRST_NOTE.search(text)
    start = first_note.start() if first_note else len(text)
    fields = _METRE_FIELD.findall(text[:start])[-1:] + _METRE_FIELD.findall(text[start:])
    found = [_METRE_SIGNS.get(field) or Metre(*map(int, field.split("/"))) for field in fields]
    return tuple(dict.fromkeys(found))


def tidy(text: str) -> str:
    """A tune rewritten for music21.

    music21 takes "B::" for a header field, and anything in quotes for a chord symbol. So fingerings
    and remarks are removed, and so are the basses and alternatives of chords.
    """
    lines = []
    for line in text.split("\n"):
        if _is_music(line):
            line = _QUOTED.sub(_plain_chord, line.replace("::", " :||: "))
            line = re.sub(r"(?<=[A-Za-z]):\|", " :|", line)
        lines.append(line)
    return "\n".join(lines) + "\n"


def _is_music(line: str) -> bool:
    return not _HEADER_FIELD.match(line) or line[1:3] == "::"


def _plain_chord(match: re.Match[str]) -> str:
    """Only the chord: "D7" for "D7/f+", "(D7)" or "D7(Am)"; nothing for a remark."""
    name = re.split(r"[/()]", match[1].strip(" ()"), maxsplit=1)[0].rstrip()
    if _NO_CHORD.match(name):
        return f'"{name}"'
    chord = _CHORD.match(name) if len(name) <= _LONGEST_CHORD else None
    if not chord:
        return ""
    root, quality = chord.groups()
    if quality[:3] not in {"dim", "aug", "add"} and quality[:1] in _SHORT_QUALITIES:
        quality = _SHORT_QUALITIES[quality[0]] + quality[1:]
    return f'"{root}{quality}"'


def _field(text: str, name: str) -> str:
    match = re.search(rf"^{name}:(.*)$", text, re.MULTILINE)
    return match[1].strip(" \t") if match else ""
