"""Spells notes, chords and keys the way a musician writes them in a given key."""

from livedshl.music import Chord
from livedshl.music.chords import QUALITIES
from livedshl.music.leadsheet import Key, Mode

_FIFTHS_LINE = "FCGDAEB"
# The place of each mode's tonic on the line of fifths, in C major's signature.
_PLACES = {Mode.MAJOR: 0, Mode.MIXOLYDIAN: 1, Mode.DORIAN: 2, Mode.MINOR: 3}
_SIGNS = {-2: "♭♭", -1: "♭", 0: "", 1: "♯", 2: "♯♯"}


def fifths_of(key: Key) -> int:
    """The key signature: the number of sharps, or of flats as a negative number."""
    return (key.tonic * 7 - _PLACES.get(key.mode, 0) + 5) % 12 - 5


def spell(pitch_class: int, fifths: int) -> tuple[str, int]:
    """The letter and alteration (1 sharp, -1 flat) of a pitch class in a key signature.

    Twelve neighbours on the line of fifths cover all pitch classes. The seven notes of the key lie
    in the middle, with three flats on one side and two sharps on the other.
    """
    position = next(p for p in range(fifths - 3, fifths + 9) if p * 7 % 12 == pitch_class)
    return _FIFTHS_LINE[(position + 1) % 7], (position + 1) // 7


def chord_name(chord: Chord, fifths: int) -> str:
    """A chord spelled for a key signature, "G♭m7" or "G♭/B♭"."""
    above = _note_name(chord.root, fifths) + QUALITIES[chord.quality][0]
    return f"{above}/{_note_name(chord.lowest, fifths)}" if chord.bass else above


def _note_name(pitch_class: int, fifths: int) -> str:
    letter, alter = spell(pitch_class, fifths)
    return letter + _SIGNS[alter]


def key_name(key: Key) -> str:
    """A key in words, "B♭ major"."""
    letter, alter = spell(key.tonic, fifths_of(key))
    return f"{letter}{_SIGNS[alter]} {key.mode.value}"
