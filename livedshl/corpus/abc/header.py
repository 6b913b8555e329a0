"""What stands above the notes of an ABC tune and holds for all its voices."""

import re
from dataclasses import dataclass, field
from fractions import Fraction

from livedshl.corpus.abc.fields import (
    KeyField,
    default_length,
    read_key,
    read_length,
    read_metre,
    read_properties,
    read_shift,
)
from livedshl.corpus.abc.pitches import Propagation
from livedshl.corpus.abc.warnings import Warnings
from livedshl.errors import CorpusError
from livedshl.music import Metre

_MOST_VOICES = 100

_USER_SIGN = re.compile(r"([H-Wh-w~])\s*=\s*(?:!([^!]*)!|\+([^+]*)\+|(\"[^\"]*\"))")
_PROPAGATION = re.compile(r"propagate-accidentals\s+(not|octave|pitch)\b")
_SCORE = re.compile(r"(?:score|staves)\s+(.*)")
_VOICE_NAME = re.compile(r"[^\s()\[\]{}|*]+")
_TRANSPOSE = re.compile(r"MIDI\s+transpose\s+(-?\d{1,2})\b")
_DRUMS = re.compile(r"MIDI\s+channel\s+10\b")


@dataclass(slots=True)
class VoiceInfo:
    """What a V: field says of a voice. label: what to call it. shift: semitones, None if unsaid."""

    label: str
    is_bass: bool = False
    is_percussion: bool = False
    shift: int | None = None


@dataclass(slots=True)
class Header:
    """The fields that every voice begins with.

    unit: the note length, in whole notes; None if L: does not say. metre: None if M: says "none".
    parts: the order of the parts (P:). symbols: what letters mean that U: defines. voices: by
        name, from the top of the page.
    """

    warnings: Warnings
    unit: Fraction | None = None
    has_metre: bool = False
    metre: Metre | None = None
    key: KeyField | None = None
    parts: str = ""
    symbols: dict[str, str] = field(default_factory=dict)
    voices: dict[str, VoiceInfo] = field(default_factory=dict)
    propagation: Propagation = Propagation.PITCH
    shift: int = 0

    def note_length(self) -> Fraction:
        """The note length with which the music begins."""
        return self.unit or default_length(self.metre)

    def read(self, name: str, content: str) -> None:
        """Obeys a field. Raises CorpusError for one that is wrong."""
        if name == "L":
            self.unit = self.read_unit(content) or self.unit
        elif name == "M":
            self.has_metre, self.metre = True, read_metre(content)
        elif name == "K":
            self.key = read_key(content)
        elif name == "P":
            self.parts = content
        elif name == "V":
            self.declare(content)
        elif name == "U":
            self.define(content)
        elif name == "m":
            self.warnings.say("Macros (m:) are not expanded.")
        elif name in ("%", "I"):
            self.direct(content)

    def read_unit(self, content: str) -> Fraction | None:
        """The note length of an L: field; None, with a warning, if it is not understood."""
        unit = read_length(content)
        if unit is None:
            self.warnings.say(f"The note length L:{content[:20]} is not understood.")
        return unit

    def declare(self, content: str) -> str:
        """Takes note of a voice; its name."""
        name = (content.split() or ["1"])[0]
        properties = read_properties(content)
        label = next((properties[p] for p in ("name", "nm", "subname", "snm", "sname")
                      if properties.get(p)), name)  # fmt: skip
        info = self.voices.get(name)
        if info is None:
            info = self.voices[name] = VoiceInfo(label)
            self._check_voices()
        elif label != name:
            info.label = label
        clef = properties.get("clef", content)
        info.is_bass = info.is_bass or re.search(r"\bbass", clef) is not None
        info.is_percussion = info.is_percussion or re.search(r"\bperc", clef) is not None
        shift = read_shift(content[len(name) :])
        info.shift = info.shift if shift is None else shift
        return name

    def define(self, content: str) -> None:
        """Obeys a U: field."""
        found = _USER_SIGN.match(content)
        if not found:
            self.warnings.say(f"The sign U:{content[:30]} is not understood.")
            return
        letter, *meanings = found.groups()
        self.symbols[letter] = next(filter(None, meanings), "nil")

    def direct(self, content: str, voice: str | None = None) -> None:
        """Obeys a directive (%% or I:), if it changes what sounds."""
        if found := _PROPAGATION.match(content):
            self.propagation = Propagation(found[1])
        elif found := _SCORE.match(content):
            named = {name: VoiceInfo(name) for name in _VOICE_NAME.findall(found[1])}
            self.voices = {**named, **self.voices}
            self._check_voices()
        elif found := _TRANSPOSE.match(content):
            if voice in self.voices:
                self.voices[voice].shift = int(found[1])
            else:
                self.shift = int(found[1])
        elif _DRUMS.match(content) and voice in self.voices:
            self.voices[voice].is_percussion = True

    def _check_voices(self) -> None:
        if len(self.voices) > _MOST_VOICES:
            raise CorpusError(f"more than {_MOST_VOICES} voices")
