"""What decorations and words above the notes mean for the order in which bars are played."""

import re
from dataclasses import replace
from enum import Enum, auto

from livedshl.corpus.abc.bars import Bar
from livedshl.corpus.repeats import Jump


class Mark(Enum):
    """A sign or word that leads elsewhere."""

    SEGNO = auto()
    CODA = auto()
    TO_CODA = auto()
    FINE = auto()
    DA_CAPO = auto()
    DAL_SEGNO = auto()


_WORDS = tuple(
    (mark, re.compile(pattern, re.IGNORECASE))
    for mark, pattern in (
        (Mark.SEGNO, r"segno"),
        (Mark.TO_CODA, r"(?:to|al) ?coda|dacoda"),
        (Mark.CODA, r"coda"),
        (Mark.FINE, r"fine|finis"),
        (Mark.DA_CAPO, r"(?:d\.? ?c\.?|da ?capo)(?: ?al ?(?:fine|coda))?"),
        (Mark.DAL_SEGNO, r"(?:d\.? ?s\.?|dal ?segno)(?: ?al ?(?:fine|coda))?"),
    )
)


def mark_of(text: str) -> Mark | None:
    """The mark that a decoration (`!D.S.!`) or a word above the notes ("Fine") is."""
    if len(text) > 20:
        return None
    text = text.strip().rstrip(".")
    return next((mark for mark, pattern in _WORDS if pattern.fullmatch(text)), None)


def apply_mark(bar: Bar, mark: Mark | None) -> bool:
    """Puts a mark on the bar in which it stands; False if there is none."""
    if mark is None:
        return False
    marks = bar.marks
    if mark is Mark.DA_CAPO:
        bar.marks = replace(marks, jump=Jump.DA_CAPO)
    elif mark is Mark.DAL_SEGNO:
        bar.marks = replace(marks, jump=Jump.DAL_SEGNO)
    elif mark is Mark.SEGNO:
        bar.marks = replace(marks, segno=True)
    elif mark is Mark.FINE:
        bar.marks = replace(marks, fine=True)
    elif mark is Mark.TO_CODA:
        bar.marks = replace(marks, to_coda=True)
    else:
        bar.marks = replace(marks, coda=True)
    return True
