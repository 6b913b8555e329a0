"""How the screen looks: what its colours mean, and text that a click acts on.

No colour says anything alone: a word or a mark stands beside it, for terminals without colours.
"""

from rich.style import Style

_GOOD, _YOURS, _TROUBLE = "#95e6cb", "#ffb454", "#f07178"
_INK = "#1a1a1a"

DIM = Style(color="#8a919e")  # a detail
BOLD = Style(bold=True)  # what a player looks for
GOOD = Style(color=_GOOD)  # it sounds, it runs, it can be pressed
YOURS = Style(color=_YOURS)  # your doing: what you set, asked for or play
TROUBLE = Style(color=_TROUBLE)  # silent or late
GOOD_BADGE = Style(color=_INK, bgcolor=_GOOD, bold=True)
YOURS_BADGE = Style(color=_INK, bgcolor=_YOURS, bold=True)
TROUBLE_BADGE = Style(color=_INK, bgcolor=_TROUBLE, bold=True)
NOW = Style(bgcolor="#3a4150")  # the present on the roll
ON_PAPER = Style(color="#ffffff", bgcolor="#000000")  # a QR code is read best so

# None is like the three above.
_PART_COLOURS = ("#f2e9c9", "#59c2ff", "#d2a6ff", "#e68ac0", "#7f9cf5", "#b0a58a")
GROUNDS = {"ground": "#10141c", "raised": "#1f2430"}  # for the style sheet


def part_colour(number: int) -> str:
    """The colour of a part of the band, counted from 0."""
    return _PART_COLOURS[number % len(_PART_COLOURS)]


def clickable(key: str) -> Style:
    """Where a click presses a key. key: as Textual names it."""
    return Style(meta={"@click": f"app.simulate_key({key!r})"})
