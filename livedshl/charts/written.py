"""A chart as it is written: bars, repeat signs and sections, whatever the format."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from livedshl.charts.names import read_name
from livedshl.corpus.repeats import RepeatMarks, play_order
from livedshl.improviser.chart import Chart, ChartSection
from livedshl.improviser.form import SECTION_BARS
from livedshl.music import Chord, Grid
from livedshl.music.leadsheet import Key

MOST_BARS = 2000  # with all repeats played out
LONGEST_NAME = 30  # letters of a section's name
_MOST_LISTED = 6  # chords that a remark names


@dataclass(frozen=True, slots=True)
class WrittenBar:
    """A bar as it is written.

    names: of its chords, each with its share of the bar. place: where it stands, for messages.
    is_counted: whether the shares are beats, which have to fill the bar.
    """

    names: tuple[tuple[str, int], ...]
    place: str
    marks: RepeatMarks = field(default_factory=RepeatMarks)
    is_counted: bool = False


@dataclass(frozen=True, slots=True)
class WrittenChart:
    """A chart as it is written.

    sections: the name of each by the number of the bar it starts with. key, metre: None if it does
    not say. transposition: semitones from its chords to those that sound, as for a capo.
    remarks: what the musician should know of how it was read.
    """

    bars: tuple[WrittenBar, ...]
    sections: Mapping[int, str] = field(default_factory=dict)
    key: Key | None = None
    metre: str | None = None
    transposition: int = 0
    remarks: tuple[str, ...] = ()

    @property
    def sounding_key(self) -> Key | None:
        """The key that it sounds in; None if it does not say."""
        return self.key and self.key.transposed(self.transposition)

    def has_numbers(self) -> bool:
        """Whether it has numbers or Roman numerals, which need a key."""
        key = self.key or Key.parse("C")
        names = {name for bar in self.bars for name, _ in bar.names}
        readings = (read_name(name, key) for name in names)
        return any(reading is not None and reading.is_number for reading in readings)

    def played(self, grid: Grid, key: Key) -> tuple[Chart, tuple[str, ...]]:
        """The chart as it is played, and what to say of it. key: what numbers count from.

        Raises ValueError, which says where, what, and after "; " what to write instead.
        """
        order = self._order()
        written_key = key.transposed(-self.transposition)
        approximate: Counter[tuple[str, str]] = Counter()
        of_bars = [self._beats_of(bar, grid, written_key, approximate) for bar in self.bars]
        beats = [beat for number in order for beat in of_bars[number]]
        bars = self._section_bars(order)
        sections = tuple(ChartSection(name, n * grid.bar_beats) for name, n in bars)
        return Chart(tuple(beats), sections), (*self.remarks, *_said(list(approximate)))

    def _order(self) -> list[int]:
        if not self.bars:
            raise ValueError("the chart has no bars")
        order = play_order([bar.marks for bar in self.bars])
        if len(order) > MOST_BARS:
            raise ValueError(f"the chart is longer than {MOST_BARS:,} bars with its repeats")
        return order

    def _beats_of(
        self, bar: WrittenBar, grid: Grid, key: Key, approximate: Counter[tuple[str, str]]
    ) -> list[Chord | None]:
        """The chord of each beat of a bar."""
        chords = []
        for name, _ in bar.names:
            reading = read_name(name, key)
            if reading is None:
                raise ValueError(
                    f"{bar.place}: not a chord name: {shown(name)}; "
                    "write C, Am, F#m7, Bbmaj7, C/E, N.C. ..., or 1, 4, 5 or I, IV, V"
                )
            chord = reading.chord and reading.chord.transposed(self.transposition)
            if not reading.is_whole and reading.chord:
                approximate[name, reading.chord.name] += 1
            chords.append(chord)
        return [chords[number] for number in self._shares(bar, grid)]

    def _shares(self, bar: WrittenBar, grid: Grid) -> list[int]:
        """The number of the chord that each beat of a bar has."""
        shares = [share for _, share in bar.names]
        total, beats = sum(shares), grid.bar_beats
        counts = {beats, grid.metre.count, int((self.metre or "0").partition("/")[0])}
        if bar.is_counted and beats % total and total not in counts:
            raise ValueError(
                f"{bar.place} has {total} beats, but {grid} has {grid.metre.count}; "
                "put a | between bars, and one chord or / for each beat"
            )
        if not bar.is_counted and total > beats:
            raise ValueError(
                f"{bar.place} has {total} chords, but only {beats} beats; put a | between bars"
            )
        of_slots = [number for number, share in enumerate(shares) for _ in range(share)]
        return [of_slots[beat * total // beats] for beat in range(beats)]

    def _section_bars(self, order: Sequence[int]) -> list[tuple[str, int]]:
        """The name and the length in bars of each section, in the order played."""
        if not self.sections:
            return []
        starts = [0]
        for at, (before, now) in enumerate(pairwise(order), 1):
            is_long = at - starts[-1] >= SECTION_BARS
            is_short_repeat = now == order[starts[-1]] and not is_long
            if (now in self.sections and not is_short_repeat) or (now <= before and is_long):
                starts.append(at)
        known = sorted(self.sections)
        names = []
        for start in starts:
            first = max((bar for bar in known if bar <= order[start]), default=None)
            names.append("" if first is None else self.sections[first])
        ends = [*starts[1:], len(order)]
        return [(n, end - at) for n, at, end in zip(names, starts, ends, strict=True)]


def shown(text: str) -> str:
    """A text from outside, short and printable, for a message."""
    return repr(text if len(text) <= LONGEST_NAME else text[:LONGEST_NAME] + "...")


def section_name(text: str) -> str:
    """The name of a section, tidied: a number alone becomes "Part 1"."""
    name = " ".join("".join(c for c in text if c.isprintable() and c not in "[]|:").split())
    name = name[:LONGEST_NAME].strip()
    return f"Part {name}" if name.isdigit() else name


def _said(approximate: Sequence[tuple[str, str]]) -> list[str]:
    if not approximate:
        return []
    pairs = [f"{shown(name)[1:-1]} as {played}" for name, played in approximate[:_MOST_LISTED]]
    more = len(approximate) - len(pairs)
    others = f", and {more} others" if more else ""
    return [f"The band plays the nearest chord it knows: {', '.join(pairs)}{others}."]
