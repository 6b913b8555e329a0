"""Writes a chart as text that can be read again."""

from collections.abc import Sequence

from livedshl.improviser.chart import Chart
from livedshl.music import Chord

_BARS_IN_LINE = 4


def chart_text(chart: Chart, bar_beats: int) -> str:
    """A chart as text: its sections in brackets, four bars in a line."""
    lines: list[str] = []
    at = 0
    for section in chart.sections or (None,):
        end = at + section.beats if section else len(chart.beats)
        if section and section.name:
            lines.append(f"[{section.name}]")
        bars = [_bar(chart.beats[beat : beat + bar_beats]) for beat in range(at, end, bar_beats)]
        for first in range(0, len(bars), _BARS_IN_LINE):
            lines.append(f"| {' | '.join(bars[first : first + _BARS_IN_LINE])} |")
        at = end
    return "\n".join(lines)


def _bar(beats: Sequence[Chord | None]) -> str:
    """A bar: one chord, or one chord or / for each beat."""
    names = [chord.name if chord else "N.C." for chord in beats]
    if len(set(names)) == 1:
        return names[0]
    return " ".join(
        name if at == 0 or name != names[at - 1] else "/" for at, name in enumerate(names)
    )
