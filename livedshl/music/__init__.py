"""Music itself: lead sheets, chords, keys, segments and their features, sections.

This room knows nothing of files, threads and networks.
"""

from livedshl.music.chords import Chord, ChordVocabulary
from livedshl.music.grid import COMMON_TIME, GRIDS, Grid
from livedshl.music.leadsheet import LeadSheet, Metre, Mode
from livedshl.music.segments import Tune
from livedshl.units import TICKS_PER_BEAT, TICKS_PER_STEP

__all__ = [
    "COMMON_TIME",
    "GRIDS",
    "TICKS_PER_BEAT",
    "TICKS_PER_STEP",
    "Chord",
    "ChordVocabulary",
    "Grid",
    "LeadSheet",
    "Metre",
    "Mode",
    "Tune",
]
