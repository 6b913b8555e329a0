"""Steers the music by OSC (Open Sound Control 1.0) over UDP.

Every command has an address: `/livedshl/tempo 120`, `/livedshl/mute/bass 1`, `/livedshl/next-tune`.
A client that sends `/livedshl/hello` receives the current state at the same addresses, then every
change.
"""

import logging
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.osc_packet import OscPacket, ParseError

from livedshl.errors import CommandError, OutputError, did_you_mean
from livedshl.performance.command_text import Value, part_of, value_of
from livedshl.performance.commands import COMMANDS, Command, ValueKind, kind_of
from livedshl.surfaces.desk import Desk, Music
from livedshl.surfaces.gesture import Gesture, move_called
from livedshl.surfaces.present import plain_name, present_commands

# OSC has no passwords, and one packet can stop the music. So only programs on this machine can
# send; a tablet connects through one of them, such as Open Stage Control.
HOST = "127.0.0.1"
_ROOT = "/livedshl/"
_HELLO = f"{_ROOT}hello"
_MOST_BYTES = 1 << 16
_MOST_LISTENERS = 8
_NO_OSC = (ParseError, ValueError, RecursionError)  # from python-osc, for packets that are not OSC
_PERIOD_S = 0.05
_FEEDBACK_S = 0.2


class OscServer:
    """Obeys OSC messages on a thread of its own, until it is left; a context manager.

    tell: shows the user a line. Raises OutputError if the port is taken.
    """

    def __init__(self, port: int, music: Music, tell: Callable[[str], None]) -> None:
        self._music = music
        self._tell = tell
        self._desk = Desk(music, tell)
        self._listeners: dict[tuple[str, int], dict[str, Value]] = {}  # the state that each knows
        self._warned = False
        self._feedback_s = 0.0  # when the next feedback is due
        self._left = threading.Event()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.bind((HOST, port))
        except OSError as error:
            self._socket.close()
            raise OutputError(
                f"cannot be opened ({error.strerror})",
                where=f"OSC port {port}",
                remedy="Choose another port",
            ) from None
        self._socket.settimeout(_PERIOD_S)
        self._thread = threading.Thread(target=self._run, name="OSC", daemon=True)

    def __enter__(self) -> "OscServer":
        logging.getLogger().addFilter(_is_ours)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._left.set()
        self._thread.join()
        self._socket.close()
        logging.getLogger().removeFilter(_is_ours)

    def _run(self) -> None:
        while not self._left.is_set():
            # Windows reports here that a listener has gone.
            with suppress(TimeoutError, ConnectionResetError):
                self._take(*self._socket.recvfrom(_MOST_BYTES))
            self._desk.hand_on()
            if time.monotonic() >= self._feedback_s:
                self._feedback_s = time.monotonic() + _FEEDBACK_S
                self._tell_listeners()

    def _take(self, packet: bytes, sender: tuple[str, int]) -> None:
        time_s = time.perf_counter()
        for message in self._messages(packet):
            try:
                if message.address == _HELLO:
                    self._welcome(sender, message.params)
                elif gesture := gesture_of(message.address, message.params):
                    self._desk.press(gesture, time_s)
            except CommandError as error:
                self._desk.complain(str(error))

    def _messages(self, packet: bytes) -> list[OscMessage]:
        """The messages of a packet, at once whatever time they carry."""
        try:
            return [timed.message for timed in OscPacket(packet).messages]
        except _NO_OSC:
            if not self._warned:
                self._warned = True
                self._tell("Ignored a packet on the OSC port that is not OSC")
            return []

    def _welcome(self, sender: tuple[str, int], values: Sequence[Any]) -> None:
        host, port = sender[0], values[0] if values else sender[1]
        if not (isinstance(port, int) and 1 <= port <= 65535):
            raise CommandError(
                f"{port!r} is not a port", where=_HELLO, remedy="Give the port to reply to"
            )
        self._listeners.pop((host, port), None)
        while len(self._listeners) >= _MOST_LISTENERS:
            del self._listeners[next(iter(self._listeners))]
        self._listeners[host, port] = {}
        self._feedback_s = 0.0

    def _tell_listeners(self) -> None:
        """Sends each listener what has changed since it last heard."""
        snapshot = self._music.snapshot() if self._listeners else None
        if snapshot is None:
            return
        state = {address_of(command): value_of(command) for command in present_commands(snapshot)}
        for listener, told in self._listeners.items():
            news = {a: value for a, value in state.items() if a not in told or told[a] != value}
            if news:
                told |= news
                with suppress(OSError):
                    self._socket.sendto(_bundle(news), listener)


def gesture_of(address: str, values: Sequence[Any]) -> Gesture | None:
    """The gesture that a message asks for; None for a button that is let go.

    Raises CommandError.
    """
    name, *words = address.removeprefix(_ROOT).split("/")
    kind = COMMANDS.get(name)
    if kind is None or not address.startswith(_ROOT):
        known = [_ROOT + name for name in COMMANDS]
        remedy = did_you_mean(address, known) or f"Try: {', '.join(known)}"
        raise CommandError("unknown OSC address", where=address, remedy=remedy)
    move = move_called(words[-1], name) if words else None
    part = words.pop(0) if kind.per_part and words else None
    if len(words) != (move is not None) or (part is None) is kind.per_part:
        right = f"{_ROOT}{name}{'/PART' if kind.per_part else ''}"
        raise CommandError("unknown OSC address", where=address, remedy=f"Send to {right}")
    if move or kind.takes is ValueKind.TRIGGER:
        return Gesture(name, part, move=move) if not values or values[0] else None
    if kind.takes is ValueKind.SWITCH and not values:
        return Gesture(name, part)
    if len(values) != 1:
        raise CommandError(f"{len(values)} values", where=address, remedy="Send one value")
    (value,) = values
    if kind.takes is ValueKind.SWITCH:
        if not isinstance(value, int | float):
            raise CommandError(f"{value!r} is not 1 or 0", where=address, remedy="Send 1 or 0")
        value = bool(value)
    return Gesture(name, part, value)


def _is_ours(record: logging.LogRecord) -> bool:
    """False for python-osc, which logs bad packets to the root logger once more."""
    return "pythonosc" not in record.pathname


def address_of(command: Command) -> str:
    """The address of a command."""
    part = f"/{plain_name(name)}" if (name := part_of(command)) else ""
    return f"{_ROOT}{kind_of(command).name}{part}"


def _bundle(values: Mapping[str, Value]) -> bytes:
    bundle = OscBundleBuilder(IMMEDIATELY)
    for address, value in values.items():
        message = OscMessageBuilder(address)
        message.add_arg(int(value) if isinstance(value, bool) else value)
        bundle.add_content(message.build())
    return bundle.build().dgram
