"""Chooses what the parts of a score are: the melody, its accompaniment, the chord symbols."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from xml.etree import ElementTree as ET

from livedshl.corpus.musicxml.bars import PartBar, ScoreNote, part_bars, ties_of
from livedshl.corpus.musicxml.signatures import metre_of
from livedshl.corpus.part_names import melody_rank, names_accompaniment

_BUSY = 1 / 3  # of the notes of the busiest part: less is no melody
_SUNG = 0.3  # of its notes have words, in a part that is sung
_LOWEST_MEDIAN = 53  # F3; a melody without a name or words lies higher
_THIN = 1.3  # notes at an onset, on average, in a part that plays a line


@dataclass(frozen=True)
class ScorePart:
    """A part of a score. number: its place in the score, from 0. staves: which have notes."""

    number: int
    name: str
    bars: list[PartBar]
    unread_chords: list[str]

    @cached_property
    def notes(self) -> list[ScoreNote]:
        """All its notes that sound."""
        return [note for bar in self.bars for note in bar.notes]

    @cached_property
    def staves(self) -> list[int]:
        """The staves that have notes, the upper first."""
        return sorted({note.staff for note in self.notes})

    @cached_property
    def n_chords(self) -> int:
        """How many chord symbols it has."""
        return sum(len(bar.chords) for bar in self.bars)

    @property
    def is_sung(self) -> bool:
        """Whether its notes have words below them."""
        sung = sum(note.is_sung for note in self.notes)
        return sung > 0 and sung >= _SUNG * len(self.notes)

    @property
    def plays_a_line(self) -> bool:
        """Whether it has one staff, one note at a time, and is no bass."""
        onsets = sum(len({note.onset for note in bar.notes}) for bar in self.bars)
        return (
            len(self.staves) == 1
            and len(self.notes) <= _THIN * onsets
            and median(note.pitch for note in self.notes) >= _LOWEST_MEDIAN
        )


@dataclass(frozen=True, slots=True)
class ChosenParts:
    """What was taken from a score. melody is None if no part has notes."""

    melody: ScorePart | None
    accompaniment: tuple[ScorePart, ...]
    symbols: ScorePart | None


def parts_of(score: ET.Element) -> list[ScorePart]:
    """All parts of a score, in its order; drums have no notes that sound at a pitch."""
    names, drums = _part_list(score)
    parts = []
    elements = score.findall("part")
    mixed, ties = _mixed_bars(elements), ties_of(score)
    for number, element in enumerate(elements):
        identifier = element.get("id", "")
        bars, unread = part_bars(element, mixed, ties)
        if identifier in drums:
            for bar in bars:
                bar.notes = []
        name = names.get(identifier) or f"Part {number + 1}"
        parts.append(ScorePart(number, name, bars, unread))
    return parts


def _mixed_bars(elements: Sequence[ET.Element]) -> set[int]:
    """The bars in which parts have metres of different lengths, as 2/4 above 6/8."""
    lengths = []
    for element in elements:
        now, of_part = 0, []
        for measure in element.iterfind("measure"):
            time = measure.find("attributes/time")
            metre = metre_of(time) if time is not None else None
            now = metre.bar_ticks if metre else now
            of_part.append(now)
        lengths.append(of_part)
    return {
        number
        for number, bars in enumerate(zip(*lengths, strict=False))
        if len({length for length in bars if length}) > 1
    }


def choice_of(parts: Sequence[ScorePart]) -> ChosenParts:
    """The melody: the first part with words, else with its name, else the first line."""
    playing = [part for part in parts if part.notes]
    melody = _melody(playing)
    with_symbols = [part for part in parts if part.n_chords]
    symbols = max(with_symbols, key=lambda part: (part is melody, part.n_chords), default=None)
    return ChosenParts(melody, _accompaniment(playing, melody), symbols)


def _melody(playing: Sequence[ScorePart]) -> ScorePart | None:
    for fits in (
        [part for part in playing if part.is_sung],
        [part for part in playing if melody_rank(part.name) is not None],
        [part for part in playing if part.plays_a_line and not names_accompaniment(part.name)],
        [part for part in playing if not names_accompaniment(part.name)],
        playing,
    ):
        if fits:
            busiest = max(len(part.notes) for part in fits)
            return next(part for part in fits if len(part.notes) >= _BUSY * busiest)
    return None


def _accompaniment(playing: Sequence[ScorePart], melody: ScorePart | None) -> tuple[ScorePart, ...]:
    """The part on two staves; else all other parts; else the melody's own part, if on two."""
    others = [part for part in playing if part is not melody]
    keyboard = [part for part in others if len(part.staves) > 1]
    if keyboard:
        return (max(keyboard, key=lambda part: len(part.notes)),)
    if melody and len(melody.staves) > 1:
        return (melody,)
    return tuple(others)


def _part_list(score: ET.Element) -> tuple[dict[str, str], set[str]]:
    """The name of each part by its id, and the ids of the drums."""
    names, drums = {}, set()
    for entry in score.iterfind("part-list/score-part"):
        identifier = entry.get("id", "")
        names[identifier] = " ".join((entry.findtext("part-name") or "").split())
        channels = [(channel.text or "").strip() for channel in entry.iter("midi-channel")]
        if channels and all(channel == "10" for channel in channels):
            drums.add(identifier)
    return names, drums
