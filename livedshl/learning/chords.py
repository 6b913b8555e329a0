"""Gives chords to tunes without any."""

from livedshl.bundle.harmonisers import HARMONISER, read_harmoniser, shipped_harmoniser
from livedshl.music.leadsheet import LeadSheet
from livedshl.networks.harmoniser import Harmoniser

__all__ = ["HARMONISER", "read_harmoniser", "shipped_harmoniser", "with_chords"]


def with_chords(sheet: LeadSheet, harmoniser: Harmoniser | None) -> LeadSheet:
    """The sheet, harmonised if it has no chords of its own."""
    bare = not (len(sheet.chords) and (sheet.chords[:, 1] >= 0).any())
    return harmoniser.harmonise(sheet) if harmoniser and bare else sheet
