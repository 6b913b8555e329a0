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
from functools import partial
from math import isfinite
from typing import Any

from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder

from livedshl.errors import CommandError, OutputError, did_you_mean
from livedshl.live.steady import LEAVING_S, run_steadily
from livedshl.performance.command_kinds import COMMANDS, ValueKind, kind_of
from livedshl.performance.command_text import Value, part_of, value_of
from livedshl.performance.commands import Command
from livedshl.surfaces.desk import Desk, Music
from livedshl.surfaces.gesture import Gesture, move_called
from livedshl.surfaces.osc_listeners import Listeners
from livedshl.surfaces.osc_packet import MOST_BYTES, NotOscError, messages_of
from livedshl.surfaces.present import plain_name, present_commands

# OSC has no passwords, and one packet can stop the music. So only programs on this machine can
# send; a tablet connects through one of them, such as Open Stage Control.
HOST = "127.0.0.1"
_ROOT = "/livedshl/"
_HELLO = f"{_ROOT}hello"
_MOST_LETTERS = 200  # of an address or a text
_SHOWN_LETTERS = 60  # of what is wrong
_LOWEST_PORT, _HIGHEST_PORT = 1024, 65535  # for answers
_PERIOD_S = 0.05
_MOST_MESSAGES = 250  # in a period; what comes beyond waits with the system, or is dropped there
_FEEDBACK_S = 0.2


class OscServer:
    """Obeys OSC messages on a thread of its own, until it is left; a context manager.

    tell: shows the user a line. Raises OutputError if the port is taken.
    """

    def __init__(self, port: int, music: Music, tell: Callable[[str], None]) -> None:
        self._music = music
        self._tell = tell
        self._desk = Desk(music, tell)
        self._listeners = Listeners()
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
        run = partial(run_steadily, self._run, self._left, "OSC", tell)
        self._thread = threading.Thread(target=run, name="OSC", daemon=True)

    def __enter__(self) -> "OscServer":
        logging.getLogger().addFilter(_is_ours)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._left.set()
        self._thread.join(LEAVING_S)
        self._socket.close()
        logging.getLogger().removeFilter(_is_ours)

    def _run(self) -> None:
        while not self._left.is_set():
            self._receive(time.monotonic() + _PERIOD_S)
            self._desk.hand_on()
            if time.monotonic() >= self._feedback_s:
                self._feedback_s = time.monotonic() + _FEEDBACK_S
                self._tell_listeners()

    def _receive(self, until_s: float) -> None:
        """Obeys what arrives until a time of `time.monotonic`, but not without bound."""
        taken = 0
        while (left_s := until_s - time.monotonic()) > 0:
            if taken >= _MOST_MESSAGES:
                self._left.wait(left_s)
                return
            self._socket.settimeout(left_s)
            # Windows reports here that a listener has gone.
            with suppress(TimeoutError, ConnectionResetError):
                taken += self._take(*self._socket.recvfrom(MOST_BYTES))

    def _take(self, packet: bytes, sender: tuple[str, int]) -> int:
        """Obeys the messages of a packet, at once whatever time they carry; returns how many."""
        time_s = time.perf_counter()
        try:
            messages = messages_of(packet)
        except NotOscError:
            if not self._warned:
                self._warned = True
                self._tell("Ignored a packet on the OSC port that is not OSC")
            return 1
        for address, values in messages:
            try:
                if address == _HELLO:
                    self._welcome(sender, values)
                elif gesture := gesture_of(address, values):
                    self._desk.press(gesture, time_s)
            except CommandError as error:
                self._desk.complain(str(error))
        return max(1, len(messages))

    def _welcome(self, sender: tuple[str, int], values: Sequence[Any]) -> None:
        """Takes in a hello; from a button, 1 is for pressed and 0 for let go."""
        value = _plain(values[0], _HELLO) if values else 1
        if not isinstance(value, int | float):
            raise _no_port(value)
        if value == 0:
            return
        port = sender[1] if value == 1 else int(value)
        if value != 1 and (port != value or not _LOWEST_PORT <= port <= _HIGHEST_PORT):
            raise _no_port(value)
        self._listeners.welcome((sender[0], port), time.monotonic())

    def _tell_listeners(self) -> None:
        """Sends each listener what has changed since it last heard."""
        snapshot = self._music.snapshot() if self._listeners else None
        if snapshot is None:
            return
        state = {address_of(command): value_of(command) for command in present_commands(snapshot)}
        for listener, news in self._listeners.news(state, time.monotonic()):
            with suppress(OSError):
                self._socket.sendto(_bundle(news), listener)


def gesture_of(address: str, values: Sequence[Any]) -> Gesture | None:
    """The gesture that a message asks for; None for a button that is let go.

    Raises CommandError.
    """
    if len(address) > _MOST_LETTERS:
        raise CommandError("unknown OSC address", where=_short(address))
    values = [_plain(value, address) for value in values]
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
            raise CommandError(
                f"{_short(repr(value))} is not 1 or 0", where=address, remedy="Send 1 or 0"
            )
        value = bool(value)
    return Gesture(name, part, value)


def _plain(value: Any, address: str) -> Value:
    """A value that a control may take: a finite number, a switch, a short text or nothing."""
    if isinstance(value, str) and len(value) > _MOST_LETTERS:
        raise CommandError("a text that is too long", where=address)
    if not isinstance(value, int | float | str | None):
        raise CommandError("a value of an unknown type", where=address, remedy="Send a number")
    if isinstance(value, float) and not isfinite(value):
        raise CommandError(f"{value} is not a number", where=address, remedy="Send a number")
    return value


def _no_port(value: Value) -> CommandError:
    what = f"{_short(repr(value))} is not a port"
    remedy = f"Give the port to reply to, {_LOWEST_PORT} to {_HIGHEST_PORT}"
    return CommandError(what, where=_HELLO, remedy=remedy)


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN_LETTERS else f"{text[:_SHOWN_LETTERS]}..."


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
