"""The names of the chords as a band plays them, with the notes that it adds."""

from collections.abc import Sequence
from functools import partial

from livedshl.arranger.part import Part
from livedshl.arranger.role import Role
from livedshl.arranger.stretch import is_in_key
from livedshl.arranger.voicing import coloured
from livedshl.music import Chord
from livedshl.music.chord_names import name_of_notes
from livedshl.music.leadsheet import Key

_ROOT, _FIFTH = 0, 7


def symbol_of(chord: Chord, parts: Sequence[Part], key: Key) -> str:
    """The chord symbol for what the parts play over a chord, as both sound in a key.

    It has the notes of all parts that play chords; a band without any plays the chord as it is.
    The root is in it, whoever plays it, and so is a perfect fifth that a voicing leaves out.
    """
    in_key = partial(is_in_key, key_shift=key.shift)
    notes = {
        interval
        for part in parts
        if part.role is Role.CHORDS
        for interval in coloured(chord, part.colour, key.tonic, in_key)
    }
    supplied = {_ROOT, *({_FIFTH} & set(chord.intervals))}
    return name_of_notes(chord, notes | supplied if notes else set(chord.intervals), key)
