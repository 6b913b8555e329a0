"""Draws a score of MusicXML: as one SVG or PNG picture, or as a PDF with pages.

verovio engraves it. Its SVG asks for more than most programs know (style sheets, pictures in
pictures, a music font for text), so it is rewritten into what all of them draw alike.
"""

import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from livedshl.errors import OutputError
from livedshl.files import write_beside
from livedshl.improviser.sources import SourceSpan, sections_of
from livedshl.scores.musicxml import LINE_BARS, Mark

_PAGE_MM = (210, 297)  # A4
_LONGEST = 60000  # the longest page that verovio has, in tenths of a millimetre
_PNG_DPI = 200
_FONT = "STIXGeneral"
# As verovio draws: hundredths of a millimetre.
_MARGIN, _MARGIN_BOTTOM = 1500, 2000
_HEADING_SIZE, _SMALL_SIZE = 340, 230
_TITLE_DEPTH = 370  # of its foot, below the margin
_ROW = 270  # from a distance down to the song
_NOTE_HEIGHT = 1100  # of a note at the foot of a page
_ROOM = 120  # between two songs
_OPTIONS = {
    "pageWidth": _PAGE_MM[0] * 10,
    "pageMarginLeft": _MARGIN // 10,
    "pageMarginRight": _MARGIN // 10,
    "pageMarginTop": _MARGIN // 10,
    "pageMarginBottom": _MARGIN_BOTTOM // 10,
    "scale": 50,
    "unit": 8.0,
    "spacingSystem": 11,
    "bottomMarginHeader": 4.0,
    "breaks": "line",
    "footer": "none",
    "svgViewBox": True,
    "svgFormatRaw": True,
    "xmlIdSeed": 1,  # for the same bytes each time
}
_EXPLANATION = (
    "Below the staff: where another segment takes over the melody, its Hamming distance from what "
    "asked for it (a dash: nothing did), and its song."
)
_WEIGHTS = {"reh": "bold", "harm": "bold"}  # by the class of a group, as in verovio's style sheet
_GREY = "#555555"
_PLACE = ("x", "y", "text-anchor")
# verovio writes accidentals in chords as large glyphs of its music font.
_SIGNS = str.maketrans({"\uea64": "♭", "\uea66": "♯"})

_SVG = "{http://www.w3.org/2000/svg}"
ET.register_namespace("", "http://www.w3.org/2000/svg")
ET.register_namespace("xlink", "http://www.w3.org/1999/xlink")


def marks_of(spans: Sequence[SourceSpan]) -> list[Mark]:
    """What a score tells of where its music came from.

    The letters of the sections, and the Hamming distance wherever another segment takes over the
    melody; a dash where none was asked for.
    """
    sections = [Mark(step, name, section=True) for step, name in sections_of(spans)]
    distances = [(span.start, span.provenance.hamming) for span in spans]
    return sections + [
        Mark(step, "\u2013" if hamming is None else str(hamming)) for step, hamming in distances
    ]


def songs_of(spans: Sequence[SourceSpan]) -> list[str]:
    """The song of each span, empty where the one before goes on in the same line."""
    songs = []
    before = None
    for span in spans:
        provenance = span.provenance
        line = span.start // (LINE_BARS * provenance.grid.bar_steps)
        songs.append("" if (line, provenance.source) == before else provenance.song)
        before = (line, provenance.source)
    return songs


def write_score(path: Path, musicxml: bytes, songs: Sequence[str] = ()) -> None:
    """Draws a score of MusicXML into `path`, in the format that its ending names.

    songs: what is written below each mark that is not of a section. Needs the extra `scores`.
    Raises OutputError if it cannot be drawn, OSError.
    """
    draw = {".svg": _svg, ".png": _png, ".pdf": _pdf}[path.suffix.lower()]
    write_beside(path, draw(path, musicxml, songs))


def _svg(path: Path, musicxml: bytes, songs: Sequence[str]) -> bytes:
    return bytes(ET.tostring(_one_page(path, musicxml, songs), "UTF-8", xml_declaration=True))


def _png(path: Path, musicxml: bytes, songs: Sequence[str]) -> bytes:
    import resvg_py

    picture = resvg_py.svg_to_bytes(
        svg_string=ET.tostring(_one_page(path, musicxml, songs), "unicode"),
        background="white",
        dpi=_PNG_DPI,
        font_files=[str(font) for font in _fonts().values()],
    )
    return bytes(picture)


def _pdf(path: Path, musicxml: bytes, songs: Sequence[str]) -> bytes:
    from fpdf import FPDF

    pdf = FPDF(format="A4")
    pdf.set_auto_page_break(False)
    pdf.set_creation_date(datetime.fromtimestamp(0, UTC))  # the same music, the same bytes
    for style, font in _fonts().items():
        pdf.add_font(_FONT, style, font)
    for page in _pages(path, musicxml, songs, _PAGE_MM[1] * 10):
        pdf.add_page()
        pdf.image(io.BytesIO(ET.tostring(page)), 0, 0, w=pdf.w, h=pdf.h)
    return bytes(pdf.output())


def _one_page(path: Path, musicxml: bytes, songs: Sequence[str]) -> ET.Element:
    pages = _pages(path, musicxml, songs, _LONGEST)
    if len(pages) > 1:
        raise OutputError(f"{path}: too long for one picture; write a .pdf, which has pages")
    return pages[0]


def _pages(path: Path, musicxml: bytes, songs: Sequence[str], height: int) -> list[ET.Element]:
    """The pages, `height` tenths of a millimetre high; one of the longest only as its music is."""
    import verovio

    score = ET.fromstring(musicxml)
    tempo = _take_tempo(score)
    creator = score.findtext("identification/creator", "")
    verovio.enableLog(verovio.LOG_OFF)
    toolkit = verovio.toolkit()
    toolkit.setOptions(
        _OPTIONS
        | {
            "pageHeight": height,
            "adjustPageHeight": height == _LONGEST,
            "justifyVertically": height != _LONGEST,
        }
    )
    if not toolkit.loadData(ET.tostring(score, "unicode")):
        raise OutputError(f"{path}: verovio cannot draw the score")
    to_come = iter(songs)
    pages = [
        _plain(ET.fromstring(toolkit.renderToSVG(number)), to_come)
        for number in range(1, toolkit.getPageCount() + 1)
    ]
    first, last = pages[0], pages[-1]
    right, bottom = _size(last)
    heading_y = _MARGIN + _TITLE_DEPTH
    _write(first, tempo, _MARGIN, heading_y, size=_HEADING_SIZE)
    _write(first, creator, right - _MARGIN, heading_y, size=_HEADING_SIZE, anchor="end")
    if songs:
        _write(last, _EXPLANATION, _MARGIN, bottom - _NOTE_HEIGHT, fill=_GREY)
    return pages


def _take_tempo(score: ET.Element) -> str:
    """Takes the tempo out of the music, where it would push the chords off, for the heading."""
    for measure in score.iter("measure"):
        for direction in measure.findall("direction"):
            if metronome := direction.find("direction-type/metronome"):
                measure.remove(direction)
                dot = "" if metronome.find("beat-unit-dot") is None else "."
                return f"♩{dot} = {metronome.findtext('per-minute')}"
    return ""


def _plain(picture: ET.Element, songs: Iterator[str]) -> ET.Element:
    """A page as verovio draws it, in plain SVG: one viewport, no style sheets, simple text."""
    drawing = picture.find(f"{_SVG}svg")
    definitions = picture.find(f"{_SVG}defs")
    assert drawing is not None and definitions is not None
    width, height = _size(drawing)
    page = ET.Element(
        f"{_SVG}svg",
        {
            "viewBox": f"0 0 {width:g} {height:g}",
            "width": f"{width / 100:g}mm",
            "height": f"{height / 100:g}mm",
            "font-family": f"{_FONT}, Times, serif",
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
    _add_songs(marks, songs, right=width - 2 * _MARGIN)
    return page


def _size(picture: ET.Element) -> tuple[float, float]:
    width, height = picture.attrib["viewBox"].split()[2:]
    return float(width), float(height)


def _simplify(text: ET.Element, of_class: str) -> None:
    """Rewrites a text without spans: verovio tells place and size somewhere inside."""
    spans = [span for span in text.iter() if span.tag != f"{_SVG}title"]
    words = "".join(span.text or "" for span in spans).translate(_SIGNS)
    sizes = [float(span.get("font-size", "0px").removesuffix("px")) for span in spans]
    place = {name: span.attrib[name] for span in spans for name in _PLACE if name in span.attrib}
    text.clear()
    text.text = words
    text.attrib |= place
    text.set("font-size", f"{min(size for size in sizes if size):g}")  # that of letters
    if of_class in _WEIGHTS:
        text.set("font-weight", _WEIGHTS[of_class])
    if of_class in ("dir", "mNum"):
        text.attrib |= {"font-size": str(_SMALL_SIZE), "fill": _GREY}


def _add_songs(
    marks: Sequence[tuple[ET.Element, ET.Element]], songs: Iterator[str], right: float
) -> None:
    """Writes below each mark, (group, text), the song it has, in the room before the next one.

    Marks are moved to the right where they would run into one another.
    """
    named = []
    row, free = "", 0.0
    for group, mark in marks:
        x = float(mark.attrib["x"])
        if mark.attrib["y"] == row:
            x = max(x, free)
            mark.set("x", f"{x:g}")
        row, free = mark.attrib["y"], x + _width(mark.text or "", "") + _ROOM / 2
        if song := next(songs, ""):
            named.append((group, x, float(row), song))
    following = [*named[1:], (None, 0.0, 0.0, "")]
    for (group, x, y, song), (_, next_x, next_y, _) in zip(named, following, strict=True):
        words = _shortened(song, (next_x - _ROOM if next_y == y else right) - x)
        _write(group, words, x, y + _ROW, fill=_GREY, style="italic")


def _write(
    parent: ET.Element,
    words: str,
    x: float,
    y: float,
    *,
    size: float = _SMALL_SIZE,
    anchor: str = "start",
    fill: str = "black",
    style: str = "normal",
) -> None:
    attributes: dict[str, Any] = {
        "x": f"{x:g}", "y": f"{y:g}", "font-size": f"{size:g}", "text-anchor": anchor,
        "fill": fill, "font-style": style,
    }  # fmt: skip
    ET.SubElement(parent, f"{_SVG}text", attributes).text = words


def _shortened(words: str, room: float) -> str:
    """As much of small words in italics as there is room for."""
    if _width(words, "I") <= room:
        return words
    while words and _width(f"{words}…", "I") > room:
        words = words[:-1].rstrip()
    return words and f"{words}…"


def _width(words: str, style: str) -> float:
    """The width of small words."""
    return float(_font(style).getlength(words))


@cache
def _font(style: str) -> Any:
    from PIL import ImageFont

    return ImageFont.truetype(str(_fonts()[style]), _SMALL_SIZE)


def _fonts() -> dict[str, Path]:
    """Text fonts as wide as verovio reckons with, by style; they come with matplotlib."""
    import matplotlib

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    names = {"": "STIXGeneral", "B": "STIXGeneralBol", "I": "STIXGeneralItalic"}
    return {style: folder / f"{name}.ttf" for style, name in names.items()}
