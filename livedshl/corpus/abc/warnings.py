"""Collects what was not understood in a tune, and what was done instead."""

import re

_MOST_WARNINGS = 20
_LONGEST = 30  # letters quoted from the tune

# ABC 2.1, section 4.14, and what other programs write.
_DECORATIONS = frozenset({
    "trill", "trill(", "trill)", "lowermordent", "uppermordent", "mordent", "pralltriller",
    "roll", "turn", "turnx", "invertedturn", "invertedturnx", "arpeggio", ">", "accent",
    "emphasis", "fermata", "invertedfermata", "tenuto", "+", "plus", "snap", "slide", "wedge",
    "upbow", "downbow", "open", "thumb", "breath", "pppp", "ppp", "pp", "p", "mp", "mf", "f",
    "ff", "fff", "ffff", "sfz", "crescendo(", "<(", "crescendo)", "<)", "diminuendo(", ">(",
    "diminuendo)", ">)", "^", "marcato", ".", "staccato", "~", "shortphrase", "mediumphrase",
    "longphrase", "editorial", "courtesy", "nil", "none", "beamon", "beamoff", "rbstop",
    "rbend", "sf", "fz", "rfz", "sfp", "fp", "cresc", "dim", "tr", "tremolo", "/", "//",
    "///", "////", "-(", "-)", "~(", "~)", "8va", "8va(", "8va)", "8vb", "8vb(", "8vb)",
    "15ma(", "15ma)", "15mb(", "15mb)", "stemless", "xstem", "cpu", "gmark", "ped", "ped-up",
    "style=normal", "style=rhythm", "beambr1", "beambr2", "slash", "glissando", "gliss(",
    "gliss)", "bariolage", "heel", "toe", "xnote", "repeatbar", "D", "U", "T", "stopped",
    "harmonic", "irishroll", "rhythm",
})  # fmt: skip


class Warnings:
    """Sentences about one tune, each once."""

    def __init__(self) -> None:
        self._sentences: list[str] = []
        self._known: set[tuple[str, str]] = set()

    def add(self, sentence: str, what: str, bar: int) -> None:
        """Warns of something in a bar. sentence: with braces where `what` is quoted."""
        if (sentence, what) in self._known or len(self._sentences) >= _MOST_WARNINGS:
            return
        self._known.add((sentence, what))
        shown = what if len(what) <= _LONGEST else f"{what[:_LONGEST]}..."
        self._sentences.append(f"Bar {bar}: {sentence.replace('{}', repr(shown), 1)}.")

    def say(self, sentence: str) -> None:
        """Warns of something in no bar."""
        if len(self._sentences) < _MOST_WARNINGS and sentence not in self._sentences:
            self._sentences.append(sentence)

    def check_decoration(self, name: str, bar: int) -> None:
        """Warns of a decoration that is not known; it may have been music."""
        if not self.is_decoration(name):
            self.add("the decoration {} is not known and is left out", name, bar)

    def is_decoration(self, name: str) -> bool:
        """Whether a word is a decoration that changes no note."""
        return name.lower() in _DECORATIONS or re.fullmatch(r"[\d/]+", name) is not None

    def all(self) -> tuple[str, ...]:
        """What there is to say."""
        return tuple(self._sentences)
