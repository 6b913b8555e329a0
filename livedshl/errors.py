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

from collections.abc import Iterable

_FEWEST_LETTERS = 3  # fewer are part of too many names


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
    from difflib import get_close_matches  # 5 ms, which only a mistake has to wait for

    by_case = {each.casefold(): each for each in known}
    wanted = name.casefold()
    near = [each for each in by_case if len(wanted) >= _FEWEST_LETTERS and wanted in each]
    near = near or get_close_matches(wanted, by_case, n=1)
    return f"Did you mean {by_case[near[0]]!r}?" if near else ""


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
