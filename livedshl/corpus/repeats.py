"""The order in which the bars of a tune are played: repeats, endings, D.C., D.S., Fine and Coda.

music21 has this too, but takes a repeat without a start back to the beginning of the tune. In tune
books such a repeat goes back to the end of the one before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

_MOST_PASSES = 8
_MOST_JUMPS = 8  # D.C. and D.S. in one tune; each may play the whole tune again


class Jump(Enum):
    """Where a tune goes back to at the end of a bar."""

    DA_CAPO = "D.C."
    DAL_SEGNO = "D.S."


@dataclass(frozen=True, slots=True)
class RepeatMarks:
    """The marks of a written bar that say what is played after it.

    starts_repeat, segno, coda: marks at its beginning. ends_repeat, fine, to_coda, jump: marks at
        its end.
    times: how often the section is played that ends with this bar; its endings overrule this.
    endings: the passes in which the bar is played; empty for all.
    """

    starts_repeat: bool = False
    ends_repeat: bool = False
    endings: frozenset[int] = frozenset()
    times: int = 2
    segno: bool = False
    coda: bool = False
    fine: bool = False
    to_coda: bool = False
    jump: Jump | None = None


def play_order(bars: Sequence[RepeatMarks]) -> list[int]:
    """The numbers of the bars in the order in which they are played.

    After a D.C. or D.S., repeats are not played again, and of endings only the last is played. The
    tune then ends at Fine, or goes on at the Coda after the mark that leads there. Each D.C. and
    D.S. counts once.
    """
    order: list[int] = []
    jumps: set[int] = set()
    runs = _runs_of_endings(bars)
    section, this_pass, at, is_jumped = 0, 1, 0, False
    while at < len(bars):
        bar = bars[at]
        if bar.starts_repeat and at != section:
            section, this_pass = at, 1
        if bar.endings and not is_jumped and not (at and runs[at] is runs[at - 1]):
            this_pass = _nearest(runs[at], this_pass)
        plays = not bar.endings or (max(runs[at]) if is_jumped else this_pass) in bar.endings
        if plays:
            order.append(at)
            goes_back = bar.ends_repeat or (not bar.jump and _precedes_another_ending(bars, at))
            if goes_back and not is_jumped and this_pass < _passes(bars, runs, at):
                this_pass += 1
                at = section
                continue
            if is_jumped and bar.fine:
                break
            if is_jumped and bar.to_coda and (coda := _coda_after(bars, at)) is not None:
                at = section = coda
                this_pass, is_jumped = 1, False
                continue
            if bar.jump and at not in jumps and len(jumps) < _MOST_JUMPS:
                jumps.add(at)
                at = section = 0 if bar.jump is Jump.DA_CAPO else _segno_before(bars, at)
                is_jumped = True
                continue
            is_jumped = is_jumped and at not in jumps  # beyond the jump the tune is new
        if _ends_section(bars, at):
            section, this_pass = at + 1, 1
        at += 1
    return order


def _ends_section(bars: Sequence[RepeatMarks], at: int) -> bool:
    """Whether nothing after this bar belongs to the section that is repeated."""
    bar = bars[at]
    if bar.endings:
        return at + 1 == len(bars) or not bars[at + 1].endings
    return bar.ends_repeat


def _precedes_another_ending(bars: Sequence[RepeatMarks], at: int) -> bool:
    """Whether a later ending follows. Then its repeat sign may be missing."""
    if at + 1 == len(bars) or bars[at + 1].starts_repeat:
        return False
    here, after = bars[at].endings, bars[at + 1].endings
    return bool(here and after) and min(after) > max(here)


def _passes(bars: Sequence[RepeatMarks], runs: Sequence[set[int]], end: int) -> int:
    """How often the section that ends with bar `end` is played: its last ending says."""
    numbers = runs[end]
    if not numbers and end + 1 < len(bars) and not bars[end + 1].starts_repeat:
        numbers = runs[end + 1]
    return min(max(max(numbers, default=bars[end].times), 2), _MOST_PASSES)


def _nearest(numbers: set[int], this_pass: int) -> int:
    """The pass to play at endings with these numbers: a later one if its own is missing."""
    return min((number for number in numbers if number >= this_pass), default=this_pass)


def _runs_of_endings(bars: Sequence[RepeatMarks]) -> list[set[int]]:
    """For each bar, the numbers of all the endings it is among; empty outside endings."""
    runs: list[set[int]] = []
    for bar in bars:
        goes_on = bool(runs and runs[-1] and bar.endings) and not bar.starts_repeat
        run = runs[-1] if goes_on else set()
        run |= bar.endings
        runs.append(run)
    return runs


def _segno_before(bars: Sequence[RepeatMarks], at: int) -> int:
    """The nearest segno before the end of bar `at`; the beginning if there is none."""
    return next((number for number in range(at, -1, -1) if bars[number].segno), 0)


def _coda_after(bars: Sequence[RepeatMarks], at: int) -> int | None:
    return next((number for number in range(at + 1, len(bars)) if bars[number].coda), None)
