"""Reads an ABC tune line by line: its fields, and the music of its voices."""

import re
from collections.abc import Sequence

from livedshl.corpus.abc.bars import AbcBar
from livedshl.corpus.abc.book import AbcTune, TuneLine, lines_of
from livedshl.corpus.abc.fields import read_key, read_metre
from livedshl.corpus.abc.header import Header
from livedshl.corpus.abc.lead_sheet import lead_sheet
from livedshl.corpus.abc.lengths import NoteLengths
from livedshl.corpus.abc.music import read_music
from livedshl.corpus.abc.pitches import Pitches
from livedshl.corpus.abc.voice import Voice
from livedshl.corpus.abc.warnings import Warnings
from livedshl.corpus.account import Account
from livedshl.corpus.bounds import check_size
from livedshl.errors import CorpusError
from livedshl.music import LeadSheet, Mode
from livedshl.music.leadsheet import Key

_IMPLICIT = "1"  # the voice of a tune that names none
_NO_KEY = Key(0, Mode.OTHER)
_UNPLAYED = re.compile(r'"[^"\n]*"|![^!\n]*!')


def read_abc_tune(tune: AbcTune, source: str) -> tuple[LeadSheet, Account]:
    """The lead sheet of an ABC tune, and what was made of it.

    Raises CorpusError if the tune cannot be used.
    """
    lines = list(lines_of(tune.text))
    check_size(tune.text, "\n".join(_UNPLAYED.sub("", n.content) for n in lines if not n.field))
    reader = _TuneReader()
    for line in lines_of(tune.header):
        reader.header.read(line.field, line.content)
    for line in reader.read_header(lines):
        reader.read_line(line)
    voices = reader.finish()
    return lead_sheet(voices, reader.header, tune.title or f"Tune {tune.number}", source)


class _TuneReader:
    """Reads the lines of one tune into voices."""

    def __init__(self) -> None:
        self.warnings = Warnings()
        self.header = Header(self.warnings)
        self._voices: dict[str, Voice] = {}
        self._name = ""  # of the voice that is being read

    def read_header(self, lines: Sequence[TuneLine]) -> Sequence[TuneLine]:
        """Reads the fields up to K:, which ends the header; the lines that follow."""
        strays = 0
        for number, line in enumerate(lines, 1):
            strays += not line.field
            self.header.read(line.field, line.content)
            if line.field == "K":
                if strays:
                    self.warnings.say("Text between the fields above the music is left out.")
                self.header.unit = self.header.note_length()
                return lines[number:]
        raise CorpusError("no key (the K: field is missing)")

    def read_line(self, line: TuneLine) -> None:
        """Reads a line below the header."""
        if line.field:
            self._obey(line.field, line.content, is_inline=False)
        else:
            read_music(line.content, self._voice(), self.header.symbols, self._obey_inline)

    def finish(self) -> dict[str, Sequence[AbcBar]]:
        """Ends the tune; the bars of each voice."""
        for voice in self._voices.values():
            voice.finish()
        return {name: voice.bars for name, voice in self._voices.items()}

    # ------------------------------------------------------------------ fields

    def _obey_inline(self, field: str) -> Voice:
        self._obey(field[0], field[2:].strip(), is_inline=True)
        return self._voice()

    def _obey(self, name: str, content: str, *, is_inline: bool) -> None:
        """Obeys a field below the header."""
        if name == "V":
            self._name = self.header.declare(content)
        elif name == "K":
            self._change_key(content)
        elif name == "M":
            self._change_metre(content)
        elif name == "L":
            self._change_length(content)
        elif name == "P":
            self._begin_part(content, is_inline=is_inline)
        elif name == "U":
            self.header.define(content)
        elif name in ("%", "I"):
            self.header.direct(content, self._name)
            for voice in self._voices.values():
                voice.pitches.propagation = self.header.propagation
        elif name == "m":
            self.header.read(name, content)
        elif name == "s" and '"' in content:
            self.warnings.say("Chord symbols in a line of symbols (s:) are left out.")

    def _change_length(self, content: str) -> None:
        """Before the first note it holds for all voices, afterwards for the voice being read."""
        if not self._voices:
            self.header.read("L", content)
        elif unit := self.header.read_unit(content):
            self._voice().lengths.change_unit(unit)

    def _change_metre(self, content: str) -> None:
        metre = read_metre(content)
        if not self._voices:
            self.header.has_metre, self.header.metre = True, metre
        elif metre is None:
            raise CorpusError("a part without metre (M:none)")
        else:
            self._voice().change_metre(metre)

    def _change_key(self, content: str) -> None:
        found = read_key(content)
        if not self._voices and found.key:
            self.header.key = found
            return
        voice = self._voice()
        if found.key:
            voice.change_key(found.key, found.signature)
        if found.shift is not None:
            voice.pitches.shift = found.shift

    def _begin_part(self, name: str, *, is_inline: bool) -> None:
        """A P: line holds for all voices, one within a line for its own."""
        voices = [self._voice()] if is_inline else [self._voice(), *self._voices.values()]
        for voice in voices:
            voice.begin_part(name)

    # ------------------------------------------------------------------ voices

    def _voice(self) -> Voice:
        """The voice that is being read."""
        if not self._name:
            self._name = next(iter(self.header.voices), "") or self.header.declare(_IMPLICIT)
        voice = self._voices.get(self._name)
        if voice is None:
            voice = self._voices[self._name] = self._new_voice(self._name)
        return voice

    def _new_voice(self, name: str) -> Voice:
        header = self.header
        if not header.has_metre:
            raise CorpusError("no metre (the M: field is missing)")
        if header.metre is None or header.key is None:
            raise CorpusError("no metre (M:none)")
        info = header.voices.get(name)
        shift = info.shift if info and info.shift is not None else header.key.shift or 0
        pitches = Pitches(header.key.signature, header.shift + shift)
        pitches.propagation = header.propagation
        lengths = NoteLengths(header.note_length(), header.metre)
        return Voice(header.key.key or _NO_KEY, pitches, lengths, self.warnings)
