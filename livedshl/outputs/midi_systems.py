"""The MIDI systems that RtMidi can talk to: ALSA, JACK, CoreMIDI, Windows MM.

We use RtMidi directly, not through mido: the player sends bytes that are ready, and names its
client without mido's `client_name`, which silently makes a virtual port.
"""

import os
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from livedshl.errors import OutputError
from livedshl.outputs.missing import midi_remedy, missing
from livedshl.outputs.quiet import silenced_stderr

CLIENT_NAME = "livedshl"
_BACKEND = "mido.backends.rtmidi"  # what MIDO_BACKEND may name, with "/API" behind it


@dataclass(frozen=True, slots=True)
class MidiSystem:
    """A MIDI API that RtMidi has built in. answers: whether a program can use it here."""

    name: str
    answers: bool
    outputs: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()


def midi_systems() -> list[MidiSystem]:
    """Every MIDI API that RtMidi has built in. Raises MissingDependencyError without RtMidi."""
    rtmidi = load_rtmidi()
    systems = []
    for api in rtmidi.get_compiled_api():
        name = rtmidi.get_api_display_name(api)
        try:
            outputs, inputs = (listed(_client_of(api, kind)) for kind in ("MidiOut", "MidiIn"))
        except (RuntimeError, OSError):
            systems.append(MidiSystem(name, answers=False))
        else:
            systems.append(MidiSystem(name, True, tuple(outputs), tuple(inputs)))
    return systems


def open_client(kind: str, name: str = CLIENT_NAME, **options: Any) -> Any:
    """RtMidi's `MidiIn` or `MidiOut`, without a port yet, of the first API that answers.

    Raises OutputError or MissingDependencyError.
    """
    rtmidi = load_rtmidi()
    apis = _apis(rtmidi)
    for api in apis:
        try:
            return _client_of(api, kind, name, **options)
        except (RuntimeError, OSError):
            continue
    tried = [rtmidi.get_api_display_name(api) for api in apis]
    if not tried:
        raise OutputError("RtMidi has no MIDI system built in", remedy="Reinstall python-rtmidi")
    raise OutputError(
        f"no MIDI system answers (tried {', '.join(tried)})", remedy=midi_remedy(tried)
    )


def listed(client: Any) -> list[str]:
    """The ports that a client lists; it is deleted."""
    try:
        return [str(name) for name in client.get_ports()]
    finally:
        client.delete()


def is_jack(client: Any) -> bool:
    """Whether a client is one of a JACK server."""
    return bool(client.get_current_api() == load_rtmidi().API_UNIX_JACK)


def load_rtmidi() -> ModuleType:
    """RtMidi, loaded when it is needed. Raises MissingDependencyError where it does not load."""
    try:
        import rtmidi
    except ImportError as error:
        raise missing("ALSA", "MIDI output") from error
    module: ModuleType = rtmidi
    return module


def _client_of(api: int, kind: str, name: str = CLIENT_NAME, **options: Any) -> Any:
    with silenced_stderr():
        return getattr(load_rtmidi(), kind)(api, name=name, **options)


def _apis(rtmidi: ModuleType) -> list[int]:
    """The APIs to try: the one that MIDO_BACKEND names, or else this system's.

    RtMidi's own choice never falls through from ALSA to JACK.
    """
    compiled = rtmidi.get_compiled_api()
    backend = os.environ.get("MIDO_BACKEND", _BACKEND)
    module, _, api_name = backend.partition("/")
    where = f"MIDO_BACKEND={backend}"
    if module != _BACKEND:
        raise OutputError(f"livedshl plays through {_BACKEND} only", where=where, remedy="Unset it")
    if api_name:
        api = getattr(rtmidi, f"API_{api_name}", -1)
        if api not in compiled:
            known = ", ".join(rtmidi.get_api_display_name(api) for api in compiled)
            raise OutputError(
                "there is no such MIDI API here",
                where=where,
                remedy=f"Unset it, or choose from {known}",
            )
        return [api]
    preferred = (
        rtmidi.API_MACOSX_CORE, rtmidi.API_WINDOWS_MM, rtmidi.API_LINUX_ALSA, rtmidi.API_UNIX_JACK,
    )  # fmt: skip
    return [api for api in preferred if api in compiled]
