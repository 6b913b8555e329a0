"""Reads MusicXML through music21.

music21 takes seconds to import, so each function imports what it needs: reading MIDI files, or
tunes that are cached, must not wait for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from livedshl.corpus.account import Account
from livedshl.corpus.bounds import MOST_NOTES
from livedshl.corpus.repeats import RepeatMarks, play_order
from livedshl.errors import CorpusError
from livedshl.music import Chord, LeadSheet, Metre, Mode
from livedshl.music.leadsheet import Key
from livedshl.units import TICKS_PER_BEAT

_MODES = {"major": Mode.MAJOR, "ionian": Mode.MAJOR, "minor": Mode.MINOR, "aeolian": Mode.MINOR}
_NO_CHORD = (-1, 0)


def read_musicxml(path: Path, source: str) -> tuple[LeadSheet, Account]:
    """The lead sheet of a MusicXML file, plain or compressed, and what was made of it.

    Raises CorpusError if the tune cannot be used.
    """
    score = _parse(path, "musicxml")
    metadata = score.metadata
    title = (metadata.bestTitle or metadata.movementName) if metadata else None
    sheet = _lead_sheet(score, title or path.stem.replace("_", " "), source)
    _check_constant(sheet.keys, sheet.metres)
    return sheet, Account()


def _check_constant(keys: tuple[Key, ...], metres: tuple[Metre, ...]) -> None:
    if len(keys) > 1:
        raise CorpusError("changes key")
    if len(metres) > 1:
        raise CorpusError("changes metre")


def music21_corpus_folder() -> Path:
    """The folder of the tune books that come with music21."""
    from music21 import common

    return Path(common.getCorpusFilePath())


def _parse(what: str | Path, notation: str) -> Any:
    from music21 import converter

    return converter.parse(what, format=notation, forceSource=True)


def _lead_sheet(score: Any, title: str, source: str) -> LeadSheet:
    """The first part of a music21 score, played out."""
    from music21 import stream

    part = (list(score.parts) or [score])[0]
    if not part.hasMeasures():
        part = part.makeMeasures()
    measures = list(part.getElementsByClass(stream.Measure))
    written = [_written_bar(measure) for measure in measures]
    keys, metres = _keys(part, written), _metres(part)
    brackets = _endings(part, measures)
    marks = [
        RepeatMarks(
            starts_repeat=_is_repeat(measure.leftBarline, "start"),
            ends_repeat=_is_repeat(measure.rightBarline, "end"),
            endings=frozenset(brackets.get(id(measure), ())),
        )
        for measure in measures
    ]
    played = [written[index] for index in play_order(marks)]
    if sum(len(bar.notes) for bar in played) > MOST_NOTES:
        raise CorpusError(f"more than {MOST_NOTES:,} notes")
    return _play_out(played, title, source, metres, keys)


@dataclass(frozen=True, slots=True)
class _WrittenBar:
    """A bar as written. Ticks count from its start.

    notes: (onset, length, pitch, whether it is tied to the note before). chords: (onset, root,
    quality).
    """

    length: int
    notes: tuple[tuple[int, int, int, bool], ...]
    chords: tuple[tuple[int, int, int], ...]


def _written_bar(measure: Any) -> _WrittenBar:
    from music21 import chord, harmony, note

    voices = list(measure.voices)
    line = voices[0] if voices else measure
    notes = []
    for element in line.notesAndRests:
        if isinstance(element, harmony.Harmony) or element.duration.isGrace:
            continue
        onset, length = _ticks(element.offset), _ticks(element.quarterLength)
        tied = element.tie is not None and element.tie.type in ("stop", "continue")
        if isinstance(element, chord.Chord):
            notes.append((onset, length, max(p.midi for p in element.pitches), tied))
        elif isinstance(element, note.Note):
            notes.append((onset, length, element.pitch.midi, tied))
    chords = [
        (_ticks(symbol.getOffsetInHierarchy(measure)), *_chord(symbol))
        for symbol in measure.recurse().getElementsByClass(harmony.Harmony)
    ]
    length = _ticks(measure.highestTime) or _ticks(measure.barDuration.quarterLength)
    return _WrittenBar(length, tuple(notes), tuple(sorted(chords)))


def _chord(symbol: Any) -> tuple[int, int]:
    """The root and quality of a chord symbol, without its bass."""
    pitches = symbol.pitches
    if not pitches:
        return _NO_CHORD
    chord = Chord.of_pitch_classes(
        symbol.root().pitchClass, [pitch.pitchClass for pitch in pitches]
    )
    return chord.root, chord.quality


def _play_out(
    bars: Sequence[_WrittenBar],
    title: str,
    source: str,
    metres: tuple[Metre, ...],
    keys: tuple[Key, ...],
) -> LeadSheet:
    """Joins the bars as they are played; the first full bar is at tick 0."""
    bar_ticks = metres[0].bar_ticks
    anacrusis = bars[0].length if len(bars) > 1 and bars[0].length < bar_ticks else 0
    bar_lines, notes, chords = [], list[list[int]](), list[tuple[int, int, int]]()
    tick, open_ticks = -anacrusis, 0
    for number, bar in enumerate(bars):
        if not (number == 0 and anacrusis):
            # A bar that a repeat sign splits, with a pickup in its second part, is one bar.
            completes = open_ticks > 0 and open_ticks + bar.length == bar_ticks
            if not completes:
                bar_lines.append(tick)
            open_ticks = 0 if completes or bar.length >= bar_ticks else bar.length
        for onset, length, pitch, tied in bar.notes:
            last = notes[-1] if notes else None
            if tied and last and last[2] == pitch and last[0] + last[1] == tick + onset:
                last[1] += length
            else:
                notes.append([tick + onset, length, pitch])
        chords.extend((tick + onset, root, quality) for onset, root, quality in bar.chords)
        tick += bar.length
    return LeadSheet(
        title=title,
        source=source,
        metre_changes=tuple((0, metre) for metre in metres),
        key_changes=tuple((0, key) for key in keys),
        bars=np.array(bar_lines, np.int32),
        notes=np.array(notes, np.int32).reshape(-1, 3),
        chords=np.array(chords, np.int32).reshape(-1, 3),
        end=tick,
    )


def _keys(part: Any, bars: Sequence[_WrittenBar]) -> tuple[Key, ...]:
    from music21 import key

    found = []
    for signature in part.recurse().getElementsByClass(key.KeySignature):
        if isinstance(signature, key.Key):
            mode = _MODES.get(signature.mode, Mode.OTHER)
            found.append(Key(signature.tonic.pitchClass, mode))
        else:
            found.append(_key_of_signature(signature.sharps, bars))
    return tuple(dict.fromkeys(found)) or (_key_of_signature(0, bars),)


def _key_of_signature(sharps: int, bars: Sequence[_WrittenBar]) -> Key:
    """The key of a signature without a mode: minor if the tune ends on the minor tonic."""
    major_tonic = sharps * 7 % 12
    minor_tonic = (major_tonic + 9) % 12
    last = next((bar.notes[-1] for bar in reversed(bars) if bar.notes), None)
    if last and last[2] % 12 == minor_tonic:
        return Key(minor_tonic, Mode.MINOR)
    return Key(major_tonic, Mode.MAJOR)


def _metres(part: Any) -> tuple[Metre, ...]:
    from music21 import meter

    signatures = part.recurse().getElementsByClass(meter.TimeSignature)
    metres = tuple(dict.fromkeys(Metre(s.numerator, s.denominator) for s in signatures))
    if not metres:
        raise CorpusError("no metre")
    return metres


def _endings(part: Any, measures: Sequence[Any]) -> dict[int, list[int]]:
    """The passes in which each measure is played, by its id; only for measures in endings."""
    from music21 import spanner

    endings: dict[int, list[int]] = {}
    positions = {id(measure): index for index, measure in enumerate(measures)}
    for bracket in part.recurse().getElementsByClass(spanner.RepeatBracket):
        spanned = [positions[id(m)] for m in bracket.getSpannedElements() if id(m) in positions]
        for index in range(min(spanned, default=0), max(spanned, default=-1) + 1):
            endings.setdefault(id(measures[index]), []).extend(bracket.numberRange)
    return endings


def _is_repeat(barline: Any, direction: str) -> bool:
    return getattr(barline, "direction", None) == direction


def _ticks(quarter_lengths: float | Fraction) -> int:
    return round(quarter_lengths * TICKS_PER_BEAT)
