"""Gives tunes chords and lays them on their grid: in batches, on the workers of a crew."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from livedshl.learning.chords import with_chords
from livedshl.learning.pairs import positive_pairs
from livedshl.music.chords import ChordVocabulary
from livedshl.music.grid import Grid, grid_of
from livedshl.music.leadsheet import LeadSheet, Mode
from livedshl.music.segments import Tune, distinct_segments, lay_on_grid, transposition_to_c
from livedshl.networks.harmoniser import Harmoniser
from livedshl.work import Crew, in_order

_BATCH = 64  # sheets

_Made = TypeVar("_Made")

Kind = tuple[Grid | None, Mode | None]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """The library for which tunes of one kind are laid out.

    vocabulary: its chord classes. follow_beats: from a segment to the next.
    """

    vocabulary: ChordVocabulary
    follow_beats: int


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """How tunes are laid out.

    targets: the library for each kind of tune. harmoniser: for tunes without chords.
    """

    targets: Mapping[Kind, Target]
    harmoniser: Harmoniser | None = None


@dataclass(frozen=True, slots=True, eq=False)
class LaidTune:
    """A tune on its grid.

    distinct: the numbers of its segments that a library keeps. pairs: int32[m, 2], which of these
    follow each other. known_ticks, ticks: how long its written chords sound that the chord classes
    have, and all.
    """

    kind: Kind
    tune: Tune
    distinct: NDArray[np.intp]
    pairs: NDArray[np.int32]
    known_ticks: int
    ticks: int


def kind_of(sheet: LeadSheet) -> Kind:
    """The metre and mode of the library that a sheet goes into; None where there is none."""
    return grid_of(sheet.metre), sheet.key.mode.home


def lay_out(sheets: Iterable[LeadSheet], plan: Plan, crew: Crew) -> Iterator[LaidTune]:
    """The sheets on their grids, in order; each must be of a kind that the plan has."""
    yield from _done(crew, _laid_out, sheets, plan)


def harmonised(
    sheets: Iterable[LeadSheet], harmoniser: Harmoniser | None, crew: Crew
) -> Iterator[LeadSheet]:
    """The sheets, in order, with chords for those that have none of their own."""
    if harmoniser is None:
        yield from sheets
    else:
        yield from _done(crew, _harmonised, sheets, harmoniser)


def _done(
    crew: Crew,
    function: Callable[[Sequence[LeadSheet], Any], list[_Made]],
    sheets: Iterable[LeadSheet],
    common: object,
) -> Iterator[_Made]:
    """What a function makes of each sheet. A tune that ends the program is left out with a word."""
    waiting = iter(sheets)
    batches = iter(lambda: list(islice(waiting, _BATCH)), [])
    with closing(in_order(crew, function, batches, _left_out, common)) as results:
        for made in results:
            yield from (one for one in made if one is not None)


def _left_out(sheet: LeadSheet) -> None:
    log.warning("%s: left out, for it ends the program that lays it out", sheet.source)


def _harmonised(sheets: Sequence[LeadSheet], harmoniser: Harmoniser) -> list[LeadSheet]:
    return [with_chords(sheet, harmoniser) for sheet in sheets]


def _laid_out(sheets: Sequence[LeadSheet], plan: Plan) -> list[LaidTune]:
    return [_laid(sheet, plan) for sheet in sheets]


def _laid(sheet: LeadSheet, plan: Plan) -> LaidTune:
    target = plan.targets[kind_of(sheet)]
    tune = lay_on_grid(with_chords(sheet, plan.harmoniser), target.vocabulary)
    shift = transposition_to_c(sheet.key, sheet.notes[:, 2])
    ticks = {chord.transposed(shift): ticks for chord, ticks in sheet.chord_ticks().items()}
    return LaidTune(
        kind=kind_of(sheet),
        tune=tune,
        distinct=distinct_segments(tune),
        pairs=positive_pairs([tune], target.follow_beats),
        known_ticks=sum(ticks[chord] for chord in ticks if chord in target.vocabulary.classes),
        ticks=sum(ticks.values()),
    )
