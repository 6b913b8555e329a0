"""The guide of a part through one section: what it plays on every step, and how loud."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import pi, sin

import numpy as np

from livedshl.arranger.groove import Groove
from livedshl.arranger.join import Join, joined
from livedshl.arranger.part import Part
from livedshl.arranger.pattern import PHRASE_BARS, SILENT, Row, length_of
from livedshl.arranger.plan import BandPlan, Conducting, Locked, bent
from livedshl.arranger.role import Role
from livedshl.arranger.section import Section
from livedshl.arranger.shipped_patterns import pattern_of, rows_of
from livedshl.music import Grid

GUIDE_BARS = 8
_PHRASES = GUIDE_BARS // PHRASE_BARS
_MIDDLE_FROM, _FULL_FROM = 0.42, 0.74  # intensities at which the level of the patterns rises
_LIFT_CENTRE = 0.6  # at this intensity a band plays at its own velocity
_CRASH_FROM = 0.7
_RHYTHM = (Role.DRUMS, Role.BASS)  # who play an intro in any case
_LEAST_SPAN, _MOST_SPAN = 12.0, 26.0  # velocity from the softest section to the loudest
_ARC_SHARE = (0.3, 1.0)  # of the dynamics: how high a phrase rises over its ends


@dataclass(frozen=True, slots=True)
class Guide:
    """What one part plays in a section, counted from its start and repeated after 8 bars.

    lanes: a symbol for each step; patterns say what they mean. lifts: velocity to add, by bar.
    crash: whether a cymbal opens the section. intensity: of the section, 0 to 1. returns: whether
    the section has been played before. waits: whether the part keeps silent: this is an intro.
    section: that it is for; None without a form. fullness: how full its patterns are, 0 to 1.
    variation: how often the part was asked for other patterns.
    """

    lanes: Mapping[str, str]
    lifts: tuple[float, ...]
    crash: bool = False
    intensity: float = _LIFT_CENTRE
    returns: bool = False
    waits: bool = False
    section: Section | None = None
    fullness: float = 0.5
    variation: int = 0

    def lift(self, step: int, grid: Grid) -> float:
        """The velocity to add at a step, between those of two bars."""
        bar, within = divmod(step, grid.bar_steps)
        here, after = (self.lifts[number % len(self.lifts)] for number in (bar, bar + 1))
        return here + (after - here) * within / grid.bar_steps


def steady_guide(part: Part, grid: Grid, variation: int = 0) -> Guide:
    """The guide of a part without a form: its first row, over and over.

    variation: how often another was asked for.
    """
    rows = rows_of(part, grid).middle
    row = rows[variation % len(rows)]
    lanes = _repeated(row, GUIDE_BARS * grid.bar_steps)
    return Guide(lanes, (0.0,) * GUIDE_BARS, variation=variation)


def guide_of(
    part: Part,
    grid: Grid,
    plan: BandPlan,
    section: Section,
    conducting: Conducting,
    groove: Groove,
    fill_bar: int | None = None,
) -> Guide:
    """The guide of a part through a section.

    fill_bar: the bar, counted from the section's start, in which a fill was asked for.
    """
    scene = plan.scene(section, conducting.intensity)
    rows = rows_of(part, grid)
    rng = plan.rng(section.tune, section.number, section.time, 1 + part.channel)
    locked = conducting.lock(part.channel)
    if locked:
        row, rests = _locked_row(part, grid, plan, locked, conducting)
        played, first_phrase = [row] * _PHRASES, _PHRASES if rests else 0
    else:
        played = _rows_played(part, grid, plan, section, conducting)
        first_phrase = _first_phrase(part, plan, section, conducting)
    lanes = joined(
        [
            _repeated(
                dict.fromkeys(row, SILENT) if phrase < first_phrase else row,
                PHRASE_BARS * grid.bar_steps,
            )
            for phrase, row in enumerate(played)
        ]
    )
    join = Join(part, grid, section, scene, plan)
    if first_phrase < _PHRASES:
        lanes = join.filled(lanes, rows, rng, first_phrase)
        lanes = lanes if locked else join.stopped(lanes)
    lanes = join.led_on(join.broken(lanes))
    if section.intro_bars and fill_bar is None:
        fill_bar = section.intro_bars - 1  # it leads into the first section
    if fill_bar is not None:
        lanes = join.filled_at(lanes, rows, fill_bar % GUIDE_BARS)
    arcs = plan.rng(section.tune, section.number, section.time, 0)
    lifts = _lifts(scene.intensity, groove.dynamics, arcs)
    rises = scene.intensity >= _CRASH_FROM and section.number > 0
    crash = bool(pattern_of(part).crash) and rises and first_phrase == 0
    waits = section.intro_bars > 0 and part.role in (Role.MELODY, Role.COUNTER)
    fullness = bent(scene.intensity, conducting.density)
    variation = conducting.variation(part.channel)
    return Guide(
        lanes, lifts, crash, scene.intensity, section.time > 1, waits, section, fullness, variation
    )


def _rows_played(
    part: Part, grid: Grid, plan: BandPlan, section: Section, conducting: Conducting
) -> list[Row]:
    """The row of each phrase of a section, whether the part plays or rests."""
    intensity = plan.scene(section, conducting.intensity).intensity
    rows = rows_of(part, grid).at_level(_level(bent(intensity, conducting.density)))
    variation = conducting.variation(part.channel)
    return [_choose(rows, plan, part, section, phrase + variation) for phrase in range(_PHRASES)]


def _first_phrase(part: Part, plan: BandPlan, section: Section, conducting: Conducting) -> int:
    """The phrase with which a part begins; `_PHRASES` if it rests throughout the section.

    Who plays an intro plays on into the first section.
    """
    first = plan.scene(section, conducting.intensity).first_phrases.get(part.channel, _PHRASES)
    plays = first < _PHRASES or part.role in _RHYTHM
    return 0 if plays and (section.intro_bars or section.follows_intro) else first


def _locked_row(
    part: Part, grid: Grid, plan: BandPlan, locked: Locked, conducting: Conducting
) -> tuple[Row, bool]:
    """The row that a locked part plays, and whether it rests."""
    then = replace(conducting, intensity=locked.intensity, density=locked.density)
    row = _rows_played(part, grid, plan, locked.section, then)[locked.phrase]
    first = _first_phrase(part, plan, locked.section, then)
    return row, locked.phrase < first


def _level(intensity: float) -> int:
    return int(intensity >= _MIDDLE_FROM) + int(intensity >= _FULL_FROM)


def _choose(rows: Sequence[Row], plan: BandPlan, part: Part, section: Section, turn: int) -> Row:
    """A row for a phrase; neighbouring phrases of a tune have different ones if there are several.

    turn: the phrase of the section, moved on by one for each time that others were asked for.
    """
    order = plan.rng(section.tune, 1 + part.channel, len(rows)).permutation(len(rows))
    played = section.number * _PHRASES + (section.time - 1) + turn
    return rows[int(order[played % len(rows)])]


def _repeated(row: Row, steps: int) -> dict[str, str]:
    """The lanes of a row, repeated to so many steps."""
    times = -(-steps // length_of(row))
    return {lane: (symbols * times)[:steps] for lane, symbols in row.items()}


def _lifts(intensity: float, dynamics: int, rng: np.random.Generator) -> tuple[float, ...]:
    """Velocity by bar: the level of the section, and an arc over each phrase."""
    span = min(_MOST_SPAN, _LEAST_SPAN + dynamics) if dynamics else 0.0
    level = (intensity - _LIFT_CENTRE) * span
    lifts = []
    for _ in range(_PHRASES):
        height = rng.uniform(*_ARC_SHARE) * dynamics
        peak = rng.uniform(0.25, 0.9)
        drift = rng.uniform(-0.35, 0.35) * dynamics
        for bar in range(PHRASE_BARS):
            at = bar / PHRASE_BARS
            lean = at / peak / 2 if at < peak else 0.5 + (at - peak) / (1 - peak) / 2
            lifts.append(level + height * (sin(pi * lean) - 0.5) + drift)
    return tuple(lifts)
