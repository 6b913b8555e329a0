"""Turns iReal Pro links into a line of a chart.

The format is described at irealpro.com/ireal-pro-custom-chord-chart-protocol. Links that begin
with irealb:// have their music shuffled. In every block of 50 characters, the first 5 change places
with the last 5, and characters 10 to 23 with their mirror images. The last block stays as it is.
"""

import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote

_LINK = re.compile(r"(?P<scheme>irealb(?:ook)?)://(?P<song>[^\"\r\n]+)", re.IGNORECASE)
_MUSIC = "1r34LbKcu7"  # how the music of an irealb:// song begins
_BLOCK = 50
_MOVED = (*range(5), *range(10, 24))  # and their mirror images
_MOST_LETTERS = 10_000  # of the music of a song
_SHORT_FORMS = (("Kcl", "| x"), ("LZ", " |"), ("XyQ", "   "))
_KEY = re.compile(r"(?P<key>[A-G][b#]?)(?P<minor>-?)")
_PIECES = re.compile(
    r"(?P<custom>[A-GW][b#]?\*[^*]{0,30}\*(?:/[A-G][b#]?)?)"
    r"|\*(?P<section>[A-Za-z])"
    r"|T(?P<metre>\d\d)"
    r"|N(?P<ending>\d)"
    r"|<(?P<text>[^<>]{0,200})>"
    r"|(?P<chord>[A-GW][b#]?(?:[-+^oh0-9]|b\d|#\d|sus|alt|add)*(?:/[A-G][b#]?)?)"
    r"|\((?P<other>[^()]{0,60})\)"
    r"|(?P<sign>[|\[\]{}ZnxrpSQUflsY, ])"
)
_SECTIONS = {"i": "Intro", "v": "Verse"}
_BARS = {"{": "|:", "}": ":|", "[": "||", "]": "||", "Z": "||", "|": "|"}
_AGAIN = {"x": "%", "r": "%%"}
_TO_CODA, _CODA = "To Coda", "Coda"
_METRES = {"12": "12/8"}


@dataclass(frozen=True, slots=True)
class IrealSong:
    """A song of a link, as a line of a chart. key: as "Bb" or "Gm"; "" if it does not say."""

    line: str
    key: str
    metre: str
    n_songs: int


def has_ireal_link(text: str) -> bool:
    """Whether a text is an iReal Pro link, or an exported page that has one."""
    return _LINK.search(text) is not None


def first_song(text: str) -> IrealSong:
    """The first song of the link. Raises ValueError."""
    link = _LINK.search(text)
    assert link is not None, "has_ireal_link says so"
    fields = unquote(unescape(link["song"])).split("=")
    is_shuffled = link["scheme"].lower() == "irealb"
    place = next((n for n, value in enumerate(fields) if value.startswith(_MUSIC)), None)
    if is_shuffled and place is not None:
        music = unshuffled(fields[place].removeprefix(_MUSIC))
        n_songs = sum(value.startswith(_MUSIC) for value in fields)
    elif not is_shuffled and len(fields) > 5:
        place, music = 5, fields[5]
        n_songs = max(1, len(fields) // 6)
    else:
        raise ValueError("this iReal Pro link has no song in it; share it again from the app")
    keys = [
        found for value in fields[max(0, place - 3) : place] if (found := _KEY.fullmatch(value))
    ]
    key = keys[-1]["key"] + ("m" if keys[-1]["minor"] else "") if keys else ""
    metres = re.findall(r"T(\d\d)", music)
    metre = _METRES.get(metres[0], "/".join(metres[0])) if metres else ""
    return IrealSong(_line(music, metre), key, metre, n_songs)


def unshuffled(music: str) -> str:
    """The music of an irealb:// song as it was before it was shuffled."""
    blocks = []
    for start in range(0, len(music), _BLOCK):
        block = list(music[start : start + _BLOCK])
        if len(music) - start > _BLOCK + 1:  # a last block and one before a single character stay
            for at in _MOVED:
                block[at], block[-1 - at] = block[-1 - at], block[at]
        blocks.append("".join(block))
    return "".join(blocks)


def _line(music: str, metre: str) -> str:
    """The music as a line of a chart."""
    for short, meant in _SHORT_FORMS:
        music = music.replace(short, meant)
    music = re.sub(r"[^\S ]", "", music)  # breaks of lines in pages
    writer = _LineWriter(int(metre.partition("/")[0]) if metre else 4)
    at = 0
    while at < len(music):
        found = _PIECES.match(music, at)
        at = found.end() if found else at + 1
        if found:
            writer.take(found)
        else:  # no sign of iReal's: it is named as a chord that is not known
            writer.cells.append(music[at - 1])
    writer.end_bar()
    written = writer.written
    if written.count(_TO_CODA) and not written.count(_CODA):  # where it leads to is not marked
        written = [_CODA if word == _TO_CODA else word for word in written]
    return " ".join(written)


class _LineWriter:
    """Writes a line of a chart from the pieces of iReal's music. beats: cells of a full bar."""

    def __init__(self, beats: int) -> None:
        self.written: list[str] = []
        self.cells: list[str] = []  # of the bar: chords, and dots for cells without
        self._beats = beats
        self._marks: list[str] = []  # for the end of the bar
        self._times = ""  # of the repeat
        self._chord = ""
        self._n_codas = 0

    def take(self, piece: re.Match[str]) -> None:
        """Takes the next piece."""
        if name := piece["section"]:
            self.end_bar()
            self.written.append(f"[{_SECTIONS.get(name, name)}]")
        elif (number := piece["ending"]) and number != "0":
            self.written.append(f"{number}.")
        elif text := piece["text"]:
            self._take_text(text)
        elif chord := piece["custom"] or piece["chord"]:
            self._take_chord(chord.replace("*", ""))
        elif sign := piece["sign"]:
            self._take_sign(sign)

    def end_bar(self) -> None:
        """Writes the bar that was begun, and its marks."""
        chords = [cell for cell in self.cells if cell != "."]
        is_full = len(self.cells) == self._beats and len(chords) > 1
        self.written += [*(self.cells if is_full else chords), *self._marks]
        self.cells, self._marks = [], []

    def _take_chord(self, chord: str) -> None:
        if chord.startswith("W"):  # the chord before, over another bass
            chord = self._chord.partition("/")[0] + chord[1:]
        self._chord = re.sub(r"(?<=[A-G#b])h", "ø", chord)
        self.cells.append(self._chord)

    def _take_sign(self, sign: str) -> None:
        if sign in _BARS:
            self._draw_bar_line(_BARS[sign])
        elif sign in _AGAIN:
            if self.cells:
                self._draw_bar_line("|")
            self.cells.append(_AGAIN[sign])
        elif sign == "n":
            self.cells.append("N.C.")
        elif sign == "S":
            self.written.append("Segno")
        elif sign == "Q":
            self._take_coda()
        elif sign in "p " and self.cells:
            self.cells.append(".")

    def _take_coda(self) -> None:
        """The first coda sign leads to the second."""
        self._n_codas += 1
        if self._n_codas > 1:
            self.written.append(_CODA)
        elif self.cells:
            self._marks.append(_TO_CODA)
        else:
            self.written.append(_TO_CODA)

    def _take_text(self, text: str) -> None:
        """Takes what a text below the bars says about the order in which they are played."""
        if times := re.fullmatch(r"\s*(\d)\s*x\s*", text, re.IGNORECASE):
            self._times = times[1]
        elif jump := re.search(r"D\.? ?([CS])\.(?: al (?:fine|coda))?", text, re.IGNORECASE):
            self._marks.append(f"D.{jump[1].upper()}.")
        elif re.fullmatch(r"\W*fine\W*", text, re.IGNORECASE):
            self._marks.append("Fine")

    def _draw_bar_line(self, line: str) -> None:
        self.end_bar()
        if line != "|" or (self.written and not self.written[-1].endswith("|")):
            self.written.append(line)
        if line == ":|" and self._times:
            self.written.append(f"x{self._times}")
        if line != "|":
            self._times = ""
