"""Spells notes, chords and keys the way a musician writes them in a given key."""

from livedshl.music import Chord
from livedshl.music.chords import QUALITIES
from livedshl.music.leadsheet import Key, Mode

_FIFTHS_LINE = "FCGDAEB"
# The place of each mode's tonic on the line of fifths, in C major's signature.
_PLACES = {Mode.MAJOR: 0, Mode.MIXOLYDIAN: 1, Mode.DORIAN: 2, Mode.MINOR: 3}
_LETTERS = "CDEFGAB"
_NATURALS = (0, 2, 4, 5, 7, 9, 11)
_FOURTH, _FIFTH, _SIXTH = 5, 7, 9  # semitones above a root
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


def spell_over(pitch_class: int, chord: Chord | None, fifths: int) -> tuple[str, int]:
    """The same over a chord: its notes have the letters of its thirds, so B♭ minor has D♭.

    Other notes, and those that would need a double sharp or flat, are spelled for the key.
    """
    if chord is not None and (pitch_class - chord.root) % 12 in chord.intervals:
        interval = (pitch_class - chord.root) % 12
        root, _ = spell(chord.root, fifths)
        place = _LETTERS.index(root) + _letters_up(interval, chord.intervals)
        alter = (pitch_class - _NATURALS[place % 7] + 6) % 12 - 6
        if abs(alter) < 2:
            return _LETTERS[place % 7], alter
    return spell(pitch_class, fifths)


def _letters_up(interval: int, intervals: tuple[int, ...]) -> int:
    """How many letters above its root a note of a chord is written."""
    if interval == _FOURTH:
        return 3
    if interval == _SIXTH and _FIFTH in intervals:
        return 5
    return 2 * intervals.index(interval)


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
