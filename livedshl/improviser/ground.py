"""The ground that sections stand on: how long they are, and what a chart says of them."""

from dataclasses import dataclass
from itertools import accumulate

from livedshl.improviser.chart import SHORTEST_SECTION, Chart, Layout
from livedshl.improviser.form import PHRASE_BARS, SECTION_BARS
from livedshl.improviser.moment import RETURNING_BARS
from livedshl.music import Grid, Mode
from livedshl.music.segments import TONICS

_MOST_LETTERS = 2  # a chart of so many sections is played twice in a tune


@dataclass(frozen=True, slots=True)
class Ground:
    """Sections over a chart, or of 8 bars over nothing.

    layout: the sections that go round. tonic: pitch class.
    """

    chart: Chart | None
    grid: Grid
    layout: Layout
    tonic: int

    @classmethod
    def of(cls, chart: Chart | None, grid: Grid, mode: Mode) -> "Ground":
        """The ground of a chart, or of 8 bars without one."""
        free = Layout((SECTION_BARS * grid.bar_beats,), "A")
        return cls(chart, grid, chart.layout(grid.bar_beats) if chart else free, TONICS[mode])

    def section_end(self, beat: int, bars: int = SECTION_BARS) -> int:
        """Where a section ends that starts at a beat. bars: how long it is without a chart.

        Over a chart it ends where the chart's section does. If that is less than `SHORTEST_SECTION`
        away, it takes the next one in.
        """
        if self.chart is None:
            return beat + bars * self.grid.bar_beats
        _, end = self._around(beat)
        is_short = end - beat < SHORTEST_SECTION * self.grid.bar_beats
        return self._around(end)[1] if is_short else end

    def plan(self, beat: int) -> str | None:
        """The plan of a tune that starts at a beat; None if the chart leaves it open."""
        letters = self.layout.letters
        if letters == letters[0] * len(letters):
            return None
        within = beat % sum(self.layout.lengths)
        first = sum(end <= within for end in accumulate(self.layout.lengths))
        rounds = 2 if len(letters) <= _MOST_LETTERS else 1
        return (letters[first:] + letters[:first]) * rounds

    def closes_on_tonic(self, end: int) -> bool:
        """Whether a section may close on the tonic at beat `end`: the chart has it there."""
        if self.chart is None:
            return True
        (last,) = self.chart.at(end - 1, 1)
        return last is not None and last.root == self.tonic

    def half_returns(self, start: int, end: int, bars: int = SECTION_BARS) -> bool:
        """Whether the beginning of a section may return in its middle: over equal chords.

        bars: of the section without a chart; it is cut short where the music ends.
        """
        half, odd = divmod(end - start, 2)
        if self.chart is None:
            phrases, rest = divmod(half, PHRASE_BARS * self.grid.bar_beats)
            return end - start == bars * self.grid.bar_beats and phrases > 0 and not rest
        is_whole = self._around(start) == (start, end) and end - start in self.layout.lengths
        if not is_whole or odd or half % (SECTION_BARS // 2):
            return False
        beats = RETURNING_BARS * self.grid.bar_beats
        return self.chart.at(start, beats) == self.chart.at(start + half, beats)

    def _around(self, beat: int) -> tuple[int, int]:
        """Where the chart's section that a beat lies in starts and ends."""
        round_beats = sum(self.layout.lengths)
        start = beat - beat % round_beats
        for length in self.layout.lengths:
            if beat < start + length:
                break
            start += length
        return start, start + length
