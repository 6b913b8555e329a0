"""Reads a chart in whatever format it is: text, ChordPro, an iReal Pro link or MusicXML."""

from dataclasses import replace
from pathlib import Path

from livedshl.charts.chordpro import is_chordpro, lines_of_song
from livedshl.charts.ireal import first_song, has_ireal_link
from livedshl.charts.lines import read_lines
from livedshl.charts.score import read_score
from livedshl.charts.written import WrittenChart
from livedshl.errors import CorpusError
from livedshl.files import read_text
from livedshl.music.leadsheet import Key

_MOST_BYTES = 1 << 20
_SCORES = (".musicxml", ".mxl", ".xml")
_SONGS = (".cho", ".crd", ".chopro", ".chordpro", ".pro")


def read_chart_file(path: Path) -> WrittenChart:
    """The chart in a file. Raises OSError and ValueError."""
    if path.suffix.lower() in _SCORES:
        try:
            return read_score(path)
        except CorpusError as error:
            raise ValueError(str(error)) from None
    text = read_text(path, _MOST_BYTES)
    return _of_song(text) if path.suffix.lower() in _SONGS else read_chart(text)


def read_chart(text: str) -> WrittenChart:
    """The chart that a text is. Raises ValueError, which says where, what, and after "; " a remedy.

    >>> chart, remarks = read_chart("[A] Dm7 | G7 | C/E | %").played(COMMON_TIME, Key.parse("C"))
    """
    if has_ireal_link(text):
        return _of_link(text)
    if is_chordpro(text):
        return _of_song(text)
    return read_lines(list(enumerate(text.splitlines(), 1)))


def _of_song(text: str) -> WrittenChart:
    chart = read_lines(list(lines_of_song(text)))
    remark = "Chords among words have no bars: each is played for one bar."
    return chart if "|" in text else replace(chart, remarks=(*chart.remarks, remark))


def _of_link(text: str) -> WrittenChart:
    song = first_song(text)
    chart = read_lines([(1, song.line)])
    remarks = list(chart.remarks)
    if song.n_songs > 1:
        remarks.append(f"The link has {song.n_songs} songs; the first is played.")
    return replace(
        chart,
        key=Key.parse(song.key) if song.key else None,
        metre=song.metre or None,
        remarks=tuple(remarks),
    )
