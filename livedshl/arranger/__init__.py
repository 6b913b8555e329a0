"""Turns passages into parts: voicings, patterns and registers, as timed MIDI events.

Counts in ticks; knows neither ports nor threads.
"""

from livedshl.arranger.arranger import Arranger, Events
from livedshl.arranger.general_midi import program_number
from livedshl.arranger.part import Part, Pattern, Role

__all__ = ["Arranger", "Events", "Part", "Pattern", "Role", "program_number"]
