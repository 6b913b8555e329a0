"""Finds the bars of a song: those that the file writes, or others where it cannot be right."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.music import Metre
from livedshl.units import TICKS_PER_BEAT, TICKS_PER_STEP

_DEFAULT = Metre(4, 4)  # of Standard MIDI Files 1.0
_MOST_COUNT, _LARGEST_UNIT = 24, 32
_STEPS = TICKS_PER_BEAT // TICKS_PER_STEP
_FARTHEST_SHIFT = 30  # ticks by which all notes may be late with the bar lines still right
_LOW = 57  # below it a note counts as a bass
_WRITTEN_BEAT = 1.5  # how much more a beat counts where the file has it
_ACCENT, _BASS, _HARMONY = 0.5, 1.0, 1.0  # what tells the first beat of a bar
_LONGEST = 4.0  # beats; a longer note tells no more
_MOST_BEATS = 4_000  # what comes later tells nothing new


@dataclass(frozen=True, slots=True)
class Barring:
    """The bars of a song.

    metre_changes: ticks and metres, the first at the first bar line. guessed: whether the file
    writes none that can be right.
    """

    metre_changes: tuple[tuple[int, Metre], ...]
    guessed: bool = False

    def from_first_bar(self, first_onset: int) -> "Barring":
        """The bars from the first full one on: what comes before it is a pickup.

        If the first note comes within the first bar, but not at its start, that bar is a pickup; so
        is a shorter bar before a change of metre.
        """
        lines = bar_lines(self, first_onset + 4 * _MOST_COUNT * TICKS_PER_BEAT)
        place = max(0, int(np.searchsorted(lines, first_onset, side="right")) - 1)
        within_first = place == 0 and first_onset > lines[0]
        if len(lines) > 1 and (within_first or (place == 0 and self._begins_short())):
            place = 1
        zero = lines[place]
        before = [metre for tick, metre in self.metre_changes if tick <= zero]
        after = [change for change in self.metre_changes if change[0] > zero]
        first = before[-1] if before else self.metre_changes[0][1]
        return Barring(((zero, first), *after), self.guessed)

    def _begins_short(self) -> bool:
        """Whether the metre changes to a longer one after a single bar."""
        if len(self.metre_changes) < 2:
            return False
        (first, metre), (second, longer), *_ = self.metre_changes
        return second - first <= metre.bar_ticks < longer.bar_ticks


def barring_of(
    written: Sequence[tuple[int, int, int]], notes: NDArray[np.int64], offset: int
) -> Barring:
    """The bars of a song.

    written: tick, count and unit of each metre in the file. notes: int64[n, 3], of all parts,
    without the offset, by which all are late in the file.
    """
    metres = {tick: Metre(count, unit) for tick, count, unit in written if _possible(count, unit)}
    broken = len(metres) < len({tick for tick, _, _ in written})
    broken = broken or any(count == 1 for _, count, _ in written)
    shifted = abs(offset) > _FARTHEST_SHIFT or (offset != 0 and _beat_phase(notes) != 0)
    if broken or shifted:
        return _guessed(notes)
    changes = sorted(metres.items()) or [(0, _DEFAULT)]
    changes[0] = (min(0, changes[0][0]), changes[0][1])
    return Barring(tuple(_without_repeats(changes)))


def bar_lines(barring: Barring, end: int) -> list[int]:
    """The tick of each bar line before the end."""
    changes = barring.metre_changes
    ends = [*(tick for tick, _ in changes[1:]), end]
    lines: list[int] = []
    for (tick, metre), last in zip(changes, ends, strict=True):
        lines += range(tick, min(last, end), metre.bar_ticks)
    return lines


def _possible(count: int, unit: int) -> bool:
    return 2 <= count <= _MOST_COUNT and unit <= _LARGEST_UNIT


def _without_repeats(changes: Sequence[tuple[int, Metre]]) -> list[tuple[int, Metre]]:
    return [
        (tick, metre)
        for place, (tick, metre) in enumerate(changes)
        if place == 0 or metre != changes[place - 1][1]
    ]


def _guessed(notes: NDArray[np.int64]) -> Barring:
    """Bars of 4/4 or 3/4, from where long notes, basses and new chords come."""
    shift = _beat_phase(notes, written=1.0) * TICKS_PER_STEP
    strengths = _first_beats(notes, shift)
    best = max(
        ((count, first) for count in (4, 3) for first in range(count)),
        key=lambda bar: float(strengths[bar[1] :: bar[0]].mean()) if len(strengths) > 3 else 0,
    )
    count, first = best
    start = shift + first * TICKS_PER_BEAT
    if start > 0:
        start -= count * TICKS_PER_BEAT
    return Barring(((start, Metre(count, 4)),), guessed=True)


def _beat_phase(notes: NDArray[np.int64], written: float = _WRITTEN_BEAT) -> int:
    """The sixteenth, 0 to 3, that is the beat. written: how much more the file's beat counts."""
    steps = np.round(notes[:, 0] / TICKS_PER_STEP).astype(np.int64)
    weights = np.minimum(notes[:, 1] / TICKS_PER_BEAT, 2) + 0.1
    weights *= 1 + (notes[:, 2] < _LOW)
    by_step = np.bincount(steps % _STEPS, weights=weights, minlength=_STEPS)
    by_step[0] *= written
    return int(by_step.argmax())


def _first_beats(notes: NDArray[np.int64], shift: int) -> NDArray[np.float64]:
    """How much each beat from `shift` on seems to begin a bar."""
    beats = (notes[:, 0] - shift) / TICKS_PER_BEAT
    notes, beats = (
        notes[(beats >= 0) & (beats < _MOST_BEATS)],
        beats[(beats >= 0) & (beats < _MOST_BEATS)],
    )
    nearest = np.round(beats).astype(np.int64)
    n_beats = int(nearest.max(initial=0)) + 1
    lengths = np.minimum(notes[:, 1] / TICKS_PER_BEAT, _LONGEST)
    on_beat = np.abs(beats - nearest) * TICKS_PER_BEAT < TICKS_PER_STEP / 2
    accents = np.bincount(nearest[on_beat], weights=lengths[on_beat], minlength=n_beats)
    low = on_beat & (notes[:, 2] < _LOW)
    basses = np.zeros(n_beats)
    np.maximum.at(basses, nearest[low], lengths[low])
    sounding = np.zeros((n_beats + 2, 12))
    np.add.at(
        sounding,
        (np.floor(beats + 0.05).astype(np.int64), notes[:, 2] % 12),
        np.minimum(lengths, 1) + 0.1,
    )
    return (
        _ACCENT * _standard(accents.astype(np.float64))
        + _BASS * _standard(basses)
        + _HARMONY * _standard(_novelty(sounding)[:n_beats])
    )


def _novelty(sounding: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much two beats from each on sound unlike the two before. sounding: float64[n, 12]."""
    pairs = sounding.copy()
    pairs[:-1] += sounding[1:]
    norms = np.linalg.norm(pairs, axis=1) + 1e-9
    new = np.zeros(len(sounding))
    alike = (pairs[:-2] * pairs[2:]).sum(axis=1) / (norms[:-2] * norms[2:])
    new[2:] = 1 - alike
    return new


def _standard(values: NDArray[np.float64]) -> NDArray[np.float64]:
    standard: NDArray[np.float64] = (values - values.mean()) / (values.std() + 1e-9)
    return standard
