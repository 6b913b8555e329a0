"""The pitch of a note: what the key, the bar and a tie say of its letter."""

from collections.abc import Iterable, Mapping
from enum import Enum

_STEPS = {letter: step for step, letter in enumerate("CDEFGAB")}
_SEMITONES = (0, 2, 4, 5, 7, 9, 11)
_MIDDLE_C = 60
_ALTERATIONS = {"^": 1, "^^": 2, "=": 0, "_": -1, "__": -2}
_NOTES = {
    **{letter: step for letter, step in _STEPS.items()},
    **{letter.lower(): step + 7 for letter, step in _STEPS.items()},
}

Spelling = tuple[int, int]  # diatonic steps from middle C, alteration in semitones


class Propagation(Enum):
    """What an accidental applies to until the end of its bar. ABC 2.1, section 11.3."""

    NOT = "not"
    OCTAVE = "octave"
    PITCH = "pitch"


class Pitches:
    """Knows the accidentals that are in force in one voice."""

    def __init__(self, signature: Mapping[str, int], shift: int) -> None:
        """shift: semitones that the voice sounds above its notation."""
        self.propagation = Propagation.PITCH
        self.shift = shift
        self._signature = _by_step(signature)
        self._in_bar: dict[int, int] = {}
        self._tied: dict[int, int] = {}

    def begin_bar(self) -> None:
        """Ends the accidentals of the bar before."""
        if self._in_bar:
            self._in_bar = {}

    def change_key(self, signature: Mapping[str, int]) -> None:
        """Puts another signature in force; accidentals of the bar end."""
        self._signature = _by_step(signature)
        self._in_bar = {}

    def tie(self, spellings: Iterable[Spelling]) -> None:
        """Lets the accidentals of these notes hold for the notes that they are tied to."""
        self._tied = dict(spellings)

    def end_ties(self) -> None:
        """Ends the accidentals of ties: the notes after them have been read."""
        if self._tied:
            self._tied = {}

    def spell(self, accidental: str | None, letter: str, octave: str) -> Spelling:
        """Reads a note as written."""
        step = _NOTES[letter]
        if octave:
            step += 7 * (octave.count("'") - octave.count(","))
        place = step % 7 if self.propagation is Propagation.PITCH else step
        if accidental:
            alteration = _ALTERATIONS[accidental]
            if self.propagation is not Propagation.NOT:
                self._in_bar[place] = alteration
            return step, alteration
        alteration = self._signature[step % 7]
        if self._in_bar:
            alteration = self._in_bar.get(place, alteration)
        if self._tied and place not in self._in_bar:
            alteration = self._tied.get(step, alteration)
        return step, alteration

    def midi_pitch(self, spelling: Spelling) -> int:
        """The MIDI pitch at which a note sounds."""
        step, alteration = spelling
        return _MIDDLE_C + step // 7 * 12 + _SEMITONES[step % 7] + alteration + self.shift


def _by_step(signature: Mapping[str, int]) -> list[int]:
    return [signature.get(letter, 0) for letter in _STEPS]
