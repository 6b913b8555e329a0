"""Parts: who plays what, on which channel, in which range and rhythm."""

from dataclasses import dataclass
from enum import Enum

DRUM_CHANNEL = 9  # General MIDI's channel 10, counted from 0


class Role(Enum):
    """What a part takes from the music."""

    MELODY = "melody"
    CHORDS = "chords"
    BASS = "bass"
    DRUMS = "drums"
    COUNTER = "counter"  # a second voice below the melody
    DRONE = "drone"  # tonic and fifth, whatever the chords do


class Pattern(Enum):
    """The rhythm in which a part plays; the table of each role says what it knows."""

    WRITTEN = "written"  # melody: every note
    STRONG = "strong"  # melody: one long tone for each strong beat
    SUSTAIN = "sustain"  # struck on every bar line and chord change, and held
    PAD = "pad"  # held, and of a new chord only the voices that move are struck
    BEATS = "beats"  # on every beat
    OFFBEATS = "offbeats"  # on the second and fourth beat
    STRUM = "strum"  # down and up, as a guitar does
    BOOM_CHICK = "boom-chick"  # low on the strong beats, high between
    WALTZ = "waltz"  # low on the first beat, high on the others
    ARPEGGIO = "arpeggio"  # up and down, ringing
    ALBERTI = "alberti"  # low, high, middle, high, ringing
    ROOT_FIFTH = "root-fifth"  # bass: root on the strong beat, fifth on the next
    WALKING = "walking"  # bass: a note a beat, the last one leading to the next chord
    PEDAL = "pedal"  # bass: the tonic, whatever the chords do
    KIT = "kit"
    BRUSHES = "brushes"
    MARCH = "march"
    BODHRAN = "bodhran"
    ANSWER = "answer"  # counter-melody: in the second half of each phrase
    PARALLEL = "parallel"  # counter-melody: throughout


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an arrangement.

    name: what a track of it is called.
    channel: MIDI channel, 0 to 15, of no other part; drums play on `DRUM_CHANNEL`.
    program: General MIDI program, 0 to 127.
    volume, pan, reverb: controllers 7, 10 and 91, 0 to 127.
    velocity: of an unaccented note, 1 to 127.
    lowest, highest: MIDI pitches that bound its range, at least an octave apart; not for drums.
    pattern: its rhythm, one of those that its role knows.
    density: share of the notes between beats that are played.
    ornaments: share of the long and repeated melody notes that get a grace note.
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
