"""The section of the music that a passage belongs to, as the band needs to know it."""

from livedshl.arranger import Section
from livedshl.improviser import Passage, Place
from livedshl.improviser.form import SECTION_BARS
from livedshl.music import Grid

_FREE_SECTIONS = 4  # of 8 bars, over which the band builds in a free run


def section_of(passage: Passage, grid: Grid) -> Section:
    """The section that a passage belongs to; a free run has sections of 8 bars for the band."""
    bar, place = passage.beat // grid.bar_beats, passage.place
    if place is None:
        block = bar // SECTION_BARS
        tune, number = divmod(block, _FREE_SECTIONS)
        return Section(block * SECTION_BARS * grid.bar_beats, tune + 1, number, _FREE_SECTIONS)
    return Section(
        beat=(bar - (place.bar - 1)) * grid.bar_beats,
        tune=place.tune,
        number=_number_of(place),
        sections=len(place.plan),
        time=place.time,
        letter=place.section,
    )


def _number_of(place: Place) -> int:
    """The number of the section in its tune, from 0; one that is frozen keeps the last it had."""
    numbers = [number for number, letter in enumerate(place.plan) if letter == place.section]
    return numbers[min(place.time, len(numbers)) - 1]
