"""The MIDI systems that RtMidi can talk to: ALSA, JACK, CoreMIDI, Windows MM.

We use RtMidi directly, not through mido: the player sends bytes that are ready, and names its
client without mido's `client_name`, which silently makes a virtual port.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from livedshl.errors import OutputError
from livedshl.outputs.missing import midi_remedy
from livedshl.outputs.port_names import told_apart
from livedshl.outputs.quiet import silenced_stderr
from livedshl.outputs.rtmidi_binding import RtMidi, load_rtmidi

CLIENT_NAME = "livedshl"
_PREFERRED = ("MACOSX_CORE", "WINDOWS_MM", "LINUX_ALSA", "UNIX_JACK")
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
    for api in rtmidi.apis.values():
        name = rtmidi.display_name(api)
        try:
            outputs = _listed_by(rtmidi.make_output, api)
            inputs = _listed_by(rtmidi.make_input, api)
        except rtmidi.refusals:
            systems.append(MidiSystem(name, answers=False))
        else:
            systems.append(MidiSystem(name, True, outputs, inputs))
    return systems


def open_output_client(name: str = CLIENT_NAME) -> Any:
    """RtMidi's client for output, without a port yet, of the first API that answers.

    Raises OutputError or MissingDependencyError.
    """
    return _first_client(load_rtmidi().make_output, name)


def open_input_client(name: str = CLIENT_NAME, queue_size: int = 1024) -> Any:
    """RtMidi's client for input, without a port yet, of the first API that answers.

    queue_size: how many messages it keeps until they are fetched. Raises OutputError or
    MissingDependencyError.
    """
    return _first_client(load_rtmidi().make_input, name, queue_size)


def open_lister(inputs: bool = False) -> Any:
    """A client that lists the outputs, or the inputs, for `port_list`. Raises OutputError.

    Delete it when it is no longer needed.
    """
    # The player may have to open its port again, and wants its own name for that.
    name = f"{CLIENT_NAME}-watch"
    return open_input_client(name) if inputs else open_output_client(name)


def port_list(client: Any) -> list[str]:
    """The ports that a client lists, in the order of their numbers."""
    return told_apart(client.get_ports())


def listed(client: Any) -> list[str]:
    """The ports that a client lists; it is deleted."""
    try:
        return port_list(client)
    finally:
        client.delete()


def is_jack(client: Any) -> bool:
    """Whether a client is one of a JACK server."""
    return bool(client.get_current_api() == load_rtmidi().apis.get("UNIX_JACK"))


def refusals() -> tuple[type[Exception], ...]:
    """What a client raises when its MIDI system refuses something."""
    return load_rtmidi().refusals


def _first_client(make: Callable[..., Any], *arguments: Any) -> Any:
    rtmidi = load_rtmidi()
    apis = _apis(rtmidi)
    for api in apis:
        try:
            with silenced_stderr():
                return make(api, *arguments)
        except rtmidi.refusals:
            continue
    tried = [rtmidi.display_name(api) for api in apis]
    if not tried:
        raise OutputError("RtMidi has no MIDI system built in", remedy="Install livedshl again")
    raise OutputError(
        f"no MIDI system answers (tried {', '.join(tried)})", remedy=midi_remedy(tried)
    )


def _listed_by(make: Callable[..., Any], api: int) -> tuple[str, ...]:
    with silenced_stderr():
        return tuple(listed(make(api, CLIENT_NAME)))


def _apis(rtmidi: RtMidi) -> list[int]:
    """The APIs to try: the one that MIDO_BACKEND names, or else this system's.

    RtMidi's own choice never falls through from ALSA to JACK.
    """
    backend = os.environ.get("MIDO_BACKEND", _BACKEND)
    module, _, name = backend.partition("/")
    where = f"MIDO_BACKEND={backend}"
    if module != _BACKEND:
        raise OutputError(f"livedshl plays through {_BACKEND} only", where=where, remedy="Unset it")
    if name and name not in rtmidi.apis:
        known = ", ".join(map(rtmidi.display_name, rtmidi.apis.values()))
        raise OutputError(
            "there is no such MIDI API here",
            where=where,
            remedy=f"Unset it, or choose from {known}",
        )
    return [rtmidi.apis[each] for each in ([name] if name else _PREFERRED) if each in rtmidi.apis]
