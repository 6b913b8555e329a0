"""Parts: each instrument's role, channel, range and pattern."""

from dataclasses import dataclass
from enum import Enum

from livedshl.arranger.pattern import Pattern
from livedshl.arranger.role import Role

BY_CODE = "by code"  # a pattern whose notes are found in a library of accompaniment


class Colour(Enum):
    """What a part adds to the chords it plays."""

    PLAIN = "plain"  # nothing
    SEVENTHS = "sevenths"  # sixths on major chords, sevenths on others
    NINTHS = "ninths"  # sixth and ninth, or seventh and ninth, without the root
    BLUES = "blues"  # a minor seventh on every major chord
    OPEN = "open"  # a ninth in place of the root


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the band.

    name: also the name of its track.
    channel: MIDI channel, 0 to 15, that no other part uses; drums use channel 9.
    program: General MIDI program, 0 to 127.
    volume, pan, reverb: controllers 7, 10 and 91, 0 to 127.
    velocity: of an unaccented note, 1 to 127.
    lowest, highest: its range in MIDI pitches, at least an octave; drums ignore it.
    pattern: the name of its pattern, which ships with livedshl or is the one in `own`.
    density: the share of notes between beats that are played, 0 to 1.
    ornaments: the share of long and repeated melody notes that get a grace note, 0 to 1.
    colour: what it adds to chords. own: a pattern that does not ship with livedshl.
    """

    name: str
    role: Role
    channel: int
    program: int
    volume: int
    velocity: int
    lowest: int
    highest: int
    pattern: str
    density: float = 1.0
    ornaments: float = 0.0
    pan: int = 64
    reverb: int = 40
    colour: Colour = Colour.PLAIN
    own: Pattern | None = None

    @property
    def plays_by_code(self) -> bool:
        """Whether its notes are found in a library of accompaniment."""
        return self.pattern == BY_CODE and self.own is None
