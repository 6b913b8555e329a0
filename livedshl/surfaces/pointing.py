"""The mouse on the screen: what is drawn says in its style what a click or the wheel there does."""

from typing import Any

from rich.style import Style

_PRESS, _PART, _WHEEL = "press", "part", "wheel"


def clickable(key: str) -> Style:
    """Where a click does what a key does. key: as Textual names it."""
    return Style(meta={_PRESS: key})


def of_part(number: int) -> Style:
    """Where a click mutes a part of the band, counted from 0, and the wheel sets its level."""
    return Style(meta={_PRESS: "m", _PART: number, _WHEEL: "level"})


def turned_by_wheel(name: str) -> Style:
    """Where the wheel turns the command of this name."""
    return Style(meta={_WHEEL: name})


def key_at(style: Style) -> str | None:
    """The key that a click on something of this style stands for."""
    return _text(style.meta.get(_PRESS))


def part_at(style: Style) -> int | None:
    """The part of the band that something of this style belongs to."""
    number = style.meta.get(_PART)
    return number if isinstance(number, int) else None


def wheel_at(style: Style) -> str:
    """The command that the wheel turns there: the intensity where nothing else is said."""
    return _text(style.meta.get(_WHEEL)) or "intensity"


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
