"""Collects what was not understood in a tune, and what was done instead."""

_MOST_WARNINGS = 20
_LONGEST = 30  # letters quoted from the tune


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

    def all(self) -> tuple[str, ...]:
        """What there is to say."""
        return tuple(self._sentences)
