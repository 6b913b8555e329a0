"""Draws a score of MusicXML, with verovio: as one SVG or PNG picture, or as a PDF with pages."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

from livedshl.errors import OutputError
from livedshl.files import write_beside
from livedshl.scores.fonts import FAMILY, text_fonts
from livedshl.scores.marks import title_of
from livedshl.scores.plain_svg import GREY, MARGIN, page_size, plain_page, write_text

_PAGE_MM = (210, 297)  # A4
_LONGEST = 60000  # verovio's longest page, in tenths of a millimetre
_PNG_DPI = 200
# As verovio draws: hundredths of a millimetre.
_MARGIN_BOTTOM = 2000
_HEADING_SIZE = 340
_TITLE_DEPTH = 370  # from the margin down to the foot of the heading
_NOTE_HEIGHT = 1100  # of the explanation, above the foot of the page
_OPTIONS = {
    "pageWidth": _PAGE_MM[0] * 10,
    "pageMarginLeft": MARGIN // 10,
    "pageMarginRight": MARGIN // 10,
    "pageMarginTop": MARGIN // 10,
    "pageMarginBottom": _MARGIN_BOTTOM // 10,
    "scale": 50,
    "unit": 8.0,
    "spacingSystem": 11,
    "spacingStaff": 16,  # room for the titles between melody and keyboard
    "bottomMarginHeader": 4.0,
    "breaks": "line",
    "footer": "none",
    "svgViewBox": True,
    "svgFormatRaw": True,
    "xmlIdSeed": 1,  # so that the bytes are the same each time
}
_EXPLANATION = (
    "Below the staff: where another phrase takes over the melody, its Hamming distance from the "
    "one before (a dash: it was not searched for), and its tune."
)


def write_score(path: Path, musicxml: bytes, tunes: Sequence[str] = ()) -> None:
    """Draws a score of MusicXML into `path`, in the format of its ending.

    tunes: the title below each mark that is not a section's. It needs the extra `scores`. Raises
    OutputError if the score cannot be drawn, and OSError.
    """
    draw = {".svg": _svg, ".png": _png, ".pdf": _pdf}[path.suffix.lower()]
    write_beside(path, draw(path, musicxml, tunes))


def _svg(path: Path, musicxml: bytes, tunes: Sequence[str]) -> bytes:
    return bytes(ET.tostring(_one_page(path, musicxml, tunes), "UTF-8", xml_declaration=True))


def _png(path: Path, musicxml: bytes, tunes: Sequence[str]) -> bytes:
    import resvg_py  # of the extra `scores`, as are the two below

    picture = resvg_py.svg_to_bytes(
        svg_string=ET.tostring(_one_page(path, musicxml, tunes), "unicode"),
        background="white",
        dpi=_PNG_DPI,
        font_files=[str(font) for font in text_fonts().values()],
    )
    return bytes(picture)


def _pdf(path: Path, musicxml: bytes, tunes: Sequence[str]) -> bytes:
    from fpdf import FPDF

    pdf = FPDF(format="A4")
    pdf.set_auto_page_break(False)
    pdf.set_creation_date(datetime.fromtimestamp(0, UTC))  # the same music, the same bytes
    for style, font in text_fonts().items():
        pdf.add_font(FAMILY, style, font)
    for page in _pages(path, musicxml, tunes, _PAGE_MM[1] * 10):
        pdf.add_page()
        pdf.image(io.BytesIO(ET.tostring(page)), 0, 0, w=pdf.w, h=pdf.h)
    return bytes(pdf.output())


def _one_page(path: Path, musicxml: bytes, tunes: Sequence[str]) -> ET.Element:
    pages = _pages(path, musicxml, tunes, _LONGEST)
    if len(pages) > 1:
        raise OutputError(
            "too long for one picture",
            where=str(path),
            remedy="Write a .pdf instead, which has pages",
        )
    return pages[0]


def _pages(path: Path, musicxml: bytes, tunes: Sequence[str], height: int) -> list[ET.Element]:
    """Pages of `height` tenths of a millimetre; a page of `_LONGEST` is cut to its music."""
    import verovio

    score = ET.fromstring(musicxml)
    tempo = take_tempo(score)
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
        raise OutputError("verovio cannot draw this score", where=str(path))
    titles = map(title_of, tunes)
    pages = [
        plain_page(ET.fromstring(toolkit.renderToSVG(number)), titles)
        for number in range(1, toolkit.getPageCount() + 1)
    ]
    first, last = pages[0], pages[-1]
    right, bottom = page_size(last)
    heading_y = MARGIN + _TITLE_DEPTH
    write_text(first, tempo, MARGIN, heading_y, size=_HEADING_SIZE)
    write_text(first, creator, right - MARGIN, heading_y, size=_HEADING_SIZE, anchor="end")
    if tunes:
        write_text(last, _EXPLANATION, MARGIN, bottom - _NOTE_HEIGHT, fill=GREY)
    return pages


def take_tempo(score: ET.Element) -> str:
    """Moves the tempo from the music, where it would displace the chords, to the heading.

    Later tempi are only heard.
    """
    for measure in score.iter("measure"):
        for sound in measure.findall("sound"):
            measure.remove(sound)
    for measure in score.iter("measure"):
        for direction in measure.findall("direction"):
            if metronome := direction.find("direction-type/metronome"):
                measure.remove(direction)
                dot = "" if metronome.find("beat-unit-dot") is None else "."
                return f"♩{dot} = {metronome.findtext('per-minute')}"
    return ""
