"""The errors a user can meet. Each says what happened, where, and what to do about it.

LivedshlError
├── CorpusError             tunes that cannot be read
├── BundleError             a model that is missing, damaged or has another format version
├── TuneError               a tune that is not found, or a name that fits several
├── PresetError             a preset that is missing, or has a wrong key or value
├── SettingsError           a setting that is wrong, or does not fit the others
├── CommandError            a command that is unknown, has a wrong value, or comes at the wrong time
├── OutputError             a port, synthesiser or file that cannot be opened or written
│   └── OverwriteError      a file that is there already, and would be lost
├── TraceError              a file that is not a trace
├── TakeError               a take that cannot be read or replayed
├── ControllerError         a file of controller bindings that cannot be read or written
└── MissingDependencyError  a library that is not installed
"""

import re
from collections.abc import Collection, Iterable

_MOST_NEAR = 3  # names that are suggested
_LEAST_LETTERS = 3  # fewer occur in too many names
_NEAR_WORD = 0.7  # how much of a word must agree: "buss" suggests "Bus", "bas" suggests "Bass"


class LivedshlError(Exception):
    """Something the user can fix.

    what: what happened. where: the file, port, option or line it happened in, "" if there is none.
    remedy: what to do now, as a sentence of its own, "" if there is nothing to suggest.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        happened = f"{self.where}: {self.what}" if self.where else self.what
        return f"{happened}. {self.remedy}" if self.remedy else happened


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A remedy that names what was probably meant, such as "Did you mean 'waltz-evening'?".

    "" if nothing known resembles `name`.
    """
    by_case = {each.casefold(): each for each in known}
    near = [repr(by_case[each]) for each in _nearest(name.casefold(), by_case)]
    if not near:
        return ""
    *others, last = near
    return f"Did you mean {', '.join(others)} or {last}?" if others else f"Did you mean {last}?"


def _nearest(wanted: str, known: Collection[str]) -> list[str]:
    """Those that contain what is wanted; else the one that resembles it, whole or word by word."""
    from difflib import get_close_matches  # 5 ms, which only a mistake has to wait for

    words = wanted.split()
    containing = [each for each in known if wanted in each]
    if containing and len(wanted) >= _LEAST_LETTERS:
        return containing[:_MOST_NEAR]
    return (
        get_close_matches(wanted, known, n=1)
        or [
            each
            for each in known
            if all(
                get_close_matches(word, re.findall(r"\w+", each), n=1, cutoff=_NEAR_WORD)
                for word in words
            )
        ][: _MOST_NEAR if words else 0]
    )


class CorpusError(LivedshlError):
    """A tune, or a folder of tunes, cannot be read."""


class BundleError(LivedshlError):
    """A model is missing, damaged, or of another format version."""


class TuneError(LivedshlError):
    """No tune matches, or more than one does."""


class PresetError(LivedshlError):
    """A preset is missing, or has a wrong key or value."""


class SettingsError(LivedshlError):
    """A setting is wrong, or does not fit the others. `where` names the parameter."""


class CommandError(LivedshlError):
    """A command is unknown, has a wrong value, or cannot be obeyed now."""


class OutputError(LivedshlError):
    """A MIDI port, synthesiser or file cannot be opened or written."""


class OverwriteError(OutputError):
    """A file is there already, and would be lost."""


class TraceError(LivedshlError):
    """A file is not a trace, or cannot be read."""


class MissingDependencyError(LivedshlError):
    """A library is not installed; the remedy says how to install it on this system."""


class TakeError(LivedshlError):
    """A take cannot be read, or cannot be replayed."""


class ControllerError(LivedshlError):
    """A file of controller bindings cannot be read or written."""
