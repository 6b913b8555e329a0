"""How large a tune may be. A larger one is skipped before a library would take hours over it."""

import re
from collections.abc import Iterator
from dataclasses import replace

from livedshl.errors import CorpusError
from livedshl.music import LeadSheet

MOST_FILE_BYTES = 16 << 20
MOST_NOTES = 20_000
MOST_BARS = 2_000  # music21 takes some 20 s for 1,900 bars in ABC
READING_S = 20.0  # for one tune
MOST_MEMORY = 1 << 30  # bytes that reading may take, on Linux

_MOST_ABC_BYTES = 256 << 10  # of a tune
_LONGEST_NOTE = 256  # note lengths (L:)
_MOST_METRE = 64
_LONGEST_TITLE = 200

_METRE = re.compile(r"(?:^|\[)M:([^\]\n%]*)", re.MULTILINE)
_LENGTH_UNIT = re.compile(r"(?:^|\[)L:([^\]\n%]*)", re.MULTILINE)
_NUMBER = re.compile(r"\d+")
_NOTE = re.compile(r"[A-Ga-gxyzXZ][,']*(\d*)(/*)(\d*)")


def check_size(text: str, music: str) -> None:
    """Raises CorpusError if an ABC tune is too long, or a number in it too large.

    music: its lines of notes, without chord symbols, remarks and decorations.
    """
    if len(text) > _MOST_ABC_BYTES:
        raise CorpusError(f"longer than {_MOST_ABC_BYTES >> 10} KiB")
    if music.count("|") > MOST_BARS:
        raise CorpusError(f"more than {MOST_BARS:,} bars")
    if any(number > _MOST_METRE for number in _numbers(_METRE, text)):
        raise CorpusError("a metre of too many beats")
    if any(number > _MOST_METRE * 8 for number in _numbers(_LENGTH_UNIT, text)):
        raise CorpusError("a length of notes (L:) that is too large")
    notes, length = 0, 0
    for note in _NOTE.finditer(music):
        times, halves, divisor = note.groups()
        notes += 1
        if len(times) > 4 or len(halves) > 8 or len(divisor) > 4:
            raise CorpusError("a note of impossible length")
        length += int(times or 1)
        if int(times or 1) > _LONGEST_NOTE:
            raise CorpusError("a note of impossible length")
    if notes > MOST_NOTES:
        raise CorpusError(f"more than {MOST_NOTES:,} notes")
    if length > MOST_BARS * 16:
        raise CorpusError(f"longer than {MOST_BARS:,} bars")


def bounded(sheet: LeadSheet) -> LeadSheet:
    """The same lead sheet with a title of bounded length. Raises CorpusError if it is too long."""
    if max(len(sheet.notes), len(sheet.chords)) > MOST_NOTES:
        raise CorpusError(f"more than {MOST_NOTES:,} notes")
    if len(sheet.bars) > MOST_BARS or sheet.end > MOST_BARS * max(1920, sheet.metre.bar_ticks):
        raise CorpusError(f"longer than {MOST_BARS:,} bars")
    return replace(sheet, title=short_title(sheet.title))


def short_title(title: str) -> str:
    """A title that fits into a line."""
    return title if len(title) <= _LONGEST_TITLE else f"{title[:_LONGEST_TITLE]}..."


def _numbers(field: re.Pattern[str], text: str) -> Iterator[int]:
    """The numbers in the fields of one kind; one of many digits counts as a million."""
    for content in field.findall(text):
        for digits in _NUMBER.findall(content):
            yield int(digits) if len(digits) < 6 else 1_000_000
