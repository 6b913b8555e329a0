"""Reads notes of MusicXML as a player does: in the order of time, by key signature and signs."""

from hypothesis import strategies as st

from livedshl.music import Mode
from livedshl.music.leadsheet import Key

_SIGNS = {"flat-flat": -2, "flat": -1, "natural": 0, "sharp": 1, "double-sharp": 2}
_SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}

keys = st.builds(Key, st.integers(0, 11), st.sampled_from([Mode.MAJOR, Mode.MINOR]))


def by_time(measure):
    """The notes of a measure with pitches: when they start, in the order of time."""
    now = start = 0
    found = []
    for element in measure:
        length = int(element.findtext("duration", "0"))
        if element.tag == "backup":
            now -= length
        elif element.tag in ("note", "forward") and element.find("chord") is None:
            start, now = now, now + length
        if element.find("pitch") is not None:
            found.append((start, element))
    return sorted(found, key=lambda at: at[0])


def pitch_of(note):
    """The pitch that a program reads."""
    return _natural(note) + int(note.findtext("pitch/alter", "0"))


def is_tied_back(note):
    """Whether a note goes on from the one before."""
    return any(tie.get("type") == "stop" for tie in note.findall("tie"))


def read_by_signs(part):
    """The notes of a part, each with the pitch that a player reads; what is tied sounds on."""
    signature, last = {}, {}
    for measure in part.iter("measure"):
        if fifths := measure.findtext("attributes/key/fifths"):
            count = int(fifths)
            letters = "FCGDAEB"[:count] if count >= 0 else "BEADGCF"[:-count]
            signature = dict.fromkeys(letters, 1 if count >= 0 else -1)
        signs = {}
        for _, note in by_time(measure):
            letter = note.findtext("pitch/step")
            place = note.findtext("staff"), letter, note.findtext("pitch/octave")
            if sign := note.findtext("accidental"):
                signs[place] = _SIGNS[sign]
            if not is_tied_back(note):
                last[place] = _natural(note) + signs.get(place, signature.get(letter, 0))
            yield note, last[place]


def _natural(note):
    letter, octave = note.findtext("pitch/step"), int(note.findtext("pitch/octave"))
    return 12 * (octave + 1) + _SEMITONES[letter]
