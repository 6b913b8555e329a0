"""Text from outside, made safe to show: titles, names of ports and files, what programs send."""

LONGEST = 2000  # letters; a list of many ports is shorter
_JOINERS = "\u200c\u200d"  # between the letters of Persian, Indic scripts and emoji


def shown(text: str, longest: int = LONGEST) -> str:
    """The text as one line of at most `longest` letters that no terminal or drawing obeys.

    Line ends and other white space become spaces. Control characters, marks that turn the
    direction of writing, and halves of characters become "?", which every font has.
    """
    if len(text) > longest:
        text = f"{text[: longest - 1]}…"
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(letter: str) -> str:
    if letter.isprintable() or letter in _JOINERS:
        return letter
    return " " if letter.isspace() else "?"
