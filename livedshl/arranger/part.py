"""Parts: each instrument's role, channel, range and rhythm."""

from dataclasses import dataclass
from enum import Enum


class Role(Enum):
    """What a part plays in the band."""

    MELODY = "melody"
    CHORDS = "chords"
    BASS = "bass"
    DRUMS = "drums"
    COUNTER = "counter"  # a second voice below the melody
    DRONE = "drone"  # tonic and fifth, whatever the chords


class Pattern(Enum):
    """The rhythm of a part. Each role has a table of the patterns it can play."""

    WRITTEN = "written"  # melody: every note
    STRONG = "strong"  # melody: one long tone for each strong beat
    SUSTAIN = "sustain"  # strikes on every bar line and chord change, and holds
    PAD = "pad"  # holds; when the chord changes, only the voices that move strike
    BEATS = "beats"  # on every beat
    OFFBEATS = "offbeats"  # on the second and fourth beat
    STRUM = "strum"  # down and up, as a guitar does
    BOOM_CHICK = "boom-chick"  # low on the strong beats, high between
    WALTZ = "waltz"  # low on the first beat, high on the others
    ARPEGGIO = "arpeggio"  # up and down, ringing
    ALBERTI = "alberti"  # low, high, middle, high, ringing
    ROOT_FIFTH = "root-fifth"  # bass: root on the strong beat, fifth on the next
    WALKING = "walking"  # bass: a note on every beat; the last leads to the next chord
    PEDAL = "pedal"  # bass: the tonic, whatever the chords
    KIT = "kit"
    BRUSHES = "brushes"
    MARCH = "march"
    BODHRAN = "bodhran"
    ANSWER = "answer"  # counter-melody: in the second half of each phrase
    PARALLEL = "parallel"  # counter-melody: throughout


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the band.

    name: also the name of its track.
    channel: MIDI channel, 0 to 15, that no other part uses; drums use channel 9.
    program: General MIDI program, 0 to 127.
    volume, pan, reverb: controllers 7, 10 and 91, 0 to 127.
    velocity: of an unaccented note, 1 to 127.
    lowest, highest: its range in MIDI pitches, at least an octave; drums ignore it.
    pattern: its rhythm, one that its role can play.
    density: the share of notes between beats that are played, 0 to 1.
    ornaments: the share of long and repeated melody notes that get a grace note, 0 to 1.
    """

    name: str
    role: Role
    channel: int
    program: int
    volume: int
    velocity: int
    lowest: int
    highest: int
    pattern: Pattern
    density: float = 1.0
    ornaments: float = 0.0
    pan: int = 64
    reverb: int = 40
