"""Arranges passages for a band: voicings, patterns, registers and groove, as timed MIDI events.

`plan` draws how intense each section is and who plays, `guide` makes of it what a part plays on
every step; the players do it. It counts in ticks and knows no seconds, ports or threads.
"""

from livedshl.arranger.arranger import Arranger, Cue, volume_message
from livedshl.arranger.groove import MOST_INTRO_BARS, MOST_TIMING_TICKS, Groove
from livedshl.arranger.mixer import Mixer
from livedshl.arranger.part import Colour, Part
from livedshl.arranger.pattern import Pattern, check_pattern, read_pattern
from livedshl.arranger.plan import Conducting
from livedshl.arranger.role import Role
from livedshl.arranger.section import Section
from livedshl.arranger.shipped_patterns import patterns_of
from livedshl.arranger.symbols import symbol_of

__all__ = [
    "MOST_INTRO_BARS",
    "MOST_TIMING_TICKS",
    "Arranger",
    "Colour",
    "Conducting",
    "Cue",
    "Groove",
    "Mixer",
    "Part",
    "Pattern",
    "Role",
    "Section",
    "check_pattern",
    "patterns_of",
    "read_pattern",
    "symbol_of",
    "volume_message",
]
