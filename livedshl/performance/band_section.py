"""The section of the music that a passage belongs to, as the band needs to know it."""

from livedshl.arranger import Section
from livedshl.improviser import Passage
from livedshl.improviser.form import SECTION_BARS
from livedshl.music import Grid

_FREE_SECTIONS = 4  # of 8 bars, over which the band builds in a free run


def section_of(passage: Passage, grid: Grid, *, has_intro: bool) -> Section:
    """The section that a passage belongs to; a free run has sections of 8 bars for the band.

    has_intro: whether the music began with one.
    """
    bar, place = passage.beat // grid.bar_beats, passage.place
    if place is None:
        block = bar // SECTION_BARS
        tune, number = divmod(block, _FREE_SECTIONS)
        return Section(block * SECTION_BARS * grid.bar_beats, tune + 1, number, _FREE_SECTIONS)
    number = max(0, place.number)
    return Section(
        beat=(bar - (place.bar - 1)) * grid.bar_beats,
        tune=place.tune,
        number=number,
        sections=len(place.plan),
        time=place.time,
        letter=place.section if place.section in place.plan else "",
        intro_bars=place.bars if place.is_intro else 0,
        follows_intro=has_intro and (place.tune, number, place.time) == (1, 0, 1),
    )
