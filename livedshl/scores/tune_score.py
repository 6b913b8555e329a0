"""Writes a lead sheet as it was read as MusicXML 4.0: at its own pitch, in its own metres."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.etree import ElementTree as ET

from livedshl.music import Chord, LeadSheet, Metre
from livedshl.music.leadsheet import Key
from livedshl.music.spelling import fifths_of
from livedshl.scores.elements import (
    add_barline,
    add_chord,
    add_key,
    add_melody_part,
    add_metre,
    add_pitch,
    add_treble_clef,
    new_score,
    written_out,
)
from livedshl.scores.marks import title_of
from livedshl.units import TICKS_PER_BEAT

_TYPES = ("32nd", "16th", "eighth", "quarter", "half", "whole")
# How a length in ticks is written: type, dots, whether it is a triplet's.
_LENGTHS: dict[int, tuple[str, int, bool]] = {}
for _number, _type in enumerate(_TYPES):
    _plain = 60 << _number
    _LENGTHS[_plain] = (_type, 0, False)
    _LENGTHS[_plain * 3 // 2] = (_type, 1, False)
    _LENGTHS[_plain * 2 // 3] = (_type, 0, True)
_LONGEST_FIRST = sorted(_LENGTHS, reverse=True)


@dataclass(frozen=True, slots=True)
class _Span:
    """A note within one bar, or a rest if pitch is None. start, end: ticks of the tune."""

    start: int
    end: int
    pitch: int | None
    tied_from: bool = False
    tied_to: bool = False


def tune_score(sheet: LeadSheet) -> bytes:
    """The score of melody and chord symbols, with repeats played out.

    A pickup is a bar of its own, before bar 1. A bar of another length than its metre has is left
    as it is. Notes off every grid keep their length and have no note type.
    """
    score = new_score(sheet.title, "")
    part = add_melody_part(score)
    lines = _lines(sheet)
    has_pickup = lines[0] < 0
    chords = sheet.chords.tolist()
    key: Key | None = None
    metre: Metre | None = None
    for number, (start, end) in enumerate(pairwise(lines), 0 if has_pickup else 1):
        measure = ET.SubElement(part, "measure", number=str(number))
        before = key, metre
        key, metre = _key_at(sheet, end - 1), _metre_at(sheet, start)
        fifths = fifths_of(key)
        if before != (key, metre):
            _add_attributes(measure, key, metre, before)
        if end - start != metre.bar_ticks:
            measure.set("implicit", "yes")
        _add_sections(measure, [name for tick, name in sheet.sections if start <= tick < end])
        spans = list(_spans(sheet, start, end))
        here = [chord for chord in chords if start <= chord[0] < end]
        _add_spans(measure, spans, here, fifths)
    add_barline(measure, "light-heavy")
    return written_out(score)


def _add_attributes(
    measure: ET.Element, key: Key, metre: Metre, before: tuple[Key | None, Metre | None]
) -> None:
    """Writes what changes; all of it in the first measure, where nothing stands before."""
    attributes = ET.SubElement(measure, "attributes")
    is_first = before[0] is None
    if is_first:
        ET.SubElement(attributes, "divisions").text = str(TICKS_PER_BEAT)
    if key != before[0]:
        add_key(attributes, key)
    if metre != before[1]:
        add_metre(attributes, metre)
    if is_first:
        add_treble_clef(attributes)


def _lines(sheet: LeadSheet) -> list[int]:
    """The ticks of all bar lines, from the beginning, a pickup's too, to the end."""
    bars = sheet.bars.tolist()
    first = min([0, *sheet.notes[:1, 0].tolist(), *sheet.chords[:1, 0].tolist()])
    start = min(first, sheet.metre_changes[0][0])
    end = max(sheet.end, bars[-1] + 1, *(sheet.notes[-1:, :2].sum(1).tolist() or [0]))
    return [*([start] if start < 0 else []), *bars, end]


def _key_at(sheet: LeadSheet, tick: int) -> Key:
    return next((key for start, key in reversed(sheet.key_changes) if start <= tick), sheet.key)


def _metre_at(sheet: LeadSheet, tick: int) -> Metre:
    metres = reversed(sheet.metre_changes)
    return next((metre for start, metre in metres if start <= tick), sheet.metre)


def _spans(sheet: LeadSheet, start: int, end: int) -> Iterator[_Span]:
    """The notes of a bar, and rests between them."""
    now = start
    first = max(0, bisect_left(sheet.notes[:, 0], start) - 1)
    for onset, length, pitch in sheet.notes[first:].tolist():
        stop = onset + length
        if onset >= end:
            break
        if stop <= now:
            continue
        begin = max(onset, start)
        if begin > now:
            yield _Span(now, begin, None)
        now = min(stop, end)
        yield _Span(begin, now, pitch, onset < begin, stop > now)
    if now < end:
        yield _Span(now, end, None)


def _add_spans(
    measure: ET.Element, spans: Sequence[_Span], chords: Sequence[Sequence[int]], fifths: int
) -> None:
    for span in spans:
        for tick, root, quality in chords:
            if span.start <= tick < span.end:
                harmony = add_chord(measure, Chord(root, quality) if root >= 0 else None, fifths)
                if tick > span.start:
                    ET.SubElement(harmony, "offset").text = str(tick - span.start)
        pieces = list(_pieces(span.end - span.start))
        for place, length in enumerate(pieces):
            tied_from = span.tied_from or place > 0
            tied_to = span.tied_to or place < len(pieces) - 1
            _add_note(measure, span.pitch, length, tied_from, tied_to, fifths)


def _pieces(length: int) -> Iterator[int]:
    """Cuts a length into those that one note can have; what cannot be written is left whole."""
    while length:
        piece = length if length in _LENGTHS else _largest(length)
        yield piece
        length -= piece


def _largest(length: int) -> int:
    """The longest note that fits and leaves something that can be written."""
    for piece in _LONGEST_FIRST:
        rest = length - piece
        if rest > 0 and (rest % 60 == 0 or rest % 40 == 0):
            return piece
    return length


def _add_note(
    measure: ET.Element,
    pitch: int | None,
    length: int,
    tied_from: bool,
    tied_to: bool,
    fifths: int,
) -> None:
    note = ET.SubElement(measure, "note")
    add_pitch(note, pitch, fifths)
    ET.SubElement(note, "duration").text = str(length)
    signs = [kind for kind, tied in (("stop", tied_from), ("start", tied_to)) if tied]
    ties = [] if pitch is None else signs
    for kind in ties:
        ET.SubElement(note, "tie", type=kind)
    if length in _LENGTHS:
        name, dots, is_triplet = _LENGTHS[length]
        ET.SubElement(note, "type").text = name
        for _ in range(dots):
            ET.SubElement(note, "dot")
        if is_triplet:
            modification = ET.SubElement(note, "time-modification")
            ET.SubElement(modification, "actual-notes").text = "3"
            ET.SubElement(modification, "normal-notes").text = "2"
    if ties:
        notations = ET.SubElement(note, "notations")
        for kind in ties:
            ET.SubElement(notations, "tied", type=kind)


def _add_sections(measure: ET.Element, names: Sequence[str]) -> None:
    for name in names:
        direction = ET.SubElement(measure, "direction", placement="above")
        kind = ET.SubElement(direction, "direction-type")
        ET.SubElement(kind, "rehearsal", enclosure="square").text = title_of(name)
