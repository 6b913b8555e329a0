"""Joins: how one part leads from a section into the next, and where it stops within one.

Lanes are as in a guide: a symbol for each step of a section, by name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from livedshl.arranger.part import Part
from livedshl.arranger.pattern import HELD, NOTES, PHRASE_BARS, SILENT, Row, Rows, length_of
from livedshl.arranger.plan import BandPlan, Scene
from livedshl.arranger.role import Role
from livedshl.arranger.section import Section
from livedshl.music import Grid

_FILL_SHARE = 0.75  # of section ends
_SMALL_FILL_SHARE = 0.35  # of phrase ends within a section, drums only
_BREAK_RISE, _BREAK_SHARE = 0.2, 0.4  # before a rise as big as this, so often all but drums stop
_LEAD_SHARE = 0.6  # of the ends of tunes
_STOP_FROM, _STOP_SHARE = 0.55, 0.3  # of sections as intense as this
_BREAK, _LEAD, _STOP = 1 << 8, 1 << 9, 1 << 10  # what is drawn for all parts together
# What a part strikes on the first beat of a bar in stop-time; other roles keep silent.
_STRUCK = {Role.CHORDS: "a", Role.BASS: "r"}


@dataclass(frozen=True, slots=True)
class Join:
    """The joins of a part in a section."""

    part: Part
    grid: Grid
    section: Section
    scene: Scene
    plan: BandPlan

    def filled(
        self, lanes: dict[str, str], rows: Rows, rng: np.random.Generator, first_phrase: int
    ) -> dict[str, str]:
        """With fills, longer where the music is louder, where it rises and where a tune ends.

        first_phrase: with which the part begins.
        """
        draws = rng.random(3).tolist()
        if not rows.fills:
            return lanes
        scene = self.scene
        size = 0.6 * scene.intensity + max(0.0, scene.next_intensity - scene.intensity)
        at = min(len(rows.fills) - 1, int((size + 0.3 * (draws[0] - 0.5)) * len(rows.fills)))
        steps = PHRASE_BARS * self.grid.bar_steps
        if draws[1] < _FILL_SHARE or self._leads:
            fill = rows.fills[-1 if self._leads else max(0, at)]
            lanes = _over(lanes, fill, length_of(lanes))
        if self.part.role is Role.DRUMS and first_phrase == 0 and draws[2] < _SMALL_FILL_SHARE:
            lanes = _over(lanes, rows.fills[0], steps)
        return lanes

    def filled_at(self, lanes: dict[str, str], rows: Rows, bar: int) -> dict[str, str]:
        """With the longest fill that a bar holds, in this bar; drums play it even if they rest."""
        steps = self.grid.bar_steps
        fills = [fill for fill in rows.fills if length_of(fill) <= steps]
        start, end = bar * steps, (bar + 1) * steps
        rests = not any(symbols[start:end].strip(SILENT) for symbols in lanes.values())
        if not fills or (rests and self.part.role is not Role.DRUMS):
            return lanes
        return _over(lanes, fills[-1], end)

    def broken(self, lanes: dict[str, str]) -> dict[str, str]:
        """With a break before a rise: all but melody and drums leave out the last beats."""
        rises = self.scene.next_intensity - self.scene.intensity >= _BREAK_RISE
        if self.part.role in (Role.MELODY, Role.DRUMS) or not rises:
            return lanes
        return self._left_out(lanes) if self._draws(_BREAK, _BREAK_SHARE) else lanes

    def led_on(self, lanes: dict[str, str]) -> dict[str, str]:
        """With a pickup into the next tune: the bass walks there, melody and drums go on."""
        if self.part.role in (Role.MELODY, Role.DRUMS) or not self._leads:
            return lanes
        if self.part.role is not Role.BASS or set(lanes[NOTES]) == {SILENT}:
            return self._left_out(lanes)
        beat, beats = self.grid.beat_steps, self._last_beats
        walk = "".join(symbol.ljust(beat, HELD) for symbol in ("f" * (beats - 1) + "w"))
        return _over(lanes, {NOTES: walk}, length_of(lanes))

    def stopped(self, lanes: dict[str, str]) -> dict[str, str]:
        """With a phrase of stop-time: one stroke a bar under the melody, if there are drums."""
        section = self.section
        later = section.number > 0 and section.time > 1
        if self.part.role is Role.MELODY or not later or self.scene.intensity < _STOP_FROM:
            return lanes
        if not self.plan.has_drums or not self._draws(_STOP, _STOP_SHARE):
            return lanes
        grid, strikes = self.grid, _STRUCK.get(self.part.role, SILENT)
        stopped = {
            lane: "".join(
                (symbols[bar * grid.bar_steps] if lane != NOTES else strikes)
                + (HELD if lane == NOTES and strikes != SILENT else SILENT) * (grid.beat_steps - 1)
                + SILENT * (grid.bar_steps - grid.beat_steps)
                for bar in range(PHRASE_BARS)
            )
            for lane, symbols in lanes.items()
        }
        return _over(lanes, stopped, PHRASE_BARS * grid.bar_steps)

    @property
    def _leads(self) -> bool:
        """Whether the section ends its tune with a pickup into the next."""
        ends = self.section.number == self.section.sections - 1
        return ends and self._draws(_LEAD, _LEAD_SHARE)

    @property
    def _last_beats(self) -> int:
        return max(1, self.grid.bar_beats // 2)

    def _left_out(self, lanes: Mapping[str, str]) -> dict[str, str]:
        silence = SILENT * (self._last_beats * self.grid.beat_steps)
        return _over(lanes, dict.fromkeys(lanes, silence), length_of(lanes))

    def _draws(self, what: int, share: float) -> bool:
        """Draws, the same for all parts."""
        section = self.section
        rng = self.plan.rng(section.tune, section.number, section.time, what)
        return float(rng.random()) < share


def joined(phrases: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Phrases end to end; a lane that a phrase lacks is silent there."""
    names = dict.fromkeys(name for phrase in phrases for name in phrase)
    return {
        name: "".join(phrase.get(name, SILENT * length_of(phrase)) for phrase in phrases)
        for name in names
    }


def _over(lanes: Mapping[str, str], other: Row, end: int) -> dict[str, str]:
    """The lanes with other symbols that end at step `end`."""
    start = end - length_of(other)
    names = dict.fromkeys((*lanes, *other))
    blank = SILENT * length_of(lanes)
    return {
        name: lanes.get(name, blank)[:start]
        + other.get(name, SILENT * (end - start))
        + lanes.get(name, blank)[end:]
        for name in names
    }
