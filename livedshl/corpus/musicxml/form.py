"""Reads what MusicXML says of the order of the bars: repeats, endings, D.C., D.S., Fine, Coda."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from xml.etree import ElementTree as ET

from livedshl.corpus.repeats import Jump, RepeatMarks

_MARKS = ("dacapo", "dalsegno", "fine", "tocoda", "segno", "coda")  # attributes of <sound>
_WORDS = (
    ("dacapo", re.compile(r"\bD\. ?C\b|\bDC\b|\bda capo\b", re.IGNORECASE)),
    ("dalsegno", re.compile(r"\bD\. ?S\b|\bDS\b|\bdal segno\b", re.IGNORECASE)),
    ("tocoda", re.compile(r"\b(?:to|al|alla) (?:the )?coda\b", re.IGNORECASE)),
    ("fine", re.compile(r"\W*fine\W*\Z", re.IGNORECASE)),
    ("coda", re.compile(r"\W*coda\W*\Z", re.IGNORECASE)),
)
_NUMBER = re.compile(r"(\d+)(?:\s*[-\u2013]\s*(\d+))?")
_MOST_PASSES = 8


@dataclass(slots=True)
class _Bar:
    """The marks of a bar, of whichever part has them."""

    starts_repeat: bool = False
    ends_repeat: bool = False
    times: int = 2
    ending: str | None = None  # the numbers of an ending that starts here
    ends_ending: bool = False
    marks: set[str] = field(default_factory=set)
    sections: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ScoreForm:
    """The marks of every bar, the names of the sections that begin with a bar, and warnings."""

    marks: list[RepeatMarks]
    sections: dict[int, list[str]]
    warnings: list[str]


def form_of(parts: Sequence[ET.Element]) -> ScoreForm:
    """The form of a score, given its parts."""
    n_bars = max((len(part.findall("measure")) for part in parts), default=0)
    bars = [_Bar() for _ in range(n_bars + 1)]  # a mark at the end belongs to the bar after it
    warnings: list[str] = []
    has_sounds = any(
        set(sound.attrib) & set(_MARKS) for part in parts for sound in part.iter("sound")
    )
    for part in parts:
        for number, measure in enumerate(part.iterfind("measure")):
            _take_barlines(bars, number, measure, warnings)
            _take_directions(bars, number, measure, has_sounds)
    _settle_codas(bars)
    marks = _with_fine_at_last(_with_endings(bars[:n_bars]))
    if _opens_without_end(marks):
        warnings.append("A repeat begins but never ends: it is played once.")
    if any("segno" in bar.marks for bar in bars) and not any(mark.jump for mark in marks):
        warnings.append("A segno without a D.S.: nothing is repeated for it.")
    sections = {number: bar.sections for number, bar in enumerate(bars[:n_bars]) if bar.sections}
    return ScoreForm(marks, sections, list(dict.fromkeys(warnings)))


def _take_barlines(bars: list[_Bar], number: int, measure: ET.Element, warnings: list[str]) -> None:
    for barline in measure.iterfind("barline"):
        place = barline.get("location", "right")
        repeat, ending = barline.find("repeat"), barline.find("ending")
        direction = repeat.get("direction") if repeat is not None else None
        if direction and place == "middle":
            warnings.append(
                f"Bar {measure.get('number')}: a repeat sign within a bar is not played."
            )
        elif direction == "forward":
            bars[number + (place == "right")].starts_repeat = True
        elif repeat is not None and direction == "backward":
            closing = bars[max(0, number - (place == "left"))]
            closing.ends_repeat = True
            closing.times = max(closing.times, _number(repeat.get("times", "2")))
        if ending is not None and ending.get("type") == "start":
            bars[number].ending = ending.get("number", "")
        elif ending is not None:
            bars[max(0, number - (place == "left"))].ends_ending = True
        for sign in ("segno", "coda"):
            if barline.find(sign) is not None:
                bars[number + (place == "right")].marks.add(sign)


def _number(text: str) -> int:
    return int(text) if text.strip().isdecimal() else 2


def _take_directions(bars: list[_Bar], number: int, measure: ET.Element, has_sounds: bool) -> None:
    """Takes the marks of a bar; words and signs only if the whole score has no sounding marks."""
    left = sum(1 for element in measure if element.tag == "note")  # notes still to come
    for element in measure:
        left -= element.tag == "note"
        if element.tag not in ("direction", "sound"):
            continue
        at = number + (left == 0 and number + 1 < len(bars) and _has_notes(measure))
        for sound in element.iter("sound"):
            for name in _MARKS:
                if sound.get(name, "no") != "no":
                    bars[at if name in ("segno", "coda") else number].marks.add(name)
        for rehearsal in element.iter("rehearsal"):
            name = (rehearsal.text or "").strip()
            if name and name not in bars[number].sections:
                bars[number].sections.append(name)
        if not has_sounds:
            _take_signs(bars, number, element, is_last=at > number)


def _has_notes(measure: ET.Element) -> bool:
    return measure.find("note") is not None


def _take_signs(bars: list[_Bar], number: int, direction: ET.Element, is_last: bool) -> None:
    """is_last: whether it stands behind the last note of the bar."""
    text = " ".join((words.text or "").strip() for words in direction.iter("words"))
    names = {name for name, pattern in _WORDS if pattern.search(text)}
    if names & {"dacapo", "dalsegno"}:
        names &= {"dacapo", "dalsegno"}  # "D.C. al Coda" is not "To Coda"
    if direction.find("direction-type/segno") is not None and not names:
        bars[number + is_last].marks.add("segno")
    if direction.find("direction-type/coda") is not None and not names:
        names = {"tocoda" if is_last else "coda"}
    bars[number].marks |= names


def _settle_codas(bars: Sequence[_Bar]) -> None:
    """Of two coda signs without a "To Coda", the first leads to the other."""
    if any("tocoda" in bar.marks for bar in bars):
        return
    codas = [number for number, bar in enumerate(bars) if "coda" in bar.marks]
    if len(codas) > 1 and codas[0] > 0:
        bars[codas[0]].marks.discard("coda")
        bars[codas[0] - 1].marks.add("tocoda")


def _with_endings(bars: Sequence[_Bar]) -> list[RepeatMarks]:
    endings: dict[int, frozenset[int]] = {}
    start, end = 0, -1  # of the ending before
    for number, bar in enumerate(bars):
        if bar.ending is None:
            continue
        before = endings[start] if 0 <= end == number - 1 else frozenset[int]()
        passes = _passes(bar.ending, before)
        if before and min(passes) > max(before) + 1:  # the ending before stands for more passes
            before |= frozenset(range(max(before), min(passes)))
            endings.update(dict.fromkeys(range(start, number), before))
        start, end = number, _end_of_ending(bars, number)
        endings.update(dict.fromkeys(range(start, end + 1), passes))
    return [
        replace(_marks(bar), endings=endings.get(number, frozenset()))
        for number, bar in enumerate(bars)
    ]


def _passes(text: str, before: frozenset[int]) -> frozenset[int]:
    """The passes of an ending, as "1", "1, 2" or "1-3".

    before: those of the ending that it follows. Some files have no number, or the same twice.
    """
    found: set[int] = set()
    for first, last in _NUMBER.findall(text):
        found.update(range(int(first), min(int(last or first), _MOST_PASSES) + 1))
    passes = frozenset(number for number in found if 0 < number <= _MOST_PASSES)
    if not passes or (before and max(passes) <= max(before)):
        return frozenset({max(before, default=0) + 1})
    return passes


def _end_of_ending(bars: Sequence[_Bar], start: int) -> int:
    """The last bar of the ending that starts here.

    Some files leave out the mark of its end. In others the bracket is too short: it stops, but the
    repeat sign comes later, and the next ending after that.
    """
    stop: int | None = None
    for number in range(start, len(bars)):
        bar = bars[number]
        if number > start and (bar.ending is not None or bar.starts_repeat):
            return number - 1 if stop is None and bar.ending is not None else stop or start
        if bar.ends_ending and stop is None:
            stop = number
        if bar.ends_repeat:
            goes_on = number + 1 < len(bars) and bars[number + 1].ending is not None
            return number if stop is None or goes_on else stop
    return start if stop is None else stop


def _with_fine_at_last(marks: Sequence[RepeatMarks]) -> list[RepeatMarks]:
    """Moves a Fine out of an ending that is not the last: D.C. and D.S. take the last one."""
    moved = list(marks)
    for number, bar in enumerate(marks):
        end = number
        while end + 1 < len(marks) and bar.endings and marks[end + 1].endings:
            end += 1
        if bar.fine and marks[end].endings != bar.endings:
            moved[number] = replace(moved[number], fine=False)
            moved[end] = replace(moved[end], fine=True)
    return moved


def _opens_without_end(marks: Sequence[RepeatMarks]) -> bool:
    """Whether a repeat starts, and no repeat sign and no ending comes after it."""
    starts = [number for number, bar in enumerate(marks) if bar.starts_repeat]
    return bool(starts) and not any(bar.ends_repeat or bar.endings for bar in marks[starts[-1] :])


def _marks(bar: _Bar) -> RepeatMarks:
    jump = None
    if "dacapo" in bar.marks:
        jump = Jump.DA_CAPO
    elif "dalsegno" in bar.marks:
        jump = Jump.DAL_SEGNO
    return RepeatMarks(
        starts_repeat=bar.starts_repeat,
        ends_repeat=bar.ends_repeat,
        times=bar.times,
        segno="segno" in bar.marks,
        coda="coda" in bar.marks,
        fine="fine" in bar.marks,
        to_coda="tocoda" in bar.marks,
        jump=jump,
    )
