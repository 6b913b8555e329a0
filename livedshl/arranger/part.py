"""Parts: who plays what, on which channel, in which range and rhythm."""

from dataclasses import dataclass
from enum import Enum


class Role(Enum):
    """What a part takes from the music."""

    MELODY = "melody"
    CHORDS = "chords"
    BASS = "bass"


class Pattern(Enum):
    """The rhythm in which a chord or bass part plays its voicing."""

    SUSTAIN = "sustain"  # struck on every bar line and chord change, and held
    BEATS = "beats"  # on every beat
    OFFBEATS = "offbeats"  # on the second and fourth beat
    ROOT_FIFTH = "root-fifth"  # bass: root on the strong beat, fifth on the half bar


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an arrangement.

    name: what a track of it is called.
    channel: MIDI channel, 0 to 15.
    program: General MIDI program, 0 to 127.
    volume: channel volume (controller 7), 0 to 127.
    velocity: of an unaccented note, 1 to 127.
    lowest, highest: MIDI pitches that bound its range, at least an octave apart.
    pattern: the rhythm of chords and bass; a melody has its own.
    """

    name: str
    role: Role
    channel: int
    program: int
    volume: int
    velocity: int
    lowest: int
    highest: int
    pattern: Pattern = Pattern.SUSTAIN
