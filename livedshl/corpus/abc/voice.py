"""Reads the music of one voice of an ABC tune into bars. ABC 2.1, section 4."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from livedshl.corpus.abc.bars import Bar, Sound
from livedshl.corpus.abc.pitches import Pitches, Spelling
from livedshl.corpus.abc.rhythm import Rhythm, broken
from livedshl.corpus.abc.signs import apply_mark, mark_of
from livedshl.corpus.abc.tokens import CHORD_NOTE, TOKEN, multiple, passes
from livedshl.corpus.abc.warnings import Warnings
from livedshl.corpus.bounds import MOST_BARS
from livedshl.errors import CorpusError
from livedshl.music import Metre
from livedshl.music.chord_symbols import read_chord_symbol, resembles_chord_symbol
from livedshl.music.leadsheet import Key

_HIGHEST_PITCH = 127
_Token = re.Match[str]


class Voice:
    """One voice: what has been read of it, and what holds for its next note."""

    def __init__(self, key: Key, pitches: Pitches, rhythm: Rhythm, warnings: Warnings) -> None:
        self.bars: list[Bar] = []
        self.pitches = pitches
        self.rhythm = rhythm
        self._warnings = warnings
        self._key = key.transposed(pitches.shift)
        self._bar = Bar(rhythm.metre, self._key)
        self._last: Sound | None = None
        self._spellings: tuple[Spelling, ...] = ()  # of the last sound
        self._broken = ""  # ">" or "<", until the note after it
        self._in_overlay = False

    def read(self, text: str, symbols: Mapping[str, str], field: Callable[[str], "Voice"]) -> None:
        """Reads a line of music.

        symbols: what the letters mean that U: defines. field: obeys an inline field and gives the
        voice that goes on.
        """
        voice = self
        for token in TOKEN.finditer(text):
            kind = token.lastgroup
            if kind == "space":
                continue
            if kind == "field":
                voice = field(token["field"])
            elif kind == "bar":
                voice._read_bar_line(token)
            elif voice._in_overlay:
                continue
            elif kind == "sign":
                voice._read_sign(symbols.get(token["sign"], ""), token["sign"])
            else:
                _READERS[str(kind)](voice, token)

    # ------------------------------------------------------------------ fields

    @property
    def number(self) -> int:
        """The number of the bar that is being read, from 1."""
        return len(self.bars) + 1

    def change_metre(self, metre: Metre) -> None:
        """Lets the next bar, or this one if nothing is in it, have another metre."""
        self.rhythm.metre = metre
        if not self._bar.sounds:
            self._bar.metre = metre

    def change_key(self, key: Key, signature: Mapping[str, int]) -> None:
        """Puts another key in force from the next note on."""
        self.pitches.change_key(signature)
        self._key = key.transposed(self.pitches.shift)
        if self._bar.sounds:
            self._bar.new_keys.append((len(self._bar.sounds), self._key))
        else:
            self._bar.key = self._key

    def begin_part(self, name: str) -> None:
        """Lets a part begin with the next bar."""
        self._close()
        self._bar.part = name

    def finish(self) -> None:
        """Ends the last bar."""
        self._close()
        self._hand_marks_back()

    # ------------------------------------------------------------------ sounds

    def _read_note(self, token: _Token) -> None:
        accidental, letter, octave, length = token.group("accidental", "letter", "octave", "length")
        spelling = self.pitches.spell(accidental, letter, octave)
        pitch = self.pitches.midi_pitch(spelling)
        self._add((pitch,), length)
        self._spellings = (spelling,)

    def _read_rest(self, token: _Token) -> None:
        self._add((), token["restlength"])
        self._spellings = ()

    def _read_chord(self, token: _Token) -> None:
        """Reads notes in brackets. The chord is as long as its first note."""
        spelled: list[Spelling] = []
        tied: list[Spelling] = []
        length = None
        for note in CHORD_NOTE.finditer(token["inside"]):
            if note["microtone"]:
                raise CorpusError("quarter tones are not supported")
            if not note["letter"]:
                if note[0].startswith('"'):
                    self._read_symbol(note[0].strip('"'))
                continue
            spelled.append(self.pitches.spell(note["accidental"], note["letter"], note["octave"]))
            if note["tie"]:
                tied.append(spelled[-1])
            length = note["length"] if length is None else length
        if length is None:
            if token["inside"].strip():
                self._warn("[{}] is not understood", token["inside"])
            return
        pitches = sorted(map(self.pitches.midi_pitch, spelled), reverse=True)
        self._add(tuple(pitches), length, multiple(token["chordlength"]))
        self._spellings = tuple(spelled)
        if tied:
            self._tie(tuple(tied))

    def _add(self, pitches: tuple[int, ...], length: str, times: float = 1.0) -> None:
        if pitches and not 0 <= pitches[-1] <= pitches[0] <= _HIGHEST_PITCH:
            raise CorpusError("a note that MIDI does not have")
        sound = Sound(self.rhythm.ticks(multiple(length) * times), pitches)
        if self._broken:
            self._break(self._last, sound)
        self._bar.sounds.append(sound)
        self._last = sound
        self.pitches.end_ties()

    def _read_bars_of_rest(self, token: _Token) -> None:
        count = int(token["count"] or 1)
        if len(self.bars) + count > MOST_BARS:
            raise CorpusError(f"more than {MOST_BARS:,} bars")
        for number in range(count):
            if number:
                self._close()
            self._last = Sound(self.rhythm.metre.bar_ticks, ())
            self._bar.sounds.append(self._last)
        self._spellings = ()

    def _read_tie(self, token: _Token) -> None:
        self._tie(self._spellings)

    def _tie(self, spellings: tuple[Spelling, ...]) -> None:
        if self._last:
            self._last.tied = tuple(map(self.pitches.midi_pitch, spellings))
            self.pitches.tie(spellings)

    def _read_broken(self, token: _Token) -> None:
        self._broken = token["broken"]

    def _break(self, before: Sound | None, after: Sound) -> None:
        """Makes one of two notes longer and one shorter; it means nothing if they differ."""
        if before is None or before.length != after.length:
            self._warn("{} stands between notes of different lengths", self._broken)
        else:
            longer, shorter = broken(self._broken)
            before.length, after.length = before.length * longer, after.length * shorter
        self._broken = ""

    def _read_tuplet(self, token: _Token) -> None:
        p, q, r = (int(digits) if digits else 0 for digits in token.group("p", "q", "r"))
        if not self.rhythm.begin_tuplet(p, q, r):
            self._warn("the tuplet {} is not understood", token[0])

    # ------------------------------------------------------------------ bar lines

    def _read_bar_line(self, token: _Token) -> None:
        signs = token["lines"]
        if signs == ":":
            self._read_colon()
            return
        before, after = _dots(signs)
        if signs == "|:|":  # stands for ":|" or "|:", whichever is missing
            before, after = (1, 0) if self._has_open_repeat() else (0, 1)
        self._close()
        self._in_overlay = False
        self.pitches.begin_bar()
        if self.bars:
            last = self.bars[-1]
            if before:
                last.marks = replace(last.marks, ends_repeat=True, times=before + 1)
            last.is_double = last.is_double or "||" in signs or "]" in signs or "[" in signs
        if after:
            self._bar.marks = replace(self._bar.marks, starts_repeat=True)
        if token["passes"]:
            self._bar.opens = passes(token["passes"])

    def _has_open_repeat(self) -> bool:
        for bar in reversed(self.bars):
            if bar.marks.ends_repeat or bar.marks.starts_repeat:
                return not bar.marks.ends_repeat
        return False

    def _read_colon(self) -> None:
        """Reads a colon without a bar line. Behind one, perhaps on the line before, it is its."""
        if self._bar.sounds:
            self._warn("{} is not understood", ":")
        else:
            self._bar.marks = replace(self._bar.marks, starts_repeat=True)

    def _read_ending(self, token: _Token) -> None:
        self._close()
        self._bar.opens = passes(token["ending"])

    def _read_named_ending(self, token: _Token) -> None:
        digits = re.search(r"\d", token["named"])
        self._close()
        self._bar.opens = frozenset([int(digits[0])]) if digits else frozenset([2])
        if not digits:
            self._warn("the ending {} has no number and is taken for the second", token["named"])

    def _close(self) -> None:
        """Ends a bar that has music; another begins."""
        bar = self._bar
        if bar.sounds:
            self.bars.append(bar)
            self._bar = Bar(self.rhythm.metre, self._key)
            if len(self.bars) > MOST_BARS:
                raise CorpusError(f"more than {MOST_BARS:,} bars")
        else:
            self._hand_marks_back()

    def _hand_marks_back(self) -> None:
        """Gives what stands behind the last bar line, such as D.C., to the bar before it."""
        marks = self._bar.marks
        if self.bars and (marks.fine or marks.jump or marks.to_coda):
            last = self.bars[-1]
            last.marks = replace(
                last.marks,
                fine=last.marks.fine or marks.fine,
                to_coda=last.marks.to_coda or marks.to_coda,
                jump=last.marks.jump or marks.jump,
            )
            self._bar.marks = replace(marks, fine=False, to_coda=False, jump=None)

    # ------------------------------------------------------------------ words and signs

    def _read_quoted(self, token: _Token) -> None:
        text = token["quoted"]
        if not apply_mark(self._bar, mark_of(text.lstrip("^_<>@").strip())):
            self._read_symbol(text)

    def _read_symbol(self, text: str) -> None:
        if not text.strip() or text[0] in "^_<>@":
            return
        at = len(self._bar.sounds)
        symbol = read_chord_symbol(text)
        if symbol is None and not resembles_chord_symbol(text):
            return
        if self._bar.symbols and self._bar.symbols[-1][0] == at:
            return  # of two symbols at one note the first is meant
        if symbol and symbol.chord:
            chord = symbol.chord.transposed(self.pitches.shift)
            self._bar.symbols.append((at, chord.root, chord.quality))
            return
        self._bar.symbols.append((at, -1, 0))
        if symbol is None:
            self._warn("the chord {} is not understood: no chord is played there", text)

    def _read_decoration(self, token: _Token) -> None:
        name = token["decoration"]
        if name and not apply_mark(self._bar, mark_of(name)):
            self._warnings.check_decoration(name, self.number)

    def _read_plus(self, token: _Token) -> None:
        """Reads a decoration, or a chord as the first ABC wrote them: +CEG+."""
        name = token["plus"]
        if apply_mark(self._bar, mark_of(name)):
            return
        if CHORD_NOTE.sub("", name) == "" and not self._warnings.is_decoration(name):
            self._read_chord(TOKEN.match(f"[{name}]") or token)
        else:
            self._warnings.check_decoration(name, self.number)

    def _read_sign(self, defined: str, letter: str) -> None:
        meaning = defined or _SIGNS.get(letter, "")
        if not meaning:
            self._warn("the sign {} is not defined", letter)
        elif meaning.startswith('"'):
            self._read_symbol(meaning.strip('"'))
        else:
            apply_mark(self._bar, mark_of(meaning))

    def _read_overlay(self, token: _Token) -> None:
        if "(" in token[0] or ")" in token[0]:
            raise CorpusError("overlaid voices over several bars ((& ... &)) are not supported")
        self._in_overlay = True
        self._warn("a second voice within the bar (&) is left out", "")

    def _read_microtone(self, token: _Token) -> None:
        raise CorpusError("quarter tones are not supported")

    def _read_unknown(self, token: _Token) -> None:
        self._warn("{} is not understood", token[0])

    def _pass_over(self, token: _Token) -> None:
        """Takes no notice of a sign that changes no note."""

    def _warn(self, sentence: str, what: str) -> None:
        self._warnings.add(sentence, what, self.number)


_SIGNS = {".": "staccato", "~": "roll", "H": "fermata", "J": "slide", "L": "accent",
          "M": "lowermordent", "O": "coda", "P": "uppermordent", "R": "roll", "S": "segno",
          "T": "trill", "u": "upbow", "v": "downbow"}  # fmt: skip

_READERS: dict[str, Callable[[Voice, _Token], None]] = {
    "note": Voice._read_note,
    "rest": Voice._read_rest,
    "chord": Voice._read_chord,
    "bars": Voice._read_bars_of_rest,
    "tie": Voice._read_tie,
    "broken": Voice._read_broken,
    "tuplet": Voice._read_tuplet,
    "ending": Voice._read_ending,
    "named": Voice._read_named_ending,
    "quoted": Voice._read_quoted,
    "decoration": Voice._read_decoration,
    "plus": Voice._read_plus,
    "overlay": Voice._read_overlay,
    "microtone": Voice._read_microtone,
    "unknown": Voice._read_unknown,
    "grace": Voice._pass_over,
    "slur": Voice._pass_over,
    "spacer": Voice._pass_over,
    "linebreak": Voice._pass_over,
}


def _dots(signs: str) -> tuple[int, int]:
    """How many repeat dots a bar line has before it and after it."""
    if set(signs) == {":"}:
        half = len(signs) // 2
        return half, half
    before = len(signs) - len(signs.lstrip(":"))
    after = len(signs) - len(signs.rstrip(":"))
    return before, after
