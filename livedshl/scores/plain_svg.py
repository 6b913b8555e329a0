"""Rewrites a page that verovio drew into plain SVG, which all programs draw alike.

verovio's SVG needs more than most programs can draw: style sheets, nested pictures, and a music
font for text.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from livedshl.scores.fonts import FAMILY, text_width
from livedshl.scores.marks import shortened

# As verovio draws: hundredths of a millimetre.
MARGIN = 1500
SMALL_SIZE = 230
GREY = "#555555"
_TITLE_ROW = 270  # from a distance down to the title of its tune
_GAP = 120  # between two titles
_WEIGHTS = {"reh": "bold", "harm": "bold"}  # by the class of a group, as in verovio's style sheet
_PLACE = ("x", "y", "text-anchor")
# verovio writes accidentals in chords as large glyphs of its music font.
_SIGNS = str.maketrans({"\uea64": "♭", "\uea66": "♯"})

_SVG = "{http://www.w3.org/2000/svg}"
ET.register_namespace("", "http://www.w3.org/2000/svg")
ET.register_namespace("xlink", "http://www.w3.org/1999/xlink")


def plain_page(picture: ET.Element, titles: Iterator[str]) -> ET.Element:
    """A page in one viewport, without style sheets, with simple text.

    titles: the tune to write below each mark; a page takes as many as it has marks.
    """
    drawing = picture.find(f"{_SVG}svg")
    definitions = picture.find(f"{_SVG}defs")
    assert drawing is not None and definitions is not None
    width, height = page_size(drawing)
    page = ET.Element(
        f"{_SVG}svg",
        {
            "viewBox": f"0 0 {width:g} {height:g}",
            "width": f"{width / 100:g}mm",
            "height": f"{height / 100:g}mm",
            "font-family": f"{FAMILY}, Times, serif",
        },
    )
    page.append(definitions)
    page.extend(drawing)
    marks = []
    for parent in page.iter():
        of_class = parent.get("class", "")
        if "id" in parent.attrib and of_class:
            del parent.attrib["id"]
        for child in list(parent):
            if "placeholder" in child.get("class", "") or child.tag == f"{_SVG}title":
                parent.remove(child)
            elif child.tag == f"{_SVG}text":
                _simplify(child, of_class)
                if of_class == "dir":
                    marks.append((parent, child))
            elif "stroke-width" in child.attrib:
                child.set("stroke", "black")
    _add_titles(marks, titles, right=width - 2 * MARGIN)
    return page


def page_size(picture: ET.Element) -> tuple[float, float]:
    """Width and height of a picture."""
    width, height = picture.attrib["viewBox"].split()[2:]
    return float(width), float(height)


def _simplify(text: ET.Element, of_class: str) -> None:
    """Rewrites a text without spans; verovio gives place and size to any of them."""
    spans = [span for span in text.iter() if span.tag != f"{_SVG}title"]
    words = "".join(span.text or "" for span in spans).translate(_SIGNS)
    sizes = [float(span.get("font-size", "0px").removesuffix("px")) for span in spans]
    place = {name: span.attrib[name] for span in spans for name in _PLACE if name in span.attrib}
    text.clear()
    text.text = words
    text.attrib |= place
    text.set("font-size", f"{min(size for size in sizes if size):g}")  # the size of letters
    if of_class in _WEIGHTS:
        text.set("font-weight", _WEIGHTS[of_class])
    if of_class == "tempo":
        text.set("font-style", "italic")
    if of_class in ("dir", "mNum", "tempo"):
        text.attrib |= {"font-size": str(SMALL_SIZE), "fill": GREY}


def _add_titles(
    marks: Sequence[tuple[ET.Element, ET.Element]], titles: Iterator[str], right: float
) -> None:
    """Writes the title below each mark, (group, text), as far as there is room before the next.

    Marks that would overlap move to the right.
    """
    named = []
    row, free = "", 0.0
    for group, mark in marks:
        x = float(mark.attrib["x"])
        if mark.attrib["y"] == row:
            x = max(x, free)
            mark.set("x", f"{x:g}")
        row, free = mark.attrib["y"], x + text_width(mark.text or "", "", SMALL_SIZE) + _GAP / 2
        if title := next(titles, ""):
            named.append((group, x, float(row), title))
    following = [*named[1:], (None, 0.0, 0.0, "")]
    for (group, x, y, title), (_, next_x, next_y, _) in zip(named, following, strict=False):
        room = (next_x - _GAP if next_y == y else right) - x
        words = shortened(title, room, lambda words: text_width(words, "I", SMALL_SIZE))
        write_text(group, words, x, y + _TITLE_ROW, fill=GREY, style="italic")


def write_text(
    parent: ET.Element,
    words: str,
    x: float,
    y: float,
    *,
    size: float = SMALL_SIZE,
    anchor: str = "start",
    fill: str = "black",
    style: str = "normal",
) -> None:
    """Adds words to a picture."""
    attributes: dict[str, Any] = {
        "x": f"{x:g}", "y": f"{y:g}", "font-size": f"{size:g}", "text-anchor": anchor,
        "fill": fill, "font-style": style,
    }  # fmt: skip
    ET.SubElement(parent, f"{_SVG}text", attributes).text = words
