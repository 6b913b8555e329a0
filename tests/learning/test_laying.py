"""Tunes laid out in batches, and libraries that grow on disk, are what they were in memory."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.own_tunes import own_sheets

from livedshl.bundle import SegmentLibrary
from livedshl.learning.chords import shipped_harmoniser, with_chords
from livedshl.learning.laying import Kind, LaidTune, LayingPlan, Target, harmonised, lay_out
from livedshl.learning.library_files import LibraryFiles
from livedshl.learning.pairs import positive_pairs
from livedshl.music import COMMON_TIME, LeadSheet, Mode
from livedshl.music.chords import COMMON_CHORDS, ChordVocabulary
from livedshl.music.segments import lay_on_grid
from livedshl.work import Crew, local_crew

VOCABULARY = ChordVocabulary.of_names(COMMON_CHORDS)
KIND: Kind = (COMMON_TIME, Mode.MAJOR)
PLAN = LayingPlan({KIND: Target(VOCABULARY, 2)})


@pytest.fixture(scope="module")
def crew() -> Iterator[Crew]:
    with local_crew(2) as crew:
        yield crew


@pytest.fixture(scope="module")
def sheets() -> list[LeadSheet]:
    """More than two batches, and some without chords."""
    sheets = own_sheets(150, n_bars=8, seed=6)
    return [replace(s, chords=s.chords[: 0 if n % 3 == 0 else None]) for n, s in enumerate(sheets)]


def test_a_library_on_disk_is_the_one_in_memory(
    crew: Crew, sheets: list[LeadSheet], tmp_path: Path
) -> None:
    tunes = [lay_on_grid(sheet, VOCABULARY) for sheet in sheets]
    expected, pairs = SegmentLibrary.of_tunes(tunes), positive_pairs(tunes, 2)
    with LibraryFiles(tmp_path / "library", COMMON_TIME) as files:
        for laid in lay_out(sheets, PLAN, crew):
            files.add(laid)
        library = files.library(VOCABULARY.heard_as)
        assert np.array_equal(files.pairs(), pairs)
    assert (library.tunes, library.grid) == (expected.tunes, expected.grid)
    for name in ("tune_steps", "steps", "starts", "phases"):
        found, wanted = getattr(library, name), getattr(expected, name)
        assert found.dtype == wanted.dtype and np.array_equal(found, wanted)
    assert files.joined == len(np.unique(expected.tune_of[pairs[:, 0]]))


def test_a_library_of_no_tunes_is_empty(tmp_path: Path) -> None:
    with LibraryFiles(tmp_path / "library", COMMON_TIME) as files:
        assert len(files.library(VOCABULARY.heard_as)) == len(files.pairs()) == files.n_tunes == 0


def test_only_tunes_without_chords_get_some(crew: Crew, sheets: list[LeadSheet]) -> None:
    harmoniser = shipped_harmoniser()
    found = list(harmonised(sheets, harmoniser, crew))
    assert [sheet.source for sheet in found] == [sheet.source for sheet in sheets]
    for before, after in zip(sheets, found, strict=True):
        assert np.array_equal(after.chords, with_chords(before, harmoniser).chords)
        assert len(after.chords) > 0


def test_it_is_counted_how_long_the_chords_sound_that_a_model_knows(crew: Crew) -> None:
    (sheet,) = own_sheets(1, seed=3)

    def laid(sheet: LeadSheet) -> LaidTune:
        return next(lay_out([sheet], PLAN, crew))

    whole = laid(sheet)
    assert 0 < whole.known_ticks == whole.ticks == sum(sheet.chord_ticks().values())
    half = sheet.chords.copy()
    half[: len(half) // 2, 2] = 2 + half[: len(half) // 2, 2]  # qualities that no class has
    assert laid(replace(sheet, chords=half)).known_ticks < whole.known_ticks
