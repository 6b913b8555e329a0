"""Names chords by their notes, so that `read_chord_symbol` reads the same chord."""

from collections.abc import Collection

from livedshl.music.chords import NOTE_NAMES, QUALITIES, Chord
from livedshl.music.leadsheet import Key
from livedshl.music.spelling import fifths_of, spell

_NINTH, _THIRDS = 2, (3, 4)
_SIGNS = {-1: "b", 0: "", 1: "#"}
_SUFFIXES = {frozenset(intervals): name for name, intervals in QUALITIES}
_WITH_NINTH = {
    "": "add9", "m": "m(add9)", "7": "9", "m7": "m9", "maj7": "maj9", "6": "6/9", "m6": "m6/9",
    "mmaj7": "mmaj9",
}  # fmt: skip


def name_of_notes(chord: Chord, notes: Collection[int], key: Key) -> str:
    """A chord symbol in plain letters, spelled for a key.

    notes: semitones above the root, 0 first, that sound in place of the chord's own. The bass after
    a slash is the chord's.
    """
    above = set(notes)
    has_ninth = _NINTH in above and not above.isdisjoint(_THIRDS)
    below = frozenset(above - {_NINTH} if has_ninth else above)
    suffix = _SUFFIXES.get(below)
    if suffix is None:
        nearest = Chord.of_pitch_classes(chord.root, [chord.root + note for note in below])
        suffix = QUALITIES[nearest.quality][0]
    if has_ninth:
        suffix = _WITH_NINTH.get(suffix, suffix)
    symbol = _letter(chord.root, key) + suffix
    return f"{symbol}/{_letter(chord.lowest, key)}" if chord.bass else symbol


def _letter(pitch_class: int, key: Key) -> str:
    """A note, as the key spells it; without double sharps, which few programs read in a chord."""
    letter, alter = spell(pitch_class, fifths_of(key))
    return letter + _SIGNS[alter] if alter in _SIGNS else NOTE_NAMES[pitch_class]
