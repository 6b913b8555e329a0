"""Draws a score of MusicXML as a picture."""

from pathlib import Path

from livedshl.errors import OutputError
from livedshl.files import write_beside

_OPTIONS = {
    "adjustPageHeight": True,
    "pageWidth": 2100,  # tenths of a millimetre
    "pageHeight": 60000,  # the longest page there is: all of it on one
    "scale": 50,
    "footer": "none",
    "svgViewBox": True,
}


def write_score(musicxml: Path, path: Path) -> None:
    """Draws the score in the file `musicxml` as one SVG picture at `path`.

    Needs verovio, of the extra `train`. Raises OutputError if it cannot be drawn, OSError.
    """
    import verovio

    verovio.enableLog(verovio.LOG_OFF)
    toolkit = verovio.toolkit()
    toolkit.setOptions(_OPTIONS)
    if not toolkit.loadData(musicxml.read_text(encoding="utf-8")):
        raise OutputError(f"{musicxml}: verovio cannot draw it; generate it again")
    write_beside(path, toolkit.renderToSVG(1).encode())
