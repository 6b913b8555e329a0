"""The signs of a line of ABC music. ABC 2.1, section 4.

Every pattern ends at a sign that it cannot contain, so that no line takes quadratic time.
"""

import re
from functools import lru_cache

_LENGTH = r"\d*(?:/\d*)*"
_NOTE = rf"(?P<accidental>\^\^?|__?|=)?(?P<letter>[A-Ga-g])(?P<octave>[,']*)(?P<length>{_LENGTH})"
_NUMBERS = r"\d+(?:[ \t]*[,&-][ \t]*\d+)*"

TOKEN = re.compile(
    rf"""
    (?P<space>[ \t`$\\]+)
    | (?P<note>{_NOTE})
    | (?P<bar>(?P<lines>(?:\.(?=\|)|\[(?=[|\]])|[|:\]])+(?:\[(?=[ \t]))?)
        (?:(?:[ \t]*\[[ \t]*)?(?P<passes>{_NUMBERS})\.?)?)
    | "(?P<quoted>[^"\n]*)"
    | (?P<rest>[xz](?P<restlength>{_LENGTH}))
    | (?P<tie>\.?-)
    | (?P<tuplet>\((?P<p>\d\d?)(?::(?P<q>\d?)(?::(?P<r>\d?\d?))?)?)
    | (?P<slur>\.?\((?!&)|\))
    | (?P<broken>>+|<+)
    | \{{(?P<grace>[^{{}}\n]*)\}}
    | \[(?P<field>[A-Za-z+]:[^\[\]\n]*)\]
    | (?P<chord>\[(?P<inside>(?:"[^"\[\n]*"|![^!\[\n]*!|[^\[\]|"!\n])*)\]
        (?P<chordlength>{_LENGTH}))
    | \[[ \t]*(?P<ending>{_NUMBERS})\.?
    | \["(?P<named>[^"\n]*)"
    | !(?P<decoration>[^!\s|\[\]"]*|D\.[CS]\.[ ]al[ ](?:fine|coda))!
    | \+(?P<plus>[^+\s|]+)\+
    | (?P<bars>[XZ](?P<count>\d*))
    | (?P<spacer>y[\d/]*)
    | (?P<overlay>\(?&\)?)
    | (?P<sign>[.~H-Wh-w])
    | (?P<linebreak>!)
    | (?P<microtone>[_^]\d*/\d*(?=[A-Ga-g]))
    | (?P<unknown>.)
    """,
    re.VERBOSE,
)

CHORD_NOTE = re.compile(rf'"[^"\n]*"|![^!\n]*!|{_NOTE}(?P<tie>-)?|(?P<microtone>[_^]\d*/\d*)')
_FRACTION = re.compile(r"/(\d*)")


@lru_cache(maxsize=4096)
def multiple(length: str) -> float:
    """How many note lengths (L:) a note lasts: 1.5 for "3/2", 0.25 for "//"."""
    if not length:
        return 1.0
    whole, slash, _ = length.partition("/")
    value = float(whole or 1)
    if slash:
        for divisor in _FRACTION.findall(length):
            value /= int(divisor or 2) or 1
    return value


def passes(numbers: str) -> frozenset[int]:
    """The numbers of an ending: "1,3" or "1-3"."""
    found: set[int] = set()
    for part in re.split(r"[,&]", numbers):
        first, _, last = part.partition("-")
        start, end = _pass(first), _pass(last or first)
        found |= set(range(start, max(start, end) + 1))
    return frozenset(found)


def _pass(digits: str) -> int:
    """The number of a pass; nobody plays more than 99."""
    return min(int(digits.strip()[:3]), 99)
