"""Turns ChordPro songs into the lines of a chart (chordpro.org, file format 6).

Words have no bars, so every chord among them is a bar of its own. Grids and lines with bar lines
are taken as written.
"""

import re
from collections.abc import Iterator

from livedshl.charts.names import read_name
from livedshl.charts.tokens import SECTION_WORDS
from livedshl.music.leadsheet import Key

_DIRECTIVE = re.compile(r"\{\s*(?P<name>[A-Za-z_][\w-]*)\s*(?:[:\s]\s*(?P<value>[^}]*?))?\s*\}")
_CHORD = re.compile(r"\[(?P<chord>[^\[\]]*)\]")
_IN_WORDS = re.compile(r"\[(?P<chord>[^\[\]|]{1,20})\](?P<word>[^\W\d_]{2,30})")
_SHORT = {
    "c": "comment", "ci": "comment", "cb": "comment", "comment_italic": "comment",
    "comment_box": "comment", "highlight": "comment", "soc": "start_of_chorus",
    "sov": "start_of_verse", "sob": "start_of_bridge", "sog": "start_of_grid",
    "eog": "end_of_grid", "eoc": "end_of_chorus", "eov": "end_of_verse", "eob": "end_of_bridge",
    "sot": "start_of_tab", "eot": "end_of_tab",
}  # fmt: skip
_WITHOUT_CHORDS = ("tab", "abc", "ly", "svg", "textblock")
_IS_SECTION = re.compile(SECTION_WORDS + r"\b.{0,20}", re.IGNORECASE)
_LABEL = re.compile(r"label\s*=\s*[\"'](?P<label>[^\"']*)[\"']|(?P<plain>[^=]*)")
_FIELDS = ("key", "time", "capo")
_ANY_KEY = Key.parse("C")


def is_chordpro(text: str) -> bool:
    """Whether a text is a ChordPro song: with directives, or with chords in its words."""
    if any(_DIRECTIVE.fullmatch(" ".join(line.split())) for line in text.splitlines()):
        return True
    return any(
        read_name(found["chord"], _ANY_KEY) is not None
        and read_name(found["word"], _ANY_KEY) is None
        for found in _IN_WORDS.finditer(text)
    )


def lines_of_song(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a chart for a song, each with its number in the song."""
    left_out, in_grid = "", False
    chorus = "Chorus"
    for number, line in enumerate(text.splitlines(), 1):
        stripped = " ".join(line.split())
        directive = _DIRECTIVE.fullmatch(stripped)
        if directive:
            name, value = _named(directive["name"]), (directive["value"] or "").strip()
            begins, ends = name.removeprefix("start_of_"), name.removeprefix("end_of_")
            if name != begins and begins in _WITHOUT_CHORDS:
                left_out = begins
            elif name != ends:
                left_out, in_grid = "", False
            elif left_out:
                continue
            elif name != begins:
                in_grid = begins == "grid"
                label = _label(value) or begins.replace("_", " ").capitalize()
                if begins == "chorus":
                    chorus = label
                if not in_grid or _label(value):
                    yield number, f"[{label}]"
            elif name == "chorus":
                yield number, f"[{_label(value) or chorus}]"
            elif name == "comment" and _IS_SECTION.fullmatch(value):
                yield number, f"[{value}]"
            elif name in _FIELDS:
                yield number, f"{name}: {value}"
        elif left_out or stripped.startswith("#"):
            continue
        elif in_grid or "|" in _CHORD.sub("", stripped):
            yield number, _bars_in(stripped, in_grid)
        elif chords := _chords(stripped):
            yield number, " ".join(chords)


def _named(name: str) -> str:
    name = name.lower()
    return _SHORT.get(name, name)


def _label(value: str) -> str:
    found = _LABEL.fullmatch(value)
    return ((found["label"] or found["plain"] or "") if found else "").strip()


def _chords(line: str) -> list[str]:
    """The chords in the brackets of a line; [*...] is a remark."""
    names = [found["chord"].strip() for found in _CHORD.finditer(line)]
    return [name for name in names if name and not name.startswith("*")]


def _bars_in(line: str, in_grid: bool) -> str:
    """A line with bar lines, without its words and margins."""
    if in_grid:
        first, last = line.find("|"), line.rfind("|")
        return line[first : last + 1] if first >= 0 else ""
    pieces = re.findall(r"\[[^\[\]]*\]|[:|]+", line)
    return " ".join(piece.strip("[]") for piece in pieces if not piece.startswith("[*"))
