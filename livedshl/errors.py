"""The errors a user can meet, each saying what is wrong, where, and what to do about it."""


class LivedshlError(Exception):
    """Something the user can put right; its text is shown on a line or two, without traceback."""


class CorpusError(LivedshlError):
    """A tune, or a folder of tunes, that cannot be read."""


class BundleError(LivedshlError):
    """A bundle that is missing, damaged, or of another format version."""


class TuneError(LivedshlError):
    """A tune that is asked for and not there, or that the words given do not tell from others."""


class PresetError(LivedshlError):
    """A preset that is missing or has a wrong key or value."""


class OutputError(LivedshlError):
    """A MIDI port, synthesiser or file that cannot be opened or written."""


class TraceError(LivedshlError):
    """A trace that cannot be read, or a file that is none."""


class MissingDependencyError(LivedshlError):
    """A library that is not installed; the text says what to install on this system."""


class TakeError(LivedshlError):
    """The log of a take that cannot be read, or cannot be played again."""


class ControllerError(LivedshlError):
    """A file of what a controller has learned that cannot be read or written."""
