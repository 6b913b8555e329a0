"""Splits ABC tune books into tunes, and tunes into lines of fields and music.

ABC 2.1, sections 2.2 (file structure), 2.3 (embedded text) and 6.1 (line continuation).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from livedshl.corpus.abc.mnemonics import decode
from livedshl.errors import CorpusError

_LONGEST_NUMBER = 40  # letters of an X: field
_MOST_HEADER = 16 << 10  # letters; every tune carries the file header

_TUNE_START = re.compile(r"^X:", re.MULTILINE)
_EMPTY_LINE = re.compile(r"^[ \t]*$", re.MULTILINE)
_TEXT_MARK = re.compile(r"^%%(begin|end)(text|ps|svg)\b.*|^X:", re.MULTILINE)
_FIELD = re.compile(r"([H-WYXh-wyxZz+]|[A-Ga-g](?=:(?![|:]))):[ \t]*(.*)")
_COMMENT = re.compile(r'"[^"\n]*"|\\.|%')


@dataclass(frozen=True, slots=True)
class AbcTune:
    """One tune of an ABC book.

    number, title: its X: and T: fields. text: from its X: to the empty line that ends it.
    header: the fields at the head of the book, which apply to every tune.
    """

    number: str
    title: str
    text: str
    header: str = ""


@dataclass(frozen=True, slots=True)
class TuneLine:
    """A line of a tune.

    field: the letter of a field, "%" for a directive, "" for music.
    """

    field: str
    content: str


def split_abc(book: str) -> list[AbcTune]:
    """The tunes of an ABC book with any line ends.

    A tune starts with its X: field and ends at its first empty line. What follows it is free text.
    Raises CorpusError if the header of the book is too long.
    """
    book = book.replace("\r\n", "\n").replace("\r", "\n")
    book = _without_text_blocks(book)
    starts = [match.start() for match in _TUNE_START.finditer(book)]
    header = _file_header(book[: starts[0]]) if starts else ""
    tunes = []
    for start, next_start in pairwise([*starts, len(book)]):
        end = _EMPTY_LINE.search(book, start, next_start)
        text = book[start : end.start() if end else next_start]
        title = decode(_first_field(text, "T"))
        tunes.append(AbcTune(_first_field(text, "X")[:_LONGEST_NUMBER], title, text, header))
    return tunes


def lines_of(text: str) -> Iterator[TuneLine]:
    """The lines of a tune or file header, without comments.

    A line of music is joined to the one that it continues. So is one of text, such as lyrics.
    """
    field, parts = "", list[str]()  # a line that is continued, and what there is of it
    for written in text.split("\n"):
        line = written.strip()
        if line.startswith("%%"):
            yield TuneLine("%", line[2:].strip())
            continue
        line = _without_comment(line)
        if not line:
            continue
        found = _FIELD.match(line)
        if found and parts:
            yield TuneLine(field, "".join(parts))
            parts = []
        if not parts:
            field = found[1] if found else ""
        content = found[2] if found else line
        if parts and not content[0].isdigit():  # "|" and "1" are joined to an ending, "|" and "|"
            parts.append(" ")  # to no double bar line
        if content.endswith("\\") and field not in tuple("KLMPQUVI"):
            parts.append(content[:-1])
        else:
            yield TuneLine(field, "".join([*parts, content]))
            parts = []
    if parts:
        yield TuneLine(field, "".join(parts))


def _without_text_blocks(book: str) -> str:
    """The book without what stands between %%begintext and %%endtext; empty lines may."""
    marks = list(_TEXT_MARK.finditer(book))
    kept, at = [], 0
    for begin, end in pairwise(marks):
        if begin[1] == "begin" and end[1] == "end" and begin[2] == end[2]:
            kept.append(book[at : begin.start()])
            at = end.end()
    return "%".join([*kept, book[at:]])


def _without_comment(line: str) -> str:
    if "%" not in line:
        return line
    for found in _COMMENT.finditer(line):
        if found[0] == "%":
            return line[: found.start()].rstrip()
    return line


def _file_header(text: str) -> str:
    """The fields with which a book begins, above its first tune; "" if it begins with words."""
    block = _EMPTY_LINE.split(text.strip("\n"), maxsplit=1)[0]
    lines = list(lines_of(block))
    if not lines or not lines[0].field:
        return ""
    header = "\n".join(
        f"%%{line.content}" if line.field == "%" else f"{line.field}:{line.content}"
        for line in lines
        if line.field in ("L", "M", "U", "I", "%")
    )
    if len(header) > _MOST_HEADER:
        raise CorpusError("the header of the book is too long")
    return header


def _first_field(text: str, name: str) -> str:
    match = re.search(rf"^{name}:(.*)$", text, re.MULTILINE)
    return _without_comment(match[1]).strip(" \t") if match else ""
