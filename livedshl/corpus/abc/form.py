"""The order in which the bars of an ABC tune are played: repeats, endings, D.C., and parts (P:)."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from livedshl.corpus.abc.bars import AbcBar
from livedshl.corpus.abc.warnings import Warnings
from livedshl.corpus.bounds import MOST_BARS
from livedshl.corpus.repeats import RepeatMarks, play_order
from livedshl.errors import CorpusError

_MOST_PARTS = 500
_PART_SIGN = re.compile(r"\(|\)(\d*)|([A-Za-z])(\d*)|[\s.]+|(.)")


def order_of(bars: Sequence[AbcBar], parts: str, warnings: Warnings) -> list[int]:
    """The numbers of the bars as they are played. parts: the P: field of the header, or ""."""
    order = _order_of(bars, parts, warnings)
    if len(order) > MOST_BARS:
        raise CorpusError(f"longer than {MOST_BARS:,} bars")
    if unplayed := sorted(set(range(len(bars))) - set(order)):
        warnings.say(f"Bar {unplayed[0] + 1} is never played, by the repeat signs of the tune.")
    return order


def _order_of(bars: Sequence[AbcBar], parts: str, warnings: Warnings) -> list[int]:
    marks = _marks(bars, warnings)
    names = {bar.part for bar in bars if bar.part}
    sequence = _sequence(parts)
    if not names & set(sequence):
        if parts and names:
            warnings.say(f"The order of the parts (P:{parts[:30]}) is not understood.")
        return play_order(marks)
    starts = [number for number, bar in enumerate(bars) if bar.part]
    spans = {bars[a].part: (a, b) for a, b in pairwise([*starts, len(bars)])}
    if len(spans) < len(starts):
        warnings.say("A part has two beginnings: the parts are played as they are written.")
        return play_order(marks)
    if missing := sorted(set(sequence) - spans.keys()):
        warnings.say(f"There is no part {', '.join(missing)}: it is left out.")
    if any(mark.jump for mark in marks):
        warnings.say("The parts are played in the order of P:, without D.C. and D.S.")
        marks = [replace(mark, jump=None) for mark in marks]
    return _in_sequence(marks, [spans[name] for name in sequence if name in spans], starts[0])


def _in_sequence(
    marks: Sequence[RepeatMarks], spans: Sequence[tuple[int, int]], first: int
) -> list[int]:
    """Plays parts, each from one bar to before another; what precedes the first comes first."""
    order = play_order(marks[:first])
    times = Counter[tuple[int, int]]()
    for span in spans:
        start, end = span
        times[span] += 1
        part = marks[start:end]
        if any(mark.endings for mark in part) and not any(mark.ends_repeat for mark in part):
            played = [n for n, mark in enumerate(part) if not mark.endings
                      or times[span] in mark.endings]  # fmt: skip
        else:
            played = play_order(part)
        order += [start + number for number in played]
        if len(order) > MOST_BARS:
            raise CorpusError(f"longer than {MOST_BARS:,} bars")
    return order


def _sequence(parts: str) -> list[str]:
    """The parts in the order that a P: field gives, as A A B for "(A)2B"; empty if none."""
    stack: list[list[str]] = [[]]
    for sign in _PART_SIGN.finditer(parts):
        closes, name, times, strange = sign.groups()
        if strange or (closes is not None and len(stack) == 1):
            return []
        if sign[0] == "(":
            stack.append([])
        elif name:
            stack[-1] += [name] * _times(times)
        elif closes is not None:
            inner = stack.pop()
            stack[-1] += inner * _times(closes)
        if len(stack) > 10 or len(stack[-1]) > _MOST_PARTS:
            raise CorpusError(f"more than {_MOST_PARTS} parts")
    return stack[0] if len(stack) == 1 else []


def _times(digits: str) -> int:
    return min(int(digits[:4] or 1), _MOST_PARTS)


def _marks(bars: Sequence[AbcBar], warnings: Warnings) -> list[RepeatMarks]:
    """The repeat signs of the bars, with each bar of an ending marked as such.

    A repeat without |: goes back to the double bar line or the name of a part before it.
    """
    marks: list[RepeatMarks] = []
    goes_on = _go_on(bars)
    ending: frozenset[int] = frozenset()
    ended_repeat = False  # whether an ending of this section has had its repeat sign
    has_start = False  # whether |: has begun this section
    after_double = False
    for bar, goes in zip(bars, goes_on, strict=True):
        is_start = bar.marks.starts_repeat
        if bar.opens:
            ending = bar.opens
        elif is_start or bar.part:
            ending, ended_repeat = frozenset(), False
        if is_start and has_start and marks and not marks[-1].endings:
            marks[-1] = replace(marks[-1], ends_repeat=True)
            warnings.say(f"Bar {len(marks)}: a repeat sign is missing at the end of the section.")
        is_section = (after_double or bool(bar.part)) and not has_start and not ending
        marks.append(replace(bar.marks, endings=ending, starts_repeat=is_start or is_section))
        has_start = (has_start or is_start) and not bar.marks.ends_repeat
        ended_repeat = bool(ending) and (ended_repeat or bar.marks.ends_repeat)
        if bar.marks.ends_repeat or (bar.is_double and (ended_repeat or not goes)):
            ending = frozenset()
        after_double = bar.is_double and not (len(marks) == 1 and _is_repeated_pickup(bars))
    return _codas(marks)


def _is_repeated_pickup(bars: Sequence[AbcBar]) -> bool:
    """Whether the first bar completes the one that ends the first repeat."""
    first = bars[0].ticks
    last = next((bar.ticks for bar in bars if bar.marks.ends_repeat), 0)
    return 0 < first + last == bars[0].metre.bar_ticks


def _go_on(bars: Sequence[AbcBar]) -> list[bool]:
    """For each bar, whether a repeat sign or ending comes before another section begins."""
    found = [False] * len(bars)
    for number in range(len(bars) - 2, -1, -1):
        after = bars[number + 1]
        if after.marks.starts_repeat or after.part:
            continue
        found[number] = bool(after.opens) or after.marks.ends_repeat or found[number + 1]
    return found


def _codas(marks: list[RepeatMarks]) -> list[RepeatMarks]:
    """Of two coda signs, the first leads to the second."""
    signs = [number for number, mark in enumerate(marks) if mark.coda]
    if len(signs) > 1 and not any(mark.to_coda for mark in marks):
        marks[signs[0]] = replace(marks[signs[0]], coda=False, to_coda=True)
    return marks
