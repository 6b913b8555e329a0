"""Music itself: lead sheets, chords, segments and their features, and the harmoniser.

Knows nothing of files, threads or networks.
"""

from livedshl.music.chords import Chord, ChordVocabulary
from livedshl.music.leadsheet import LeadSheet, Metre, Mode
from livedshl.music.segments import (
    HOP_STEPS,
    SEGMENT_STEPS,
    Tune,
)
from livedshl.units import STEPS_PER_BEAT, TICKS_PER_BEAT, TICKS_PER_STEP

__all__ = [
    "HOP_STEPS",
    "SEGMENT_STEPS",
    "STEPS_PER_BEAT",
    "TICKS_PER_BEAT",
    "TICKS_PER_STEP",
    "Chord",
    "ChordVocabulary",
    "LeadSheet",
    "Metre",
    "Mode",
    "Tune",
]
