"""MIDI ports, through RtMidi.

RtMidi is used directly, not through mido: the player sends bytes that are ready, and names its
client without mido's `client_name`, which silently makes a virtual port.
"""

import os
import sys
import time
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from livedshl.errors import OutputError
from livedshl.outputs.missing import missing
from livedshl.outputs.quiet import silenced_stderr

CLIENT_NAME = "livedshl"
_BACKEND = "mido.backends.rtmidi"  # what MIDO_BACKEND may name, with "/API" behind it
# JACK hands messages over a period at a time (21 ms at 1,024 frames) and drops what is still in
# its buffer when the port closes.
_FLUSH_S = 0.1
_NO_VIRTUAL_PORTS = (
    "Windows cannot make virtual MIDI ports; install loopMIDI, add a port there and use "
    '--port "loopMIDI Port"'
)


class MidiPort:
    """An open MIDI output."""

    def __init__(self, output: Any) -> None:
        self._output = output
        self._refusal: type[Exception] = _rtmidi().RtMidiError

    def send(self, message: bytes) -> None:
        """Sends one message. Raises OutputError where the system says that the port has gone."""
        try:
            self._output.send_message(message)
        except self._refusal as error:
            raise OutputError(f"the MIDI port takes no messages ({error})") from None

    def close(self) -> None:
        """Closes the port once what was sent has left."""
        time.sleep(_FLUSH_S)
        self._output.close_port()
        self._output.delete()


def output_names() -> list[str]:
    """The MIDI outputs of this system, in its order. Raises MissingDependencyError."""
    output = _midi_out()
    try:
        return [str(name) for name in output.get_ports()]
    finally:
        output.delete()


def find_port(wanted: str, names: Sequence[str]) -> str:
    """The one of `names` that is meant by `wanted`.

    A number counts the names from 0. Else the words of `wanted` must occur in the name, in order
    and in any case: "IAC Bus" finds "IAC Driver Bus 1". A name equal to `wanted` wins over names
    that merely contain it. Raises OutputError, listing the ports, if none or several match.
    """
    if wanted in names:
        return wanted
    if wanted.isdecimal() and int(wanted) < len(names):
        return names[int(wanted)]
    words = wanted.casefold().split()
    found = [name for name in names if words and _has_words(name.casefold(), words)]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(f"{number}: {name}" for number, name in enumerate(names)) or "none"
    if not found:
        raise OutputError(f"no MIDI port matches {wanted!r}; ports are {listed}")
    raise OutputError(
        f"{wanted!r} matches {', '.join(found)}; say more of the name, or its number: {listed}"
    )


def open_port(name: str) -> MidiPort:
    """Opens the port of exactly this name. Raises OutputError if it has gone."""
    output = _midi_out()
    try:
        output.open_port(output.get_ports().index(name), "out")
    except (ValueError, RuntimeError, OSError) as error:
        output.delete()
        raise OutputError(f"MIDI port {name!r} cannot be opened ({error})") from None
    return MidiPort(output)


def open_virtual_port(name: str) -> MidiPort:
    """Makes a virtual port that other programs can listen to. Raises OutputError."""
    if sys.platform == "win32":
        raise OutputError(_NO_VIRTUAL_PORTS)
    output = _midi_out()
    try:
        output.open_virtual_port(name)
    except (RuntimeError, OSError) as error:
        output.delete()
        raise OutputError(f"no virtual MIDI port can be made here ({error})") from None
    return MidiPort(output)


def check_virtual_ports() -> None:
    """Raises OutputError or MissingDependencyError where no virtual port can be made."""
    if sys.platform == "win32":
        raise OutputError(_NO_VIRTUAL_PORTS)
    _midi_out().delete()


def _has_words(name: str, words: Sequence[str]) -> bool:
    position = 0
    for word in words:
        position = name.find(word, position)
        if position < 0:
            return False
        position += len(word)
    return True


def _midi_out() -> Any:
    """A MIDI output that is not open yet, of the first API that works."""
    rtmidi = _rtmidi()
    apis = _apis(rtmidi)
    for api in apis:
        try:
            with silenced_stderr():
                return rtmidi.MidiOut(api, name=CLIENT_NAME)
        except (RuntimeError, OSError):
            continue
    tried = ", ".join(rtmidi.get_api_display_name(api) for api in apis)
    raise OutputError(f"no MIDI system answers (tried {tried or 'none: RtMidi has none built in'})")


def _apis(rtmidi: ModuleType) -> list[int]:
    """The APIs to try: the one that MIDO_BACKEND names, else this system's.

    RtMidi's own choice never falls through from ALSA to JACK.
    """
    compiled = rtmidi.get_compiled_api()
    backend = os.environ.get("MIDO_BACKEND", _BACKEND)
    module, _, api_name = backend.partition("/")
    if module != _BACKEND:
        raise OutputError(f"MIDO_BACKEND={backend}: livedshl plays through {_BACKEND} only")
    if api_name:
        api = getattr(rtmidi, f"API_{api_name}", -1)
        if api not in compiled:
            known = ", ".join(rtmidi.get_api_display_name(api) for api in compiled)
            raise OutputError(f"MIDO_BACKEND={backend}: no such MIDI API here; there are {known}")
        return [api]
    preferred = (
        rtmidi.API_MACOSX_CORE, rtmidi.API_WINDOWS_MM, rtmidi.API_LINUX_ALSA, rtmidi.API_UNIX_JACK,
    )  # fmt: skip
    return [api for api in preferred if api in compiled]


def _rtmidi() -> ModuleType:
    try:
        import rtmidi
    except ImportError as error:
        raise missing("ALSA", "MIDI output") from error
    module: ModuleType = rtmidi
    return module
