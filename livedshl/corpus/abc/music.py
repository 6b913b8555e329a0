"""Reads lines of ABC music into voices, sign by sign. ABC 2.1, section 4."""

import re
from collections.abc import Callable, Mapping

from livedshl.corpus.abc.pitches import Spelling
from livedshl.corpus.abc.signs import MEANINGS, is_decoration, sign_of
from livedshl.corpus.abc.tokens import CHORD_NOTE, TOKEN, multiple, passes
from livedshl.corpus.abc.voice import Voice
from livedshl.errors import CorpusError

_Token = re.Match[str]


def read_music(
    text: str, voice: Voice, symbols: Mapping[str, str], obey: Callable[[str], Voice]
) -> None:
    """Reads a line of music.

    symbols: what the letters mean that U: defines. obey: obeys an inline field and gives the voice
    that goes on. Raises CorpusError for what cannot be read rightly.
    """
    for token in TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "space":
            continue
        if kind == "field":
            voice = obey(token["field"])
        elif kind == "bar":
            _read_bar_line(voice, token)
        elif voice.in_overlay:
            continue
        elif kind == "sign":
            _read_sign(voice, token["sign"], symbols)
        else:
            _READERS[str(kind)](voice, token)


# ---------------------------------------------------------------------- sounds


def _read_note(voice: Voice, token: _Token) -> None:
    accidental, letter, octave, length = token.group("accidental", "letter", "octave", "length")
    voice.add((voice.pitches.spell(accidental, letter, octave),), multiple(length))


def _read_rest(voice: Voice, token: _Token) -> None:
    voice.add((), multiple(token["restlength"]))


def _read_chord(voice: Voice, token: _Token) -> None:
    _add_chord(voice, token["inside"], token["chordlength"])


def _add_chord(voice: Voice, inside: str, length: str) -> None:
    """Adds the notes that stand in brackets. The chord is as long as its first note."""
    spelled: list[Spelling] = []
    tied: list[Spelling] = []
    times = 1.0
    for note in CHORD_NOTE.finditer(inside):
        if note["microtone"]:
            raise CorpusError("quarter tones are not supported")
        if note["letter"]:
            times = times if spelled else multiple(note["length"])
            spelled.append(voice.pitches.spell(note["accidental"], note["letter"], note["octave"]))
            if note["tie"]:
                tied.append(spelled[-1])
        elif note[0].startswith('"'):
            _read_words(voice, note[0].strip('"'))
    if spelled:
        voice.add(tuple(spelled), times * multiple(length))
        if tied:
            voice.tie(tuple(tied))
    elif inside.strip():
        voice.warn("{} is not understood", f"[{inside}]")


def _read_bars_of_rest(voice: Voice, token: _Token) -> None:
    voice.rest(int(token["count"] or 1))


def _read_tie(voice: Voice, token: _Token) -> None:
    voice.tie()


def _read_broken(voice: Voice, token: _Token) -> None:
    voice.break_rhythm(token["broken"])


def _read_tuplet(voice: Voice, token: _Token) -> None:
    p, q, r = (int(digits) if digits else 0 for digits in token.group("p", "q", "r"))
    if not voice.lengths.begin_tuplet(p, q, r):
        voice.warn("the tuplet {} is not understood", token[0])


# ---------------------------------------------------------------------- bar lines


def _read_bar_line(voice: Voice, token: _Token) -> None:
    signs = token["lines"]
    if signs == ":":  # it may belong to a bar line at the end of the line before
        if not voice.begin_repeat():
            voice.warn("{} is not understood", signs)
        return
    before, after = _dots(signs)
    if signs == "|:|":  # stands for ":|" or "|:", whichever is missing
        before, after = (1, 0) if voice.has_open_repeat() else (0, 1)
    voice.end_bar(before, after, is_double="||" in signs or "]" in signs or "[" in signs)
    if token["passes"]:
        voice.begin_ending(passes(token["passes"]))


def _dots(signs: str) -> tuple[int, int]:
    """How many repeat dots a bar line has before it and after it."""
    if set(signs) == {":"}:
        half = len(signs) // 2
        return half, half
    return len(signs) - len(signs.lstrip(":")), len(signs) - len(signs.rstrip(":"))


def _read_ending(voice: Voice, token: _Token) -> None:
    voice.begin_ending(passes(token["ending"]))


def _read_named_ending(voice: Voice, token: _Token) -> None:
    digits = re.search(r"\d", token["named"])
    if not digits:
        voice.warn("the ending {} has no number and is taken for the second", token["named"])
    voice.begin_ending(frozenset([int(digits[0]) if digits else 2]))


# ---------------------------------------------------------------------- words and signs


def _read_quoted(voice: Voice, token: _Token) -> None:
    _read_words(voice, token["quoted"])


def _read_words(voice: Voice, text: str) -> None:
    """Reads a chord symbol, or words above the notes, of which only a D.C. and the like count."""
    is_sign = voice.put_sign(sign_of(text.lstrip("^_<>@")))
    if not is_sign and text.strip() and text[0] not in "^_<>@":
        voice.add_symbol(text)


def _read_decoration(voice: Voice, token: _Token) -> None:
    _decorate(voice, token["decoration"])


def _decorate(voice: Voice, name: str) -> None:
    if name and not voice.put_sign(sign_of(name)) and not is_decoration(name):
        voice.warn("the decoration {} is not known and is left out", name)


def _read_plus(voice: Voice, token: _Token) -> None:
    """Reads a decoration, or a chord as the first ABC wrote them: +CEG+."""
    name = token["plus"]
    if CHORD_NOTE.sub("", name) == "" and not is_decoration(name):
        _add_chord(voice, name, "")
    else:
        _decorate(voice, name)


def _read_sign(voice: Voice, letter: str, symbols: Mapping[str, str]) -> None:
    meaning = symbols.get(letter) or MEANINGS.get(letter, "")
    if not meaning:
        voice.warn("the sign {} is not defined", letter)
    elif meaning.startswith('"'):
        _read_words(voice, meaning.strip('"'))
    else:
        _decorate(voice, meaning)


def _read_overlay(voice: Voice, token: _Token) -> None:
    if "(" in token[0] or ")" in token[0]:
        raise CorpusError("overlaid voices over several bars ((& ... &)) are not supported")
    voice.in_overlay = True
    voice.warn("a second voice within the bar (&) is left out")


def _read_microtone(voice: Voice, token: _Token) -> None:
    raise CorpusError("quarter tones are not supported")


def _read_unknown(voice: Voice, token: _Token) -> None:
    voice.warn("{} is not understood", token[0])


def _pass_over(voice: Voice, token: _Token) -> None:
    """Takes no notice of a sign that changes no note."""


_READERS: dict[str, Callable[[Voice, _Token], None]] = {
    "note": _read_note,
    "rest": _read_rest,
    "chord": _read_chord,
    "bars": _read_bars_of_rest,
    "tie": _read_tie,
    "broken": _read_broken,
    "tuplet": _read_tuplet,
    "ending": _read_ending,
    "named": _read_named_ending,
    "quoted": _read_quoted,
    "decoration": _read_decoration,
    "plus": _read_plus,
    "overlay": _read_overlay,
    "microtone": _read_microtone,
    "unknown": _read_unknown,
    "grace": _pass_over,
    "slur": _pass_over,
    "spacer": _pass_over,
    "linebreak": _pass_over,
}
