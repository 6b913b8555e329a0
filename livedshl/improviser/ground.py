"""The ground that sections stand on: how long they are, and what a chart says of them."""

from dataclasses import dataclass

from livedshl.improviser.chart import Chart
from livedshl.improviser.form import SECTION_BARS
from livedshl.improviser.moment import RETURNING_BARS
from livedshl.music import Grid, Mode
from livedshl.music.segments import TONICS

_SHORTEST_SECTION_BARS = 4  # a section that would be shorter takes the next one in
_MOST_LETTERS = 2  # a chart of so many sections is played twice in a tune


@dataclass(frozen=True, slots=True)
class Ground:
    """Sections of equal length, over a chart or over nothing.

    section_beats: how long they are. letters: the chart's sections, of which equal ones have equal
    chords; "A" if all are alike. tonic: pitch class.
    """

    chart: Chart | None
    grid: Grid
    section_beats: int
    letters: str
    tonic: int

    @classmethod
    def of(cls, chart: Chart | None, grid: Grid, mode: Mode) -> "Ground":
        """The ground of a chart, or of 8 bars without one."""
        bars, letters = chart.layout(grid.bar_beats) if chart else (SECTION_BARS, "A")
        return cls(chart, grid, bars * grid.bar_beats, letters, TONICS[mode])

    def section_end(self, beat: int) -> int:
        """Where a section ends that starts at a beat. Over a chart, where the chart's does."""
        if self.chart is None:
            return beat + self.section_beats
        end = beat - beat % self.section_beats + self.section_beats
        is_short = end - beat < _SHORTEST_SECTION_BARS * self.grid.bar_beats
        return end + self.section_beats if is_short else end

    def plan(self, beat: int) -> str | None:
        """The plan of a tune that starts at a beat; None if the chart leaves it open."""
        if self.letters == "A":
            return None
        first = beat // self.section_beats % len(self.letters)
        rounds = 2 if len(self.letters) <= _MOST_LETTERS else 1
        return (self.letters[first:] + self.letters[:first]) * rounds

    def closes_on_tonic(self, end: int) -> bool:
        """Whether a section may close on the tonic at beat `end`: the chart has it there."""
        return self.chart is None or self.chart.at(end - 1, 1)[0].root == self.tonic

    def half_returns(self, start: int, end: int) -> bool:
        """Whether the beginning of a section may return in its middle: over equal chords."""
        half, odd = divmod(end - start, 2)
        if end - start != self.section_beats or odd or half % (SECTION_BARS // 2):
            return False
        beats = RETURNING_BARS * self.grid.bar_beats
        chart = self.chart
        return chart is None or chart.at(start, beats) == chart.at(start + half, beats)
