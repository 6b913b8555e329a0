"""Engraves a few bars for a screen: a picture, and where in it each moment of the music stands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from livedshl.scores.engraving import take_tempo
from livedshl.scores.light_picture import light
from livedshl.units import TICKS_PER_BEAT

_OPTIONS = {
    "pageWidth": 2000,
    "spacingSystem": 9,  # room for what the page writes below the notes
    "pageMarginLeft": 10,
    "pageMarginRight": 10,
    "pageMarginTop": 10,
    "pageMarginBottom": 50,
    "scale": 50,
    "breaks": "line",
    "minLastJustification": 0.5,
    "mnumInterval": 1000,  # none: bars are numbered from the first of the picture
    "header": "none",
    "footer": "none",
    "adjustPageHeight": True,
    "svgViewBox": True,
    "smuflTextFont": "embedded",
}
_SVG = "{http://www.w3.org/2000/svg}"
_PLACE = re.compile(r"translate\((-?[\d.]+),\s*(-?[\d.]+)\)")
_STAFF_LINE = re.compile(r"M(-?[\d.]+) (-?[\d.]+) L(-?[\d.]+) (-?[\d.]+)")


@dataclass(frozen=True, slots=True)
class ScreenScore:
    """A picture and its moments.

    svg: the picture. width, height: of it, in the unit of what follows. moments: (tick from the
    beginning, x, top and bottom of its line), ascending.
    """

    svg: str
    width: float
    height: float
    moments: tuple[tuple[float, float, float, float], ...]


class ScreenEngraver:
    """Engraves one score after the other; made once, because loading verovio takes a while."""

    def __init__(self) -> None:
        import verovio  # of the extra `scores`

        verovio.enableLog(verovio.LOG_OFF)
        self._toolkit: Any = verovio.toolkit()
        self._toolkit.setOptions(_OPTIONS)

    def engrave(self, musicxml: str) -> ScreenScore:
        """The picture of a score. Raises ValueError if verovio cannot draw it."""
        score = ET.fromstring(musicxml)
        take_tempo(score)
        for measure in score.findall("part/measure")[-1:]:
            for barline in measure.findall("barline"):
                measure.remove(barline)  # the music goes on
        if not self._toolkit.loadData(ET.tostring(score, "unicode")):
            raise ValueError("verovio cannot draw this score")
        svg: str = self._toolkit.renderToSVG(1)
        timemap = self._toolkit.renderToTimemap({"includeRests": True})
        drawn = ET.fromstring(svg)
        picture = drawn.find(f"{_SVG}svg")
        assert picture is not None
        width, height = map(float, picture.attrib["viewBox"].split()[2:])
        return ScreenScore(light(drawn), width, height, tuple(_moments(picture, timemap)))


def _moments(
    picture: ET.Element, timemap: list[dict[str, Any]]
) -> Iterator[tuple[float, float, float, float]]:
    ticks = {
        name: moment["qstamp"] * TICKS_PER_BEAT
        for moment in timemap
        for name in (*moment.get("on", ()), *moment.get("restsOn", ()))
    }
    margin = next(_groups(picture, "page-margin"))
    place = _PLACE.match(margin.get("transform", ""))
    left, above = map(float, place.groups()) if place else (0.0, 0.0)
    for system in _groups(picture, "system"):
        lines = [
            tuple(map(float, found.groups()))
            for staff in _groups(system, "staff")
            for path in staff.findall(f"{_SVG}path")
            if (found := _STAFF_LINE.match(path.get("d", "")))
        ]
        top = above + min(line[1] for line in lines)
        bottom = above + max(line[1] for line in lines)
        for group in system.iter(f"{_SVG}g"):
            glyph = next(group.iter(f"{_SVG}use"), None)
            if group.get("id") in ticks and glyph is not None:
                place = _PLACE.match(glyph.get("transform", ""))
                if place:
                    yield ticks[group.attrib["id"]], left + float(place[1]), top, bottom
    if timemap:
        end = left + max(line[2] for line in lines)
        yield timemap[-1]["qstamp"] * TICKS_PER_BEAT, end, top, bottom


def _groups(picture: ET.Element, of_class: str) -> Iterator[ET.Element]:
    return (g for g in picture.iter(f"{_SVG}g") if of_class in g.get("class", "").split())
