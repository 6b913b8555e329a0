"""Arranges passages for a band: voicings, patterns, registers and groove, as timed MIDI events.

It counts in ticks and knows no seconds, ports or threads.
"""

from livedshl.arranger.arranger import (
    Arranger,
    patterns_of,
    volume_message,
)
from livedshl.arranger.groove import MOST_TIMING_TICKS, Groove
from livedshl.arranger.mixer import Mixer
from livedshl.arranger.part import Part, Pattern, Role

__all__ = [
    "MOST_TIMING_TICKS",
    "Arranger",
    "Groove",
    "Mixer",
    "Part",
    "Pattern",
    "Role",
    "patterns_of",
    "volume_message",
]
