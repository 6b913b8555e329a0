"""Spells pitch classes and chords as the key that is played in wants them."""

from livedshl.music import Chord
from livedshl.music.chords import QUALITIES
from livedshl.music.leadsheet import Key

_FIFTHS_LINE = "FCGDAEB"
_SIGNS = {-2: "♭♭", -1: "♭", 0: "", 1: "♯", 2: "♯♯"}


def fifths_of(key: Key) -> int:
    """The key signature: how many sharps; negative, how many flats."""
    return (key.shift * 7 + 5) % 12 - 5


def spell(pitch_class: int, fifths: int) -> tuple[str, int]:
    """Letter and alteration of a pitch class in a major key: from three flats to five sharps of it.

    On the line of fifths a key's own notes are the seven from one step below its tonic; the
    chromatic ones beyond are the borrowed flats and the leading notes' sharps.
    """
    position = next(p for p in range(fifths - 3, fifths + 9) if p * 7 % 12 == pitch_class)
    return _FIFTHS_LINE[(position + 1) % 7], (position + 1) // 7


def chord_name(chord: Chord, fifths: int) -> str:
    """A chord as a musician of this key writes it, "G♭m7"."""
    letter, alter = spell(chord.root, fifths)
    return letter + _SIGNS[alter] + QUALITIES[chord.quality][0]


def key_name(key: Key) -> str:
    """A key in words, "B♭ major"."""
    letter, alter = spell(key.tonic, fifths_of(key))
    return f"{letter}{_SIGNS[alter]} {key.mode.value}"
