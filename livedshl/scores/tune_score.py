"""Writes a lead sheet as it was read as MusicXML 4.0: at its own pitch, in its own metres."""

from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from xml.etree import ElementTree as ET

import numpy as np
from numpy.typing import NDArray

from livedshl.music import Chord, LeadSheet, Metre
from livedshl.music.leadsheet import Key
from livedshl.music.spelling import fifths_of, spell
from livedshl.scores.elements import (
    add_barline,
    add_chord,
    add_clef,
    add_key,
    add_metre,
    add_parts,
    add_pitch,
    new_score,
    written_out,
)
from livedshl.scores.marks import title_of
from livedshl.scores.voices import StaffNote, Voices, voices_of
from livedshl.units import TICKS_PER_BEAT

_MIDDLE_C = 60
_TYPES = ("32nd", "16th", "eighth", "quarter", "half", "whole")
# How a length in ticks is written: type, dots, whether it is a triplet's.
_LENGTHS: dict[int, tuple[str, int, bool]] = {}
for _number, _type in enumerate(_TYPES):
    _plain = 60 << _number
    _LENGTHS[_plain] = (_type, 0, False)
    _LENGTHS[_plain * 3 // 2] = (_type, 1, False)
    _LENGTHS[_plain * 2 // 3] = (_type, 0, True)
_LONGEST_FIRST = sorted(_LENGTHS, reverse=True)


def tune_score(sheet: LeadSheet) -> bytes:
    """The score: melody with chord symbols, and a part for each hand or track that accompanies it.

    Repeats are played out. A pickup is a bar of its own, before bar 1. A bar of another length than
    its metre has is left as it is. Notes off every grid keep their length and have no note type.
    """
    score = new_score(sheet.title, "")
    lines = _lines(sheet)
    hands = sorted(set(sheet.accompaniment[:, 3].tolist()))
    names = ["Melody", *(f"Accompaniment {hand + 1}" for hand in hands)]
    melody, *others = add_parts(score, names)
    _add_bars(melody, sheet, lines, sheet.notes, is_melody=True)
    for part, hand in zip(others, hands, strict=True):
        notes = sheet.accompaniment[sheet.accompaniment[:, 3] == hand]
        _add_bars(part, sheet, lines, notes[:, :3], is_melody=False)
    return written_out(score)


def _add_bars(
    part: ET.Element,
    sheet: LeadSheet,
    lines: Sequence[int],
    notes: NDArray[np.int32],
    *,
    is_melody: bool,
) -> None:
    """Writes the bars of a part. The melody has the chord symbols and the names of sections."""
    chords = sheet.written_chords() if is_melody else []
    sections = sheet.sections if is_melody else ()
    is_bass = not is_melody and float(notes[:, 2].mean()) < _MIDDLE_C
    bars = zip(pairwise(lines), voices_of(notes, lines), strict=True)
    key: Key | None = None
    metre: Metre | None = None
    for number, ((start, end), voices) in enumerate(bars, 0 if lines[0] < 0 else 1):
        measure = ET.SubElement(part, "measure", number=str(number))
        before = key, metre
        key, metre = _key_at(sheet, end - 1), _metre_at(sheet, start)
        if before != (key, metre):
            _add_attributes(measure, key, metre, before, is_bass)
        if end - start != metre.bar_ticks:
            measure.set("implicit", "yes")
        _add_sections(measure, [name for tick, name in sections if start <= tick < end])
        here = [chord for chord in chords if start <= chord[0] < end]
        _add_voices(measure, voices, here, fifths_of(key))
    add_barline(measure, "light-heavy")


def _add_attributes(
    measure: ET.Element,
    key: Key,
    metre: Metre,
    before: tuple[Key | None, Metre | None],
    is_bass: bool,
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
        add_clef(attributes, is_bass=is_bass)


def _lines(sheet: LeadSheet) -> list[int]:
    """The ticks of all bar lines, from the beginning, a pickup's too, to the end."""
    bars = sheet.bars.tolist()
    firsts = [rows[:1, 0].tolist() for rows in (sheet.notes, sheet.chords, sheet.accompaniment)]
    first = min([0, *chain(*firsts)])
    start = min(first, sheet.metre_changes[0][0])
    end = max(sheet.end, bars[-1] + 1, *(sheet.notes[-1:, :2].sum(1).tolist() or [0]))
    return [*([start] if start < 0 else []), *bars, end]


def _key_at(sheet: LeadSheet, tick: int) -> Key:
    return next((key for start, key in reversed(sheet.key_changes) if start <= tick), sheet.key)


def _metre_at(sheet: LeadSheet, tick: int) -> Metre:
    metres = reversed(sheet.metre_changes)
    return next((metre for start, metre in metres if start <= tick), sheet.metre)


def _add_voices(
    measure: ET.Element, voices: Voices, chords: Sequence[tuple[int, Chord | None]], fifths: int
) -> None:
    """Writes the voices of a bar; the chord symbols stand in the first."""
    _add_spans(measure, voices[0], 1, chords, fifths)
    for number, voice in enumerate(voices[1:], 2):
        backup = ET.SubElement(measure, "backup")
        ET.SubElement(backup, "duration").text = str(voice[-1].end - voice[0].start)
        _add_spans(measure, voice, number, (), fifths)


def _add_spans(
    measure: ET.Element,
    spans: Sequence[StaffNote],
    voice: int,
    chords: Sequence[tuple[int, Chord | None]],
    fifths: int,
) -> None:
    for span in spans:
        for tick, chord in chords:
            if span.start <= tick < span.end:
                harmony = add_chord(measure, chord, fifths)
                if tick > span.start:
                    ET.SubElement(harmony, "offset").text = str(tick - span.start)
        if voice > 1 and not span.pitches:  # rests of a second voice are not printed
            forward = ET.SubElement(measure, "forward")
            ET.SubElement(forward, "duration").text = str(span.end - span.start)
            continue
        pieces = list(_pieces(span.end - span.start))
        for place, length in enumerate(pieces):
            from_before = span.tied_from or place > 0
            to_next = span.tied_to or place < len(pieces) - 1
            ties = [kind for kind, tied in (("stop", from_before), ("start", to_next)) if tied]
            for pitch in span.pitches or (None,):
                note = ET.SubElement(measure, "note")
                if pitch is not None and pitch != span.pitches[0]:
                    ET.SubElement(note, "chord")
                if pitch is None:
                    ET.SubElement(note, "rest")
                else:
                    add_pitch(note, pitch, spell(pitch % 12, fifths))
                _add_length(note, length, voice, ties if pitch is not None else ())


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


def _add_length(note: ET.Element, length: int, voice: int, ties: Sequence[str]) -> None:
    """Writes what stands behind the pitch of a note."""
    ET.SubElement(note, "duration").text = str(length)
    for kind in ties:
        ET.SubElement(note, "tie", type=kind)
    ET.SubElement(note, "voice").text = str(voice)
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
