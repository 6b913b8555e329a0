"""The accompanist: finds a bar of somebody's accompaniment for each bar of the music.

While a bar sounds, its code finds what may accompany next. Near codes carry on the figure. Where a
section begins, the plan of the band asks for another, as full as the section is; where a section
returns, what accompanied it returns.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.arranger.accompaniment_finder import BARS_READ, AccompanimentFinder, PlayedBar
from livedshl.arranger.section import Section
from livedshl.index.costs import Costing
from livedshl.music.accompaniment import NO_NOTES

_MOST_IN_A_ROW = 8  # bars that one song is quoted
_GOES_ON = 2.0  # symbols by which the bar that truly follows may be farther
_DENSITY = 3.0  # symbols for each octave between the notes asked for and those of a bar
_DENSITY_AT_START = 12.0  # the same where a section begins
_OTHER_RHYTHM = 4.0  # symbols for a bar that starts no note where the one before did
_UNKNOWN_CHORD = 4.0  # symbols for each beat whose chord nobody could read
_NEAR = 1.0  # symbols from the best within which a bar is drawn
_DRAWN_AT_START = 12  # of so many best a section draws its first
_CODE_AT_START = 0.35  # weight of the distance where another figure is wanted


@dataclass(frozen=True, slots=True)
class BarWish:
    """What a bar of the music asks for.

    number: of the bar in the performance. section: it belongs to; None without a form. in_section:
    the bar of the section, from 0. fullness: of the section, 0 to 1. variation: how often other
    figures were asked for.
    """

    number: int
    section: Section | None
    in_section: int
    fullness: float
    variation: int

    @property
    def place(self) -> tuple[int, str, int, int] | None:
        """The tune, the section's letter, the bar of it and the variation: what may return."""
        if self.section is None or not self.section.letter:
            return None
        return self.section.tune, self.section.letter, self.in_section, self.variation

    @property
    def passage(self) -> tuple[int, int, int, int] | None:
        """What has a figure of its own: a section, until others are asked for."""
        section = self.section
        if section is None:
            return None
        return section.tune, section.number, section.time, self.variation


class Accompanist:
    """Chooses bars of a library, and remembers what it played.

    rng: draws among bars that are equally good.
    """

    def __init__(self, finder: AccompanimentFinder, rng: np.random.Generator) -> None:
        self.finder = finder
        self._rng = rng
        silent = _silence(finder)
        self._played = deque([silent] * BARS_READ, BARS_READ)
        self._returning: dict[tuple[int, str, int, int], int] = {}  # what accompanied, by place
        self._passage: tuple[int, int, int, int] | None = None
        self._wanted_density = 0.0
        self._latest: int | None = None  # index of the bar that was chosen last
        self._in_a_row = 0

    def remember(self, played: PlayedBar) -> None:
        """Takes in a bar as it was played."""
        self._played.append(played)

    def choose(self, wish: BarWish, coming: PlayedBar) -> int:
        """The number, in the library, of the bar to accompany next."""
        chosen = self._returned(wish)
        if chosen is None:
            chosen = self._found(wish, coming)
        follows = self._latest is not None and self._follower(self._latest) == chosen
        self._in_a_row = self._in_a_row + 1 if follows else 1
        self._latest = chosen
        if wish.place is not None:
            self._returning.setdefault(wish.place, chosen)
        return int(self.finder.rows[chosen])

    def _returned(self, wish: BarWish) -> int | None:
        """What accompanied the same bar of the section the last time."""
        place, section = wish.place, wish.section
        if place is None or section is None:
            return None
        if any(tune != section.tune for tune, *_ in self._returning):
            self._returning.clear()
        if section.time == 1:
            self._returning.pop(place, None)
        found = self._returning.get(place)
        if found is not None:
            self._passage = wish.passage
            self._wanted_density = float(self.finder.densities[found])
        return found

    def _found(self, wish: BarWish, coming: PlayedBar) -> int:
        """The index of the best bar by code; of several as good, one is drawn."""
        finder = self.finder
        begins = wish.passage != self._passage or not len(self._played[-1].notes)
        if begins:
            self._passage = wish.passage
            self._wanted_density = finder.density_at(wish.fullness)
        costing = self._costing(wish, coming, begins)
        if begins:
            bars, costs = finder.costs.cheapest(costing, _DRAWN_AT_START)
            best = bars[np.argsort(costs, kind="stable")[:_DRAWN_AT_START]]
            chosen = int(self._rng.choice(best))
            self._wanted_density = float(finder.densities[chosen])
            return chosen
        return int(self._rng.choice(finder.costs.cheapest(costing, 1, near=_NEAR)[0]))

    def _costing(self, wish: BarWish, coming: PlayedBar, begins: bool) -> Costing:
        """What bars cost, in symbols of the code."""
        finder, latest, played = self.finder, self._latest, self._played[-1]
        density = _DENSITY_AT_START if begins else _DENSITY
        octaves = abs(np.log2(finder.kind_densities + 1) - np.log2(self._wanted_density + 1))
        code = None
        if len(played.notes):
            code = finder.code([*self._played], coming, wish.in_section - 1)
        likeness = None if begins else finder.rhythm_likeness(played)
        quote = np.inf if self._in_a_row >= _MOST_IN_A_ROW else -_GOES_ON
        follower = None if begins or latest is None else self._follower(latest)

        def add(bars: NDArray[np.int32], costs: NDArray[np.float64]) -> None:
            if likeness is not None:
                costs += _OTHER_RHYTHM * (1 - likeness(bars))
            if begins and latest is not None:  # another song
                costs[finder.stretches[bars] == finder.stretches[latest]] = np.inf
            if follower is not None:
                costs[bars == follower] += quote

        return Costing(
            by_kind=density * octaves + _UNKNOWN_CHORD * finder.kind_unknown_chords,
            query=code,
            weight=_CODE_AT_START if begins else 1.0,
            add=add,
            favoured=follower,
        )

    def _follower(self, index: int) -> int | None:
        """The index of the bar that follows another in its song; None if none does."""
        finder, after = self.finder, index + 1
        if after == len(finder.rows) or finder.rows[after] != finder.rows[index] + 1:
            return None
        return after if finder.stretches[after] == finder.stretches[index] else None


def _silence(finder: AccompanimentFinder) -> PlayedBar:
    grid = finder.grid
    return PlayedBar(
        notes=NO_NOTES,
        chords=np.full((grid.bar_beats, 2), (-1, 0), np.int8),
        melody=np.zeros((grid.bar_steps, 2), np.int8),
    )
