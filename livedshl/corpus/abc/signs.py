"""Decorations, and what some of them mean for the order in which bars are played."""

import re
from dataclasses import replace
from enum import Enum, auto

from livedshl.corpus.abc.bars import AbcBar
from livedshl.corpus.repeats import Jump


class FormSign(Enum):
    """A sign or word that leads elsewhere."""

    SEGNO = auto()
    CODA = auto()
    TO_CODA = auto()
    FINE = auto()
    DA_CAPO = auto()
    DAL_SEGNO = auto()


# ABC 2.1, section 4.14, and what other programs write.
_DECORATIONS = frozenset({
    "trill", "trill(", "trill)", "lowermordent", "uppermordent", "mordent", "pralltriller",
    "roll", "turn", "turnx", "invertedturn", "invertedturnx", "arpeggio", ">", "accent",
    "emphasis", "fermata", "invertedfermata", "tenuto", "+", "plus", "snap", "slide", "wedge",
    "upbow", "downbow", "open", "thumb", "breath", "pppp", "ppp", "pp", "p", "mp", "mf", "f",
    "ff", "fff", "ffff", "sfz", "crescendo(", "<(", "crescendo)", "<)", "diminuendo(", ">(",
    "diminuendo)", ">)", "^", "marcato", ".", "staccato", "~", "shortphrase", "mediumphrase",
    "longphrase", "editorial", "courtesy", "nil", "none", "beamon", "beamoff", "rbstop",
    "rbend", "sf", "fz", "rfz", "sfp", "fp", "cresc", "dim", "tr", "tremolo", "/", "//",
    "///", "////", "-(", "-)", "~(", "~)", 
    "stemless", "xstem", "cpu", "gmark", "ped", "ped-up",
    "style=normal", "style=rhythm", "beambr1", "beambr2", "slash", "glissando", "gliss(",
    "gliss)", "bariolage", "heel", "toe", "xnote", "repeatbar", "D", "U", "T", "stopped",
    "harmonic", "irishroll", "rhythm",
})  # fmt: skip

# What letters mean that U: does not define.
MEANINGS = {".": "staccato", "~": "roll", "H": "fermata", "J": "slide", "L": "accent",
            "M": "lowermordent", "O": "coda", "P": "uppermordent", "R": "roll", "S": "segno",
            "T": "trill", "u": "upbow", "v": "downbow"}  # fmt: skip

_WORDS = tuple(
    (sign, re.compile(pattern, re.IGNORECASE))
    for sign, pattern in (
        (FormSign.SEGNO, r"segno"),
        (FormSign.TO_CODA, r"(?:to|al) ?coda|dacoda"),
        (FormSign.CODA, r"coda"),
        (FormSign.FINE, r"fine"),
        (FormSign.DA_CAPO, r"(?:d\.? ?c\.?|da ?capo)(?: ?al ?(?:fine|coda))?"),
        (FormSign.DAL_SEGNO, r"(?:d\.? ?s\.?|dal ?segno)(?: ?al ?(?:fine|coda))?"),
    )
)


def sign_of(text: str) -> FormSign | None:
    """The sign that a decoration (`!D.S.!`) or a word above the notes ("Fine") is."""
    if len(text) > 20:
        return None
    text = text.strip().rstrip(".")
    return next((sign for sign, pattern in _WORDS if pattern.fullmatch(text)), None)


def put_sign(bar: AbcBar, sign: FormSign | None) -> bool:
    """Puts a sign on the bar in which it stands; False if there is none."""
    if sign is None:
        return False
    marks = bar.marks
    if sign is FormSign.DA_CAPO:
        bar.marks = replace(marks, jump=Jump.DA_CAPO)
    elif sign is FormSign.DAL_SEGNO:
        bar.marks = replace(marks, jump=Jump.DAL_SEGNO)
    elif sign is FormSign.SEGNO:
        bar.marks = replace(marks, segno=True)
    elif sign is FormSign.FINE:
        bar.marks = replace(marks, fine=True)
    elif sign is FormSign.TO_CODA:
        bar.marks = replace(marks, to_coda=True)
    else:
        bar.marks = replace(marks, coda=True)
    return True


def is_decoration(name: str) -> bool:
    """Whether a word is a decoration that changes no note."""
    return name.lower() in _DECORATIONS or re.fullmatch(r"[\d/]+", name) is not None
