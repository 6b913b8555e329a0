"""What is written beside the notes: sections, where segments join, and the tunes they come from."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from livedshl.text import shown

_LONGEST_TITLE = 200  # letters; more than has room on a page
LINE_BARS = 4  # on each line of a score
_DASH = "\u2013"


@dataclass(frozen=True, slots=True)
class Mark:
    """A word at a step of the music: below the staff, or for a section in a box above it."""

    step: int
    text: str
    section: bool = False


@dataclass(frozen=True, slots=True)
class TuneSpan:
    """The steps, from `start` up to `end`, in which one segment has the melody.

    tune: its title. source: the file it is from, since tunes can share a title. distance: from the
    code that asked for the segment; None if none did.
    """

    start: int
    end: int
    tune: str
    source: str
    distance: int | None


def title_of(words: str) -> str:
    """A title or name, whatever is in it, as it can be drawn and be part of XML."""
    return shown(words, _LONGEST_TITLE)


def section_marks(sections: Iterable[tuple[int, str]]) -> list[Mark]:
    """The names of sections, (step, name)."""
    return [Mark(step, name, section=True) for step, name in sections]


def join_marks(spans: Iterable[TuneSpan]) -> list[Mark]:
    """The distance wherever another segment takes over the melody; a dash if it has none."""
    return [
        Mark(span.start, _DASH if span.distance is None else str(span.distance)) for span in spans
    ]


def tunes_to_write(spans: Sequence[TuneSpan], bar_steps: int) -> list[str]:
    """The title for each span; empty if the tune is already named on the same line."""
    titles = []
    before = None
    for span in spans:
        here = span.start // (LINE_BARS * bar_steps), span.source
        titles.append("" if here == before else span.tune)
        before = here
    return titles


def shortened(words: str, room: float, width_of: Callable[[str], float]) -> str:
    """As much of `words` as fits into `room`, with an ellipsis if some is missing."""
    if width_of(words) <= room:
        return words
    while words and width_of(f"{words}…") > room:
        words = words[:-1].rstrip()
    return words and f"{words}…"
