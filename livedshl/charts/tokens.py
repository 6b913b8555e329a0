"""Takes a line of a chart apart: headings, bar lines, repeat signs, endings, chords."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

SECTION_WORDS = (
    r"(?:intro|verse|pre-?chorus|chorus|refrain|bridge|middle(?: eight| 8)?|solos?|interlude"
    r"|instrumental|head|turnaround|vamp|break|tag|hook|outro|ending|part|section)"
)
_TIMES = r"\(?\s*(?:[x×]\s*(?P<times>\d+)|(?P<of>\d+)\s*[x×])\s*\)?"  # noqa: RUF001
_HEADING = re.compile(
    rf"(?P<name>[^\W\d_][\w'’ .-]{{0,29}}?)\s*(?:{_TIMES})?\s*:(?![|:\]])"  # noqa: RUF001
)
_BARE_HEADING = re.compile(
    rf"(?:#+\s*)?(?P<name>{SECTION_WORDS}\s*(?:\d+|[A-Za-z])?)\s*(?:{_TIMES})?", re.IGNORECASE
)
_FIELD = re.compile(
    r"(?P<name>title|artist|composer|author|by|style|feel|groove|tempo|bpm|key|time|met(?:er|re)"
    r"|capo|subtitle|copyright|album|year)\s*[:=]\s*(?P<value>.*)",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"#(?:[\s#]|$)")


class Sign(Enum):
    """What a token is."""

    HEADING = auto()
    BAR_LINE = auto()
    DOUBLE_BAR = auto()
    REPEAT_START = auto()
    REPEAT_END = auto()
    REPEAT_BOTH = auto()
    ENDING = auto()
    TIMES = auto()
    BARS_AGAIN = auto()
    HOLD = auto()
    DASH = auto()
    SEPARATOR = auto()
    DA_CAPO = auto()
    DAL_SEGNO = auto()
    SEGNO = auto()
    TO_CODA = auto()
    CODA = auto()
    FINE = auto()
    CHORD = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a line. text: the name of a heading or chord. number: of times, bars or beats."""

    sign: Sign
    text: str = ""
    number: int = 0


_TAIL = r"(?=$|[\s|\[\]:])"
_PATTERNS = tuple(
    (sign, re.compile(pattern, re.IGNORECASE))
    for sign, pattern in (
        (
            Sign.ENDING,
            r"\[?(?P<text>\d(?:\s*[,-]\s*\d)*)\.(?=[\s\]|A-GIVNiv%]|$)\]?|\[(?P<more>\d)\]?",
        ),
        (Sign.HEADING, rf"\[(?P<text>[^\[\]|]*?)\s*(?:{_TIMES})?\s*\]"),
        (Sign.REPEAT_BOTH, r":[|‖\[\]]+:|::"),
        (Sign.REPEAT_START, r"[|‖\[]+:|𝄆"),
        (Sign.REPEAT_END, r":[|‖\]]+|𝄇"),
        (Sign.DOUBLE_BAR, r"\|\|+\]?|\|\]|\[\||‖"),
        (Sign.BAR_LINE, r"\|"),
        (Sign.TIMES, _TIMES + _TAIL),
        (Sign.BARS_AGAIN, r"(?P<text>%%?|𝄎|\./\.)" + _TAIL),
        (Sign.DA_CAPO, r"(?:D\.? ?C\.|da capo)(?: al (?:fine|coda|segno))?\.?" + _TAIL),
        (Sign.DAL_SEGNO, r"(?:D\.? ?S\.|dal segno)(?: al (?:fine|coda))?\.?" + _TAIL),
        (Sign.SEGNO, r"segno|𝄋"),
        (Sign.TO_CODA, r"to (?:coda|𝄌)"),
        (Sign.CODA, r"coda|𝄌"),
        (Sign.FINE, r"fine\b"),
        (Sign.HOLD, r"(?P<text>[/.]+)" + _TAIL),
        (Sign.SEPARATOR, r"(?:->|[,>→])" + _TAIL),
        (Sign.DASH, r"[-–—]" + _TAIL),  # noqa: RUF001
        (Sign.CHORD, r"(?P<text>[^\s|‖\[\]:]+)"),
    )
)  # fmt: skip
_HELD = re.compile(r"(?P<name>[^/]+?)(?P<holds>/+)")


def field_of(line: str) -> tuple[str, str] | None:
    """A line such as "Key: G": what it is about, in lower case, and what it says."""
    found = _FIELD.fullmatch(" ".join(line.split()))
    return (found["name"].lower(), found["value"].strip()) if found else None


def tokens_of(line: str) -> Iterator[Token]:
    """The tokens of a line; none of a comment. What is no sign counts as a chord."""
    line = " ".join(line.split())
    if bare := _BARE_HEADING.fullmatch(line):
        yield Token(Sign.HEADING, bare["name"].strip(), _number(bare))
        return
    if _COMMENT.match(line):
        return
    at = 0
    if heading := _HEADING.match(line):
        yield Token(Sign.HEADING, heading["name"].strip(), _number(heading))
        at = heading.end()
    while at < len(line):
        if line[at] == " ":
            at += 1
            continue
        for sign, pattern in _PATTERNS:
            if found := pattern.match(line, at):
                at = found.end()
                yield from _tokens(sign, found)
                break
        else:  # a stray bracket or colon
            yield Token(Sign.CHORD, line[at])
            at += 1


def _tokens(sign: Sign, found: re.Match[str]) -> Iterator[Token]:
    groups = found.groupdict()
    text = groups.get("text") or groups.get("more") or ""
    match sign:
        case Sign.HEADING | Sign.TIMES:
            yield Token(sign, text, _number(found))
        case Sign.BARS_AGAIN:
            yield Token(sign, number=2 if text == "%%" else 1)
        case Sign.HOLD:
            yield Token(sign, number=len(text))
        case Sign.CHORD:
            yield from _chord_tokens(text)
        case _:
            yield Token(sign, text)


def _chord_tokens(text: str) -> Iterator[Token]:
    """A chord, with the beats it is held for in "D///"; a comma after it separates."""
    name = text.rstrip(",;")
    held = _HELD.fullmatch(name)
    if name:
        yield Token(Sign.CHORD, held["name"] if held else name)
    if held:
        yield Token(Sign.HOLD, number=len(held["holds"]))
    if name != text:
        yield Token(Sign.SEPARATOR)


def _number(found: re.Match[str]) -> int:
    """How many times; 0 if nothing is said."""
    digits = found["times"] or found["of"] or "0"
    return int(digits) if len(digits) < 4 else 1000
