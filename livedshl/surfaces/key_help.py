"""The help of the screen: every key, on as many pages as a small terminal needs."""

from rich.console import Group
from rich.style import Style
from rich.table import Table
from rich.text import Text

from livedshl.surfaces.keys import KEYS
from livedshl.surfaces.pointing import clickable

HELP_KEY = "question_mark"

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
_PRESSED = {key.label: key.key for key in KEYS} | {"?": HELP_KEY, "↑ ↓": "down"}
_SHOWN = (*((key.label, key.help) for key in KEYS if key.help), *OWN_KEYS)
_LABEL_WIDTH = max(len(label) for label, _ in _SHOWN)
_HELP_WIDTH = max(len(text) for _, text in _SHOWN)
_COLUMN_WIDTH = _LABEL_WIDTH + _HELP_WIDTH + 3  # with a space behind each, and one to spare
_MORE = Text("? more keys", Style(color="#8a919e") + clickable(HELP_KEY))
_BAR = Style(color="#8a919e", bgcolor="#1f2430")
_HINTS = (
    "? keys", "space pause", "q end", "u undo", "F fill", "n next", "r re-roll", "m mute", "s save",
    "l learn",
)  # fmt: skip


def key_pages(width: int, height: int) -> list[Group]:
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
        Group(_table(page, rows, columns), *([_MORE] if page is not pages[-1] else []))
        for page in pages
    ]


def hint(width: int) -> Text:
    """The keys that matter most, as many as fit into one line. A click on one presses it."""
    line = Text(style=_BAR, no_wrap=True)
    for number, each in enumerate(_HINTS):
        between = "  " if number else ""
        if len(line) + len(between) + len(each) > width:
            break
        line.append(between)
        line.append(each, clickable(pressed_by(each.split()[0])))
    line.pad_right(width - len(line))
    return line


def pressed_by(label: str) -> str:
    """The key, as Textual names it, that the screen writes so."""
    return _PRESSED.get(label, label)


def _table(shown: tuple[tuple[str, str], ...], rows: int, columns: int) -> Table:
    table = Table.grid(padding=(0, 1))
    for _ in range(columns):
        table.add_column(style=Style(bold=True), no_wrap=True, min_width=_LABEL_WIDTH)
        table.add_column(no_wrap=True)
    for row in range(min(rows, len(shown))):
        cells = shown[row::rows]
        table.add_row(*(text for cell in cells for text in _row(*cell)))
    return table


def _row(label: str, what: str) -> tuple[Text, Text]:
    """A key and what it does. A click on either presses it."""
    pressing = clickable(pressed_by(label))
    return Text(label, pressing), Text(what, pressing)
