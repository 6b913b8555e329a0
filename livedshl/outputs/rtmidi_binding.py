"""RtMidi, the library that reaches every MIDI system, through the binding that is installed.

python-rtmidi is proven, starts fastest and brings a current JACK client, but has no wheels from
Python 3.13 on. There supriya-midi takes its place. Both name the same methods.
"""

import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from livedshl.outputs.missing import missing


@dataclass(frozen=True, slots=True)
class RtMidi:
    """What we use of RtMidi.

    apis: by their names in RtMidi's code, such as "UNIX_JACK". make_output and make_input take an
    API and the client's name; an input also takes the size of its queue, in messages.
    refusals: what a client raises when its MIDI system refuses something.
    """

    apis: Mapping[str, int]
    display_name: Callable[[int], str]
    make_output: Callable[..., Any]
    make_input: Callable[..., Any]
    refusals: tuple[type[Exception], ...]


@cache
def load_rtmidi() -> RtMidi:
    """RtMidi, loaded when it is needed. Raises MissingDependencyError where it does not load."""
    try:
        return _python_rtmidi() if sys.version_info < (3, 13) else _supriya_midi()
    except ImportError as error:
        raise missing("ALSA", "MIDI output") from error


def _python_rtmidi() -> RtMidi:
    import rtmidi

    names = (name for name in vars(rtmidi) if name.startswith("API_"))
    apis = {name.removeprefix("API_"): getattr(rtmidi, name) for name in names}
    compiled = rtmidi.get_compiled_api()
    return RtMidi(
        {name: api for name, api in apis.items() if api in compiled},
        rtmidi.get_api_display_name,
        rtmidi.MidiOut,
        rtmidi.MidiIn,
        (rtmidi.RtMidiError, RuntimeError, OSError),
    )


def _supriya_midi() -> RtMidi:
    if sys.platform == "linux":
        # Its wheel brings libjack 1.9.14, which today's servers refuse ("protocol mismatch").
        # The symbols of the system's own library, once they are global, win over that one's.
        import ctypes

        with suppress(OSError):
            ctypes.CDLL("libjack.so.0", ctypes.RTLD_GLOBAL)
    import supriya_midi

    return RtMidi(
        {api.name: api for api in supriya_midi.get_compiled_apis()},
        supriya_midi.get_api_display_name,
        partial(_answering, supriya_midi.MidiOut),
        partial(_answering, supriya_midi.MidiIn),
        (supriya_midi.RtMidiError, RuntimeError, OSError),
    )


def _answering(make: Callable[..., Any], *arguments: Any) -> Any:
    """A client whose MIDI system answers: supriya-midi finds out only when it is first asked."""
    client = make(*arguments)
    try:
        client.get_port_count()
    except Exception:
        client.delete()
        raise
    return client
