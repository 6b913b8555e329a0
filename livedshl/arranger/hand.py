"""The hand that plays a part: it strikes and releases notes, and remembers which are held.

Its events come in any order, but none lies outside the stretch being played: swing, timing and
grace notes move a note by a step at most.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from livedshl.arranger.groove import Feel, Groove, swung_tick
from livedshl.arranger.guide import Guide
from livedshl.arranger.part import Part
from livedshl.midi.events import Event
from livedshl.midi.message import CONTROL, NOTE_OFF, NOTE_ON
from livedshl.music import TICKS_PER_STEP, Grid

_GRACE_TICKS = 40
_GRACE_LEVEL = -8
_TAP_TICKS = 30  # shorter than the gap between any two drum strokes
_TOP_LEVEL, _INNER_LEVEL = 3, -2  # of a chord's highest note, and of those between


@dataclass(frozen=True, slots=True)
class _Now:
    """The stretch being played: where it and its section start, what to play there, and how."""

    first_step: int
    section_step: int
    guide: Guide
    swing: float


class Hand:
    """Plays on the channel of a part; every note it strikes is held until released."""

    def __init__(self, part: Part, grid: Grid, groove: Groove, rng: np.random.Generator) -> None:
        self.part = part
        self.grid = grid
        self.rng = rng
        self.held: tuple[int, ...] = ()
        self._feel = Feel(groove, part.role, grid, rng)
        self._lean = 0
        self._struck_tick = 0
        self._now: _Now
        self._events: list[Event] = []

    def begin(self, first_step: int, section_step: int, guide: Guide, swing: float) -> None:
        """Starts a stretch: no event may come before `first_step`. swing: 0 to 1."""
        self._now = _Now(first_step, section_step, guide, swing)

    def draw_from(self, rng: np.random.Generator) -> None:
        """Draws as another generator would from now on; whoever draws with this hand does too."""
        self.rng.bit_generator.state = rng.bit_generator.state

    @property
    def guide(self) -> Guide:
        """What the part plays in the present section."""
        return self._now.guide

    @property
    def events(self) -> Sequence[Event]:
        """The events since the last `take`."""
        return tuple(self._events)

    def take(self) -> list[Event]:
        """Hands over the events since the last call."""
        events, self._events = self._events, []
        return events

    def leaves_out(self, step: int) -> bool:
        """Whether the part's density drops a note at this step."""
        between_beats = step % self.grid.beat_steps != 0
        return between_beats and self.part.density < 1 and self.rng.random() >= self.part.density

    def strike(
        self,
        step: int,
        pitches: Sequence[int],
        *,
        level: int = 0,
        spread: int = 0,
        grace: int | None = None,
        off: Iterable[int] | None = None,
        share: float = 1.0,
    ) -> None:
        """Releases what is held, or only the pitches `off`, then strikes and holds `pitches`.

        level: velocity to add. spread: ticks from one pitch to the next. grace: a pitch for a grace
        note before them. share: how much of its time the note before lasted.
        """
        tick = self._strike_tick(step)
        self._release(tick, self.held if off is None else off, share)
        velocity = self._velocity(step, level)
        if grace is not None:
            self._tap(tick, grace, velocity + _GRACE_LEVEL, _GRACE_TICKS)
            tick += _GRACE_TICKS
        top, bottom = max(pitches, default=0), min(pitches, default=0)
        for number, pitch in enumerate(pitches):
            voiced = velocity
            if top > bottom:
                voiced += _TOP_LEVEL if pitch == top else _INNER_LEVEL * (pitch != bottom)
            self._add(tick + number * spread, NOTE_ON, pitch, voiced)
        self.held += tuple(pitches)
        self._struck_tick = tick

    def tap(self, step: int, strokes: Iterable[tuple[int, int]]) -> None:
        """Strikes drums, given as (pitch, velocity to add), and releases them at once."""
        tick = self._strike_tick(step)
        for pitch, level in strokes:
            self._tap(tick, pitch, self._velocity(step, level), _TAP_TICKS)

    def release(self, step: int, share: float = 1.0) -> None:
        """Releases what is held, as early or late as it was struck; share as in `strike`.

        A note that is cut short ends by the step at the latest.
        """
        if self.held:
            latest = max(self._first_tick, swung_tick(step, self.grid, self._now.swing))
            tick = self._tick(step) if share == 1 else min(latest, self._tick(step))
            self._release(tick, self.held, share)

    def stop(self, tick: int) -> None:
        """Releases what is held, exactly at `tick`."""
        self._release(tick, self.held)

    def control(self, tick: int, controller: int, value: int) -> None:
        """Moves a controller."""
        self._events.append((tick, CONTROL | self.part.channel, controller, value))

    def tick_of(self, step: int) -> int:
        """The tick at which a note struck at a step would sound, as early or late as the last."""
        return self._tick(step)

    @property
    def _first_tick(self) -> int:
        return self._now.first_step * TICKS_PER_STEP

    def _strike_tick(self, step: int) -> int:
        self._lean = self._feel.lean()
        return self._tick(step)

    def _tick(self, step: int) -> int:
        swung = swung_tick(step, self.grid, self._now.swing)
        return max(self._first_tick, swung + self._lean)

    def _velocity(self, step: int, level: int) -> int:
        in_section = step - self._now.section_step
        lift = round(self.guide.lift(in_section, self.grid))
        return self.part.velocity + self._feel.velocity(in_section) + lift + level

    def _release(self, tick: int, pitches: Iterable[int], share: float = 1.0) -> None:
        off = set(pitches) & set(self.held)
        if share < 1:
            lasted = round((tick - self._struck_tick) * share)
            tick = max(self._first_tick, min(tick, self._struck_tick + lasted))
        for pitch in sorted(off):
            self._add(tick, NOTE_OFF, pitch, 0)
        self.held = tuple(pitch for pitch in self.held if pitch not in off)

    def _tap(self, tick: int, pitch: int, velocity: int, ticks: int) -> None:
        self._add(tick, NOTE_ON, pitch, velocity)
        self._add(tick + ticks, NOTE_OFF, pitch, 0)

    def _add(self, tick: int, kind: int, pitch: int, velocity: int) -> None:
        velocity = max(1, min(127, velocity)) if kind == NOTE_ON else 0
        self._events.append((tick, kind | self.part.channel, pitch, velocity))
