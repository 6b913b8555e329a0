"""Turns passages into parts: voicings, patterns, registers and groove, as timed MIDI events.

Counts in ticks; knows neither ports nor threads.
"""

from livedshl.arranger.arranger import Arranger, Events, patterns_of
from livedshl.arranger.general_midi import program_number
from livedshl.arranger.groove import MOST_TIMING_TICKS, Groove
from livedshl.arranger.part import DRUM_CHANNEL, Part, Pattern, Role

__all__ = [
    "DRUM_CHANNEL",
    "MOST_TIMING_TICKS",
    "Arranger",
    "Events",
    "Groove",
    "Part",
    "Pattern",
    "Role",
    "patterns_of",
    "program_number",
]
