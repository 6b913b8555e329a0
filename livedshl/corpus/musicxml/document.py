"""Opens MusicXML files: plain or compressed, partwise or timewise, in any encoding.

The files come from strangers. A document that defines entities is refused, external files are never
opened, and an archive is never unpacked beyond the limit for a file.
"""

import re
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET
from zipfile import BadZipFile, ZipFile

from livedshl.corpus.bounds import MOST_FILE_BYTES
from livedshl.errors import CorpusError
from livedshl.files import open_regular, read_regular

PARTWISE, TIMEWISE = "score-partwise", "score-timewise"
_CONTAINER = "META-INF/container.xml"
_ARCHIVE = b"PK"  # how a ZIP file begins
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")
_LOOK_BYTES = 64 << 10  # the root element comes before
_ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")
_BEFORE_ROOT = re.compile(r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.DOTALL)


def open_score(path: Path) -> ET.Element:
    """The root of a MusicXML document, as `score-partwise`. Raises CorpusError and OSError."""
    content = read_regular(path, MOST_FILE_BYTES)
    if content.startswith(_ARCHIVE):
        content = _unpacked(content)
    root = _parsed(content)
    if root.tag == TIMEWISE:
        _turn_partwise(root)
    if root.tag != PARTWISE:
        raise CorpusError(f"not music: an XML file of another kind (<{root.tag}>)")
    return root


def is_of_another_program(path: Path) -> bool:
    """Whether an .xml file begins as something else than MusicXML: others use the ending too.

    False for a file that cannot be looked at: reading it will say why.
    """
    try:
        with open_regular(path) as file:
            start = file.read(_LOOK_BYTES)
    except OSError:
        return False
    name = _root_name(start)
    return name is not None and name not in (PARTWISE, TIMEWISE)


def _root_name(start: bytes) -> str | None:
    """The name of the root element; None if the document begins with something else."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = start.decode("utf-16", errors="replace")
    else:
        text = start.decode("utf-8-sig", errors="replace")
    found = _ROOT.match(_BEFORE_ROOT.sub("", text).lstrip())
    return found[1] if found else None


def _unpacked(content: bytes) -> bytes:
    """The score within an archive (.mxl)."""
    try:
        with ZipFile(BytesIO(content)) as archive:
            return _read_entry(archive, _score_name(archive))
    except (BadZipFile, KeyError, NotImplementedError, RuntimeError, EOFError):
        raise CorpusError("not a MusicXML file, or a damaged one") from None


def _score_name(archive: ZipFile) -> str:
    """The name of the score in an archive: as the container says, else the first XML file."""
    names = archive.namelist()
    with suppress(CorpusError, KeyError):  # some containers are damaged, where the score is not
        for file in _parsed(_read_entry(archive, _CONTAINER)).iter("rootfile"):
            if file.get("full-path") in names:
                return file.get("full-path", "")
    scores = [name for name in names if name.lower().endswith((".xml", ".musicxml"))]
    return next((name for name in scores if not name.startswith("META-INF/")), "")


def _read_entry(archive: ZipFile, name: str) -> bytes:
    with archive.open(name) as entry:
        content = entry.read(MOST_FILE_BYTES + 1)
    if len(content) > MOST_FILE_BYTES:
        raise CorpusError(f"larger than {MOST_FILE_BYTES >> 20} MiB")
    return content


def _parsed(content: bytes) -> ET.Element:
    if any("<!ENTITY".encode(encoding) in content for encoding in _ENCODINGS):
        raise CorpusError("not read: it defines XML entities, which music does not need")
    try:
        root = ET.fromstring(content)
    except (ET.ParseError, ValueError, LookupError):
        raise CorpusError("not a MusicXML file, or a damaged one") from None
    if "}" in root.tag:  # a namespace, which MusicXML does not have
        for element in root.iter():
            element.tag = element.tag.rpartition("}")[2]
    return root


def _turn_partwise(root: ET.Element) -> None:
    """Turns measures of parts into parts of measures."""
    parts: dict[str, ET.Element] = {}
    for measure in root.findall("measure"):
        root.remove(measure)
        for piece in measure.findall("part"):
            name = piece.get("id", "")
            part = parts.setdefault(name, ET.Element("part", id=name))
            piece.tag, piece.attrib = "measure", dict(measure.attrib)
            part.append(piece)
    root.extend(parts.values())
    root.tag = PARTWISE
