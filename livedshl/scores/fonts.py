"""The text fonts of a score, and how wide words are in them."""

from functools import cache
from pathlib import Path
from typing import Any

FAMILY = "STIXGeneral"
_FILES = {"": "STIXGeneral", "B": "STIXGeneralBol", "I": "STIXGeneralItalic"}


def text_fonts() -> dict[str, Path]:
    """Font files by style: roman "", bold "B", italic "I".

    They come with matplotlib, and are as wide as the fonts that verovio lays text out for.
    """
    import matplotlib  # heavy, and only pictures need it

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return {style: folder / f"{name}.ttf" for style, name in _FILES.items()}


def text_width(words: str, style: str, size: int) -> float:
    """The width of words, in the unit of `size`."""
    return float(_font(style, size).getlength(words))


@cache
def _font(style: str, size: int) -> Any:
    from PIL import ImageFont  # comes with matplotlib

    return ImageFont.truetype(str(text_fonts()[style]), size)
