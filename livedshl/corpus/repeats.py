"""The order in which the bars of a tune are played, with repeats and endings.

music21 has this too, but takes a repeat without a start back to the beginning of the tune. In tune
books such a repeat goes back to the end of the one before.
"""

from collections.abc import Sequence
from dataclasses import dataclass

_MAX_PASSES = 8


@dataclass(frozen=True, slots=True)
class RepeatMarks:
    """The repeat signs of a written bar.

    endings: the passes in which the bar is played; empty for all.
    """

    starts_repeat: bool = False
    ends_repeat: bool = False
    endings: frozenset[int] = frozenset()


def play_order(bars: Sequence[RepeatMarks]) -> list[int]:
    """The numbers of the bars in the order in which they are played."""
    order: list[int] = []
    section, this_pass, at = 0, 1, 0
    while at < len(bars):
        bar = bars[at]
        if bar.starts_repeat and at != section:
            section, this_pass = at, 1
        in_endings = bool(bar.endings)
        if not in_endings or this_pass in bar.endings:
            order.append(at)
            if bar.ends_repeat and this_pass < _passes(bars, section, at):
                this_pass += 1
                at = section
                continue
        leaves_endings = in_endings and (at + 1 == len(bars) or not bars[at + 1].endings)
        if leaves_endings or (bar.ends_repeat and not in_endings):
            section, this_pass = at + 1, 1
        at += 1
    return order


def _passes(bars: Sequence[RepeatMarks], section: int, end: int) -> int:
    """How often the section that ends with bar `end` is played: its last ending says."""
    while end + 1 < len(bars) and bars[end + 1].endings and not bars[end + 1].starts_repeat:
        end += 1
    endings = [number for bar in bars[section : end + 1] for number in bar.endings]
    return min(max(endings, default=2), _MAX_PASSES)
