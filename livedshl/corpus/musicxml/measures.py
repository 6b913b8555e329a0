"""The metre and the length of each written bar, in which the parts of a score must agree."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from livedshl.corpus.musicxml.parts import ScorePart
from livedshl.errors import CorpusError
from livedshl.music import Metre
from livedshl.units import TICKS_PER_BEAT

_ROUNDING = 8  # ticks by which the lengths in a file may miss a full bar
_MOST_LISTED = 8  # bars that a warning lists
# The usual metre for the length of a bar in ticks, where none is written.
_USUAL = {
    TICKS_PER_BEAT * quarters: Metre(quarters, 4) for quarters in (2, 3, 4)
} | {TICKS_PER_BEAT * 9 // 2: Metre(9, 8), TICKS_PER_BEAT * 6: Metre(12, 8)}  # fmt: skip
_HALF_OF_6_8 = TICKS_PER_BEAT * 3 // 2
_ALIKE = 0.8  # of the bars have one length, where a metre may be guessed


def metres_of(parts: Sequence[ScorePart], leading: ScorePart) -> tuple[list[Metre], list[str]]:
    """The metre of each written bar, and a warning if it had to be guessed.

    leading: the part whose metres count first. Raises CorpusError if there is no metre.
    """
    found: list[Metre | None] = []
    for bars in zip(*(part.bars for part in (leading, *parts)), strict=True):
        found.append(next((bar.metre for bar in bars if bar.metre), None))
    first = next((metre for metre in found if metre), None)
    warnings = []
    if first is None:
        first = _guessed_metre(leading)
        warnings = [f"No metre is written: read as {first}, from the length of the bars."]
    return [metre or first for metre in found], warnings


def _guessed_metre(part: ScorePart) -> Metre:
    lengths = Counter(bar.length for bar in part.bars)
    length, times = lengths.most_common(1)[0]
    metre = _USUAL.get(length)
    if metre is None or times < _ALIKE * len(part.bars):
        raise CorpusError("no metre")
    if metre == Metre(3, 4):
        onsets = Counter(note.onset for note in part.notes)
        if onsets[_HALF_OF_6_8] > onsets[TICKS_PER_BEAT] + onsets[2 * TICKS_PER_BEAT]:
            return Metre(6, 8)
    return metre


def fit_to_metre(parts: Sequence[ScorePart], metres: Sequence[Metre]) -> None:
    """Stretches the bars of parts that have another metre at the time, so that bar lines agree."""
    for part in parts:
        for bar, metre in zip(part.bars, metres, strict=True):
            if bar.metre is None or bar.metre.bar_ticks == metre.bar_ticks:
                continue
            by = Fraction(metre.bar_ticks, bar.metre.bar_ticks)
            bar.length = round(bar.length * by)
            bar.notes = [
                replace(note, onset=round(note.onset * by), length=max(1, round(note.length * by)))
                for note in bar.notes
            ]
            bar.chords = [(round(chord[0] * by), *chord[1:]) for chord in bar.chords]


def lengths_of(
    parts: Sequence[ScorePart], leading: ScorePart, metres: Sequence[Metre]
) -> tuple[list[int], list[str]]:
    """The length of each written bar in ticks, and a warning of those with too much in them.

    A bar is as long as its fullest part, but where one part has too much the metre decides,
    unless that is the melody.
    """
    lengths, too_full = [], []
    for number, metre in enumerate(metres):
        full = metre.bar_ticks
        fullest = max(part.bars[number].length for part in parts) or full
        own = leading.bars[number].length
        length = own if own > full else min(full, fullest)
        if abs(length - full) <= _ROUNDING:
            length = full
        if fullest > length + _ROUNDING:
            too_full.append(number + 1)
        lengths.append(length)
    if not too_full:
        return lengths, []
    bars = ", ".join(map(str, too_full[:_MOST_LISTED]))
    return lengths, [f"Bar {bars}: a part has more notes than the metre holds; the rest is cut."]
