"""The roles in a band."""

from enum import Enum


class Role(Enum):
    """What a part plays in the band."""

    MELODY = "melody"
    CHORDS = "chords"
    BASS = "bass"
    DRUMS = "drums"
    COUNTER = "counter"  # a second voice below the melody
    DRONE = "drone"  # tonic and fifth, whatever the chords
