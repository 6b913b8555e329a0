"""MIDI ports, through RtMidi.

RtMidi is used directly, not through mido: the player sends bytes that are ready, and names its
client without mido's `client_name`, which silently makes a virtual port.
"""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from livedshl.errors import OutputError, did_you_mean
from livedshl.outputs.missing import midi_remedy, missing
from livedshl.outputs.quiet import silenced_stderr

CLIENT_NAME = "livedshl"
_BACKEND = "mido.backends.rtmidi"  # what MIDO_BACKEND may name, with "/API" behind it
# JACK hands messages over a period at a time (21 ms at 1,024 frames) and drops what is still in
# its buffer when the port closes.
_FLUSH_S = 0.1
_QUEUE_SIZE = 4096  # messages; at 300 BPM half a minute of clock
# Clocks may differ by 200 parts per million; the best guess of their offset may age by half that.
_CLOCK_DRIFT = 1e-4
_LOOPMIDI = "Install loopMIDI, add a port there and play to it"


@dataclass(frozen=True, slots=True)
class MidiSystem:
    """A MIDI API that RtMidi has built in. answers: whether it lets a program in here."""

    name: str
    answers: bool
    outputs: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()


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

    def flush(self, rings: bool) -> None:
        """Waits until what was sent has left."""
        time.sleep(_FLUSH_S)

    def close(self) -> None:
        """Closes the port."""
        self._output.close_port()
        self._output.delete()


class MidiInput:
    """An open MIDI input that is asked, and never calls back.

    A callback would have to wait until the clock lets go of the interpreter; RtMidi keeps what
    came, with the system's time stamps, until it is asked for.
    """

    def __init__(self, source: Any) -> None:
        self._input = source
        self._source_s = 0.0  # the sum of RtMidi's intervals
        self._offset_s = float("inf")  # from there to `time.perf_counter`, at least

    def receive(self) -> Iterator[tuple[bytes, float]]:
        """What has come since the last call, with the `time.perf_counter` at which it came."""
        while event := self._input.get_message():
            message, interval_s = event
            self._source_s += interval_s
            # Nothing is read before it came: the smallest offset is the truest.
            aged_s = self._offset_s + _CLOCK_DRIFT * interval_s
            self._offset_s = min(time.perf_counter() - self._source_s, aged_s)
            yield bytes(message), self._source_s + self._offset_s

    def close(self) -> None:
        """Closes it."""
        self._input.close_port()
        self._input.delete()


def output_names() -> list[str]:
    """The MIDI outputs of this system, in its order. Raises MissingDependencyError."""
    return _names(_client("MidiOut"))


def input_names() -> list[str]:
    """The MIDI inputs of this system, in its order. Raises MissingDependencyError."""
    return _names(_client("MidiIn"))


def midi_systems() -> list[MidiSystem]:
    """Every MIDI API that RtMidi has built in. Raises MissingDependencyError without RtMidi."""
    rtmidi = _rtmidi()
    systems = []
    for api in rtmidi.get_compiled_api():
        name = rtmidi.get_api_display_name(api)
        try:
            outputs, inputs = (_names(_client_of(api, kind)) for kind in ("MidiOut", "MidiIn"))
        except (RuntimeError, OSError):
            systems.append(MidiSystem(name, answers=False))
        else:
            systems.append(MidiSystem(name, True, tuple(outputs), tuple(inputs)))
    return systems


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
    words = [] if wanted.isdecimal() else wanted.casefold().split()
    found = [name for name in names if words and _has_words(name.casefold(), words)]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(f"{number}: {name}" for number, name in enumerate(names))
    if found:
        raise OutputError(
            f"{wanted!r} matches {', '.join(found)}",
            remedy=f"Give more of the name, or its number: {listed}",
        )
    raise OutputError(
        f"no MIDI port matches {wanted!r}",
        remedy=did_you_mean(wanted, names)
        or (f"Available: {listed}" if names else "There are no MIDI ports"),
    )


def open_port(name: str) -> MidiPort:
    """Opens the output of this name. Raises OutputError if it has gone."""
    output = _client("MidiOut")
    _open(output, name, "out")
    return MidiPort(output)


def open_virtual_port(name: str) -> MidiPort:
    """Makes a virtual output that other programs can listen to. Raises OutputError."""
    output = _client("MidiOut")
    _make_virtual(output, name)
    return MidiPort(output)


def open_input(name: str, own_name: str = CLIENT_NAME) -> MidiInput:
    """Opens the input of this name; for "", makes a virtual one. Raises OutputError.

    own_name: of the client, and of the virtual input.
    """
    source = _client("MidiIn", own_name, queue_size_limit=_QUEUE_SIZE)
    source.ignore_types(timing=False)
    if name:
        _open(source, name, "in")
    else:
        _make_virtual(source, own_name)
    return MidiInput(source)


def open_lister(inputs: bool = False) -> Any:
    """A client whose `get_ports` lists outputs, or inputs.

    It must be deleted when it is no longer needed. Raises OutputError.
    """
    # Its name must not keep the player, which may have to open its port again, from its own.
    return _client("MidiIn" if inputs else "MidiOut", f"{CLIENT_NAME}-watch")


def is_jack(client: Any) -> bool:
    """Whether a client is one of a JACK server."""
    return bool(client.get_current_api() == _rtmidi().API_UNIX_JACK)


def same_port(name: str, listed: str) -> bool:
    """Whether a listed port is the one of this name.

    ALSA appends its numbers, which change when a device is plugged in again.
    """
    return listed == name or _without_numbers(listed) == _without_numbers(name)


def check_virtual_ports() -> None:
    """Raises OutputError or MissingDependencyError where no virtual port can be made."""
    if sys.platform == "win32":
        raise OutputError("Windows has no virtual MIDI ports", remedy=_LOOPMIDI)
    _client("MidiOut").delete()


def _names(client: Any) -> list[str]:
    try:
        return [str(name) for name in client.get_ports()]
    finally:
        client.delete()


def _open(client: Any, name: str, own_name: str) -> None:
    try:
        names = client.get_ports()
        exact = [number for number, listed in enumerate(names) if listed == name]
        like = [number for number, listed in enumerate(names) if same_port(name, listed)]
        if not like:
            raise OSError("it is not there")
        client.open_port((exact or like)[0], own_name)
    except (RuntimeError, OSError) as error:
        client.delete()
        raise OutputError(f"cannot be opened ({error})", where=f"MIDI port {name!r}") from None


def _make_virtual(client: Any, name: str) -> None:
    if sys.platform == "win32":
        client.delete()
        raise OutputError("Windows has no virtual MIDI ports", remedy=_LOOPMIDI)
    try:
        client.open_virtual_port(name)
    except (RuntimeError, OSError) as error:
        client.delete()
        raise OutputError(f"no virtual MIDI port can be made here ({error})") from None


def _without_numbers(name: str) -> str:
    head, _, numbers = name.rpartition(" ")
    client, colon, port = numbers.partition(":")
    return head if colon and client.isdecimal() and port.isdecimal() else name


def _has_words(name: str, words: Sequence[str]) -> bool:
    position = 0
    for word in words:
        position = name.find(word, position)
        if position < 0:
            return False
        position += len(word)
    return True


def _client(kind: str, name: str = CLIENT_NAME, **options: Any) -> Any:
    """RtMidi's `MidiIn` or `MidiOut`, not open yet, of the first API that works."""
    rtmidi = _rtmidi()
    apis = _apis(rtmidi)
    for api in apis:
        try:
            return _client_of(api, kind, name, **options)
        except (RuntimeError, OSError):
            continue
    names = [rtmidi.get_api_display_name(api) for api in apis]
    tried = f"tried {', '.join(names)}" if names else "RtMidi has none built in"
    raise OutputError(f"no MIDI system answers ({tried})", remedy=midi_remedy(names))


def _client_of(api: int, kind: str, name: str = CLIENT_NAME, **options: Any) -> Any:
    with silenced_stderr():
        return getattr(_rtmidi(), kind)(api, name=name, **options)


def _apis(rtmidi: ModuleType) -> list[int]:
    """The APIs to try: the one that MIDO_BACKEND names, else this system's.

    RtMidi's own choice never falls through from ALSA to JACK.
    """
    compiled = rtmidi.get_compiled_api()
    backend = os.environ.get("MIDO_BACKEND", _BACKEND)
    module, _, api_name = backend.partition("/")
    if module != _BACKEND:
        raise OutputError(
            f"livedshl plays through {_BACKEND} only",
            where=f"MIDO_BACKEND={backend}",
            remedy="Unset it",
        )
    if api_name:
        api = getattr(rtmidi, f"API_{api_name}", -1)
        if api not in compiled:
            known = ", ".join(rtmidi.get_api_display_name(api) for api in compiled)
            raise OutputError(
                "there is no such MIDI API here",
                where=f"MIDO_BACKEND={backend}",
                remedy=f"Unset it, or choose from {known}",
            )
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
