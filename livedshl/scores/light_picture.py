"""Makes a picture of verovio light: the same drawing by a few shapes instead of hundreds.

A page takes in a new picture every two beats, on its only thread. That took 15 ms on the two cores
where the other figures were measured, so about 90 ms on a modest tablet: verovio's picture has a
group for every note and names each sign by reference. Where a chord has an accidental, it brings a
whole font. A light picture takes 6 ms.
"""

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_BOLD, _ITALIC = {"ending", "fing", "reh", "tempo"}, {"dir", "dynam", "mNum"}
_UNSEEN = "placeholder"
_SHAPES = {"ellipse", "polygon", "polyline", "rect"}
_USED = re.compile(r"translate\((-?[\d.]+),\s*(-?[\d.]+)\)\s*scale\(([\d.]+),\s*([\d.]+)\)")
_OUTLINE = re.compile(r"([MmLlHhVvCcSsQqTtZz])|(-?\d*\.?\d+)")
# Signs of the music font within a chord's name, and what any font has in their place.
_LETTERS = {
    "\uea63": "\u266d\u266d", "\uea64": "\u266d", "\uea65": "\u266e", "\uea66": "\u266f",
    "\uea67": "\u266f\u266f",
}  # fmt: skip
_LETTER_SIZE = 0.5625  # of those letters, in sizes of the signs

_Classes = frozenset[str]


def light(picture: ET.Element) -> str:
    """The picture as SVG of few elements. Raises ValueError for a drawing it cannot take apart."""
    scaled = picture.find(f"{_SVG}svg")
    margin = None if scaled is None else scaled.find(f"{_SVG}g")
    if scaled is None or margin is None:
        raise ValueError("this is no picture of verovio's")
    made = ET.Element("svg", xmlns=_SVG[1:-1], viewBox=picture.attrib["viewBox"])
    font = scaled.get("font-family", "serif")
    inner = ET.SubElement(made, "svg", {"viewBox": scaled.attrib["viewBox"], "font-family": font})
    place = margin.get("transform", "")
    shapes = ET.SubElement(inner, "g", transform=place, stroke="currentColor")
    words = ET.SubElement(inner, "g", transform=place)
    outlines: dict[tuple[tuple[str, str], ...], list[str]] = {}
    signs = {f"#{sign.get('id')}": sign for sign in picture.iterfind(f"{_SVG}defs/{_SVG}g")}
    for shape, classes in _drawn(margin, frozenset()):
        kind = shape.tag.removeprefix(_SVG)
        drawn = {key: value for key, value in shape.attrib.items() if key not in ("id", "class")}
        if kind == "use":
            outline = "".join(path.get("d", "") for path in signs[drawn[_HREF]])
            outlines.setdefault((), []).append(_placed(outline, drawn["transform"]))
        elif kind == "path":
            outline = drawn.pop("d")
            outlines.setdefault(tuple(sorted(drawn.items())), []).append(outline)
        elif kind == "text":
            words.append(_written(shape, classes))
        elif kind in _SHAPES:
            ET.SubElement(shapes, kind, drawn)
    for alike, drawn_so in outlines.items():
        ET.SubElement(shapes, "path", {**dict(alike), "d": " ".join(drawn_so)})
    return ET.tostring(made, "unicode")


def _drawn(group: ET.Element, classes: _Classes) -> Iterator[tuple[ET.Element, _Classes]]:
    """Everything that a group draws, with the classes of the groups it is in."""
    for child in group:
        of_child = classes | set(child.get("class", "").split())
        if child.tag != f"{_SVG}g":
            yield child, classes
        elif child.get("transform"):
            raise ValueError("a group within the picture is moved")
        elif _UNSEEN not in of_child:
            yield from _drawn(child, of_child)


def _placed(outline: str, transform: str) -> str:
    """The outline of a sign, which has its y upwards, where it is used."""
    found = _USED.fullmatch(transform)
    if not found:
        raise ValueError(f"a sign is placed by {transform!r}")
    left, top, wide, high = map(float, found.groups())
    parts, command, is_x = [], "", True
    for letter, number in _OUTLINE.findall(outline):
        if letter:
            command, is_x = letter, letter not in "vV"
            parts.append(letter)
            continue
        place = (left, top) if command.isupper() else (0.0, 0.0)
        value = float(number)
        parts.append(f"{place[0] + wide * value if is_x else place[1] - high * value:.0f}")
        is_x = is_x if command in "hHvV" else not is_x
    return " ".join(parts)


def _written(text: ET.Element, classes: _Classes) -> ET.Element:
    """A text without what it is named by."""
    made = _plain(text)
    if classes & _BOLD:
        made.set("font-weight", "bold")
    if classes & _ITALIC:
        made.set("font-style", "italic")
    return made


def _plain(text: ET.Element) -> ET.Element:
    kept = {key: value for key, value in text.attrib.items() if key not in ("id", "class")}
    words = (text.text or "").strip()
    if words in _LETTERS:
        words = _LETTERS[words]
        kept.pop("font-family", None)
        size = float(kept.get("font-size", "0px").removesuffix("px"))
        kept["font-size"] = f"{size * _LETTER_SIZE:.0f}px"
    made = ET.Element(text.tag.removeprefix(_SVG), kept)
    made.text = words
    made.extend(_plain(child) for child in text)
    return made
