"""A song for voice and piano, taken from a score in MusicXML through music21."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livedshl.music import Metre
from livedshl.units import TICKS_PER_BEAT

_PIANO = ("pian", "klav", "clav")
_LEAST_SYLLABLES = 6


@dataclass(frozen=True, slots=True)
class ScoreBar:
    """A bar of a score. number: as it is printed. missing: ticks that a pickup bar is short of."""

    number: int
    tick: int
    ticks: int
    missing: int


@dataclass(frozen=True, slots=True, eq=False)
class SongScore:
    """A song as it is written, without repeats played out.

    Ticks count from the first full bar. parts: the notes of each staff, int32[n, 3] (onset, length,
    pitch), ties joined. voice: the place of the singer's among them. end: in ticks.
    """

    parts: tuple[NDArray[np.int32], ...]
    voice: int
    numbered: tuple[ScoreBar, ...]
    metre_changes: tuple[tuple[int, Metre], ...]
    end: int

    @property
    def bars(self) -> NDArray[np.int32]:
        """The ticks of the bar lines from the first full bar on."""
        return np.array([bar.tick for bar in self.numbered if bar.tick >= 0], np.int32)

    @property
    def piano(self) -> NDArray[np.int32]:
        """The notes of all staves but the voice."""
        return np.concatenate([part for n, part in enumerate(self.parts) if n != self.voice])


def song_score(path: Path) -> SongScore | None:
    """The song in a MusicXML file; None if no part has words, or nothing accompanies it."""
    from music21 import converter

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parts = list(converter.parse(path).parts)
    sung = [number for number, part in enumerate(parts) if _syllables(part) >= _LEAST_SYLLABLES
            and not _is_piano(part)]  # fmt: skip
    if not sung or len(parts) < 2:
        return None
    bars = list(parts[0].getElementsByClass("Measure"))
    short = _ticks(bars[0].barDuration.quarterLength) - _ticks(bars[0].quarterLength)
    zero = _ticks(bars[0].quarterLength) if short > 0 else 0
    numbered = tuple(
        ScoreBar(bar.number, _ticks(bar.offset) - zero, _ticks(bar.quarterLength),
            max(0, short) if place == 0 else 0)
        for place, bar in enumerate(bars)
    )  # fmt: skip
    metres = tuple(
        (
            _ticks(time.getOffsetInHierarchy(parts[0])) - zero,
            Metre(time.numerator, time.denominator),
        )
        for time in parts[0].recurse().getElementsByClass("TimeSignature")
    )
    notes = [_notes(part, zero) for part in parts]
    voice = sum(len(notes[number]) > 0 for number in range(sung[0]))
    last = numbered[-1]
    return SongScore(
        parts=tuple(part for part in notes if len(part)),
        voice=voice,
        numbered=numbered,
        metre_changes=metres or ((0, Metre(4, 4)),),
        end=last.tick + last.ticks,
    )


def _ticks(quarters: float) -> int:
    return round(float(quarters) * TICKS_PER_BEAT)


def _is_piano(part: Any) -> bool:
    return any(word in (part.partName or "").casefold() for word in _PIANO)


def _syllables(part: Any) -> int:
    return sum(bool(note.lyric) for note in part.recurse().notes)


def _notes(part: Any, zero: int) -> NDArray[np.int32]:
    """The notes of a part, grace notes and chord symbols left out, ties joined."""
    rows = []
    for element in part.flatten().notes:
        if element.duration.isGrace or "Harmony" in element.classes:
            continue
        for note in element.notes if element.isChord else (element,):
            if hasattr(note, "pitch"):
                tied = note.tie is not None and note.tie.type in ("stop", "continue")
                onset = _ticks(element.offset) - zero
                rows.append((onset, _ticks(element.quarterLength), note.pitch.midi, tied))
    return _with_ties_joined(sorted(rows))


def _with_ties_joined(rows: Sequence[tuple[int, int, int, bool]]) -> NDArray[np.int32]:
    notes: list[list[int]] = []
    sounding: dict[int, list[int]] = {}
    for onset, length, pitch, tied in rows:
        before = sounding.get(pitch)
        if tied and before and before[0] + before[1] == onset:
            before[1] += length
        elif length:
            sounding[pitch] = [onset, length, pitch]
            notes.append(sounding[pitch])
    return np.array(notes, np.int32).reshape(-1, 3)
