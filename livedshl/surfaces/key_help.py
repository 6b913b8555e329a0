"""The help of the screen: every key, on as many pages as a small terminal needs."""

from rich.text import Text

from livedshl.surfaces.keys import KEYS
from livedshl.surfaces.look import BOLD, DIM, clickable

_HELP_KEY = "question_mark"

# Keys that send no command; `KEYS` has the others.
OWN_KEYS = (
    ("↑ ↓", "select a part"),
    ("l", "MIDI learn the last control"),
    ("s", "save the last 32 bars"),
    ("c", "show or hide the codes"),
    ("w", "the address of the web page"),
    ("q", "end at a cadence; q q: now"),
    ("?", "show or hide these keys"),
)
# What a click on a row presses, by the label of its key; a label that is missing is the key.
_PRESSED = {key.label: key.key for key in KEYS} | {"?": _HELP_KEY, "↑ ↓": "down"}
_SHOWN = (*((key.label, key.help) for key in KEYS if key.help), *OWN_KEYS)
_LABEL_WIDTH = max(len(label) for label, _ in _SHOWN)
_HELP_WIDTH = max(len(text) for _, text in _SHOWN)
_COLUMN_WIDTH = _LABEL_WIDTH + _HELP_WIDTH + 3  # with a space behind each, and one to spare
_MORE = Text().append("? more keys", DIM + clickable(_HELP_KEY))
_HINTS = (
    "? keys", "space pause", "q end", "u undo", "F fill", "n next", "r re-roll", "m mute", "s save",
    "l learn",
)  # fmt: skip


def key_pages(width: int, height: int) -> list[list[Text]]:
    """All keys and what they do, a page after the other, for a screen of this size.

    Two columns where they fit, else one, whose keys are never squeezed away.
    """
    columns = 2 if width >= 2 * _COLUMN_WIDTH else 1
    rows = -(-len(_SHOWN) // columns)
    if rows > height:
        rows = max(1, height - 1)  # one line says that there is more
    per_page = rows * columns
    pages = [_SHOWN[first : first + per_page] for first in range(0, len(_SHOWN), per_page)]
    return [
        [Text().join(_cell(*cell) for cell in page[row::rows]) for row in range(rows)]
        + ([_MORE] if page is not pages[-1] else [])
        for page in pages
    ]


def _cell(label: str, what: str) -> Text:
    """A key and what it does. A click on it presses the key."""
    text = Text().append(f"{label:<{_LABEL_WIDTH}} ", BOLD).append(f"{what:<{_HELP_WIDTH + 1}} ")
    text.stylize(clickable(_PRESSED.get(label, label)))
    return text


def hint(width: int) -> Text:
    """The keys that matter most, as many as fit into one line. A click on one presses it."""
    line = Text()
    for number, each in enumerate(_HINTS):
        between = "  " if number else ""
        if len(line) + len(between) + len(each) > width:
            break
        line.append(between)
        label = each.split()[0]
        line.append(each, clickable(_PRESSED.get(label, label)))
    return line
