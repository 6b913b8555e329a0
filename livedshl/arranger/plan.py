"""The plan of the band: how intense each section is, and who plays in it.

It is drawn from the seed alone, so a section has the same plan however it is reached.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from livedshl.arranger.part import Part
from livedshl.arranger.role import Role
from livedshl.arranger.section import Section

# Intensity at the sections of a tune of four; other tunes stretch them. All end full.
_SHAPES = (
    (0.30, 0.50, 0.75, 1.00),
    (0.35, 0.70, 0.45, 1.00),
    (0.60, 0.80, 0.25, 0.95),
    (0.40, 0.55, 0.85, 0.95),
    (0.50, 0.30, 0.70, 1.00),
)
_FIRST_OF_ALL = 0.35  # the music begins no louder than this
_JITTER = 0.05
_CROWDING = 1.6  # above 1: the whole band plays before the intensity is at its highest
_ALONE_BELOW = 0.4  # under this a band with one accompanist leaves the melody alone
_LATE_ENTRY = 0.35  # how often a part that enters waits for the second phrase
# Who enters first: the lower, the sooner. Each tune adds a draw from 0 to `_SHUFFLE`.
_ENTRANCE = {Role.CHORDS: 0.0, Role.DRONE: 0.2, Role.BASS: 0.3, Role.DRUMS: 0.4, Role.COUNTER: 0.8}
_SHUFFLE = 0.8
_PLAN = 1 << 16  # apart from the channels, whose numbers seed the parts


@dataclass(frozen=True, slots=True)
class Locked:
    """What a locked part plays: as in a phrase of a section, 0 or 1, bent as it was then."""

    section: Section
    phrase: int
    intensity: float
    density: float


@dataclass(frozen=True, slots=True)
class Conducting:
    """How a conductor bends the plan: 0.5 leaves it, 0 is the least and 1 the most.

    intensity: of everything. density: of the patterns alone. swing: None leaves the groove's.
    varied: how often each part that was asked for other patterns was, by channel. locks: what each
    locked part plays, by channel.
    """

    intensity: float = 0.5
    density: float = 0.5
    swing: float | None = None
    varied: tuple[tuple[int, int], ...] = ()
    locks: tuple[tuple[int, Locked], ...] = ()

    def variation(self, channel: int) -> int:
        """How often the part on a channel was asked for other patterns."""
        return dict(self.varied).get(channel, 0)

    def with_variation(self, channel: int, number: int) -> "Conducting":
        """The same, where the part on a channel was asked for other patterns so often."""
        varied = dict(self.varied) | {channel: number}
        return replace(self, varied=tuple(sorted(varied.items())))

    def lock(self, channel: int) -> Locked | None:
        """What the part on a channel is locked to; None if it is free."""
        return dict(self.locks).get(channel)

    def with_lock(self, channel: int, locked: Locked | None) -> "Conducting":
        """The same, with the part on a channel locked, or free."""
        locks = {at: lock for at, lock in self.locks if at != channel}
        if locked:
            locks[channel] = locked
        return replace(self, locks=tuple(sorted(locks.items(), key=lambda lock: lock[0])))


@dataclass(frozen=True, slots=True)
class Scene:
    """What a section asks of the band.

    intensity, next_intensity: of this section and the next, 0 to 1. first_phrases: by channel, the
    phrase with which each part that plays begins, 0 or 1.
    """

    intensity: float
    next_intensity: float
    first_phrases: dict[int, int]


class BandPlan:
    """Draws the scene of any section. parts: all of the band.

    has_drums: whether a drummer is among them.
    """

    def __init__(self, parts: Sequence[Part], seed: int) -> None:
        self._accompaniment = [part for part in parts if part.role is not Role.MELODY]
        self._melodies = [part.channel for part in parts if part.role is Role.MELODY]
        self._seed = seed
        self.has_drums = any(part.role is Role.DRUMS for part in parts)

    def scene(self, section: Section, intensity: float) -> Scene:
        """The scene of a section, bent by the conductor's intensity."""
        drawn = self._drawn(section.tune, section.number, section.sections)
        here = bent(drawn, intensity)
        order = self._order(section)
        playing = order[: self._how_many(here)]
        before = self._playing_before(section, intensity)
        rng = self.rng(section.tune, section.number, section.time)
        late = rng.random(len(order)) < _LATE_ENTRY
        first_phrases = dict.fromkeys(self._melodies, 0)
        for channel, waits in zip(order, late.tolist(), strict=True):
            if channel in playing:
                enters = channel not in before and channel != order[0]  # somebody is there at once
                first_phrases[channel] = int(enters and waits)
        return Scene(here, self._next_intensity(section, intensity), first_phrases)

    def rng(self, *place: int) -> np.random.Generator:
        """A generator for a place in the plan."""
        return np.random.default_rng(np.random.SeedSequence(self._seed, spawn_key=(_PLAN, *place)))

    def _drawn(self, tune: int, number: int, sections: int) -> float:
        """The intensity that the seed gives a section."""
        rng = self.rng(tune)
        shape = _SHAPES[rng.integers(len(_SHAPES))]
        jitter = rng.uniform(-_JITTER, _JITTER, sections)
        at = number / max(1, sections - 1) * (len(shape) - 1)
        drawn = float(np.interp(at, range(len(shape)), shape) + jitter[min(number, sections - 1)])
        if tune == 1 and number == 0:
            drawn = min(drawn, _FIRST_OF_ALL)
        return min(1.0, max(0.0, drawn))

    def _next_intensity(self, section: Section, intensity: float) -> float:
        number = section.number + 1
        if number < section.sections:
            return bent(self._drawn(section.tune, number, section.sections), intensity)
        return bent(self._drawn(section.tune + 1, 0, section.sections), intensity)

    def _playing_before(self, section: Section, intensity: float) -> list[int]:
        """Who played in the section before, of the same tune."""
        if section.number == 0:
            return []
        before = Section(section.beat, section.tune, section.number - 1, section.sections)
        drawn = self._drawn(before.tune, before.number, before.sections)
        return self._order(before)[: self._how_many(bent(drawn, intensity))]

    def _order(self, section: Section) -> list[int]:
        """The channels of the accompaniment, in the order in which they enter.

        A section that drops back shuffles them: somebody else may be left.
        """
        tune, number, sections = section.tune, section.number, section.sections
        drops = number > 0 and self._drawn(tune, number, sections) < self._drawn(
            tune, number - 1, sections
        )
        rng = self.rng(tune, number + 1 if drops else 0, 0)
        draws = rng.uniform(0, _SHUFFLE, len(self._accompaniment)).tolist()
        places = [_ENTRANCE[part.role] for part in self._accompaniment]
        entrances = {
            part.channel: place + draw
            for part, place, draw in zip(self._accompaniment, places, draws, strict=True)
        }
        return sorted(entrances, key=lambda channel: entrances[channel])

    def _how_many(self, intensity: float) -> int:
        parts = len(self._accompaniment)
        if parts == 1 and self._accompaniment[0].plays_by_code:
            return 1  # a pianist has both hands to be quiet with
        if parts <= 1:
            return parts if intensity >= _ALONE_BELOW else 0
        return min(parts, max(1, round(intensity * _CROWDING * parts)))


def bent(value: float, amount: float) -> float:
    """A value from 0 to 1, bent towards 0 by an amount under 0.5 and towards 1 by one above."""
    return value * 2 * amount if amount <= 0.5 else value + (1 - value) * (2 * amount - 1)
