"""A user who never rests: steers the music and plays along at random, through every input."""

import socket
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread

import numpy as np
from pythonosc.osc_message_builder import OscMessageBuilder

from livedshl.diagnostics.check import Check
from livedshl.diagnostics.ear import new_port
from livedshl.live.listener import Listener
from livedshl.live.port_watcher import PortWatcher
from livedshl.live.session import Session
from livedshl.live.snapshot import Snapshot
from livedshl.midi.message import CONTROL, NOTE_OFF, NOTE_ON, PROGRAM
from livedshl.outputs.ports import MidiPort, open_port, output_names
from livedshl.performance.command_kinds import COMMANDS, CommandKind, ValueKind
from livedshl.performance.command_text import command_of, value_of
from livedshl.performance.commands import Command
from livedshl.performance.settings import Settings
from livedshl.surfaces.bindings import Source, SourceKind, bind
from livedshl.surfaces.gesture import MOST_POSITION, Gesture
from livedshl.surfaces.midi_control import MidiControl
from livedshl.surfaces.osc import HOST, OscServer, address_of
from livedshl.surfaces.present import choices

_PAUSE_S = 0.2  # between two gestures, on average
_TEMPI = 0.6, 1.2  # times the first tempo: more is too much for a machine at a high speed
_LATENCY_MS = 50.0  # of music: the notes are sent as much earlier as the music is faster
_KINDS = [kind for kind in COMMANDS.values() if kind.name not in ("end", "pause", "song")]
_FIRST_KNOB = 20
_KNOBS = [
    Gesture.parse(f"{kind.name} {part}" if kind.per_part else kind.name)
    for kind in _KINDS
    if kind.name != "latency"  # a knob cannot turn it as little as a high speed allows
    for part in ("melody", "bass")[: 1 + kind.per_part]
]
_LOST = 0.05  # of the note-offs
_ALL_NOTES_OFF = 123
# What else comes along on a MIDI wire.
_NOISE = (
    b"\xfe",  # Active Sensing
    b"\xf8",  # a clock
    b"\xff",  # a reset
    b"\xf0\x7e\x7f\x06\x01\xf7",  # who are you?
    bytes((CONTROL, 1, 64)),
    bytes((CONTROL, _ALL_NOTES_OFF, 0)),
    bytes((PROGRAM, 7)),
    bytes((0xE0, 0, 96)),  # pitch bend
)


class Wires:
    """Opens every input of a session, and what sends to each: a context manager.

    tell: receives each line that the inputs say, once. Raises OutputError where no input can be
    made.
    """

    controller: MidiPort
    keys: MidiPort

    def __init__(self, session: Session, watcher: PortWatcher, tell: Callable[[str], None]) -> None:
        self.osc = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._session = session
        self._watcher = watcher
        self._tell = tell
        self._told: set[str] = set()

    def __enter__(self) -> "Wires":
        with ExitStack() as stack:
            stack.callback(self.osc.close)
            bindings = Path(stack.enter_context(TemporaryDirectory())) / "controller.toml"
            for number, gesture in enumerate(_KNOBS, _FIRST_KNOB):
                bind(bindings, Source(SourceKind.CC, 1, number), gesture)
            session, watcher, tell = self._session, self._watcher, self._tell_once
            self.controller = _wire_to(
                lambda: MidiControl("", session, watcher, tell, bindings), stack
            )
            self.keys = _wire_to(lambda: Listener("", session, watcher, tell), stack)
            port = _free_udp_port()
            stack.enter_context(OscServer(port, session, tell))
            self.osc.connect((HOST, port))
            self._open = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def _tell_once(self, line: str) -> None:
        if line not in self._told:
            self._told.add(line)
            self._tell(line)


class RestlessUser:
    """Draws a gesture a few times a second: a context manager, on a thread of its own.

    By OSC it sends every command but those that end and pause the music; with a controller it
    turns knobs and presses pads; on a keyboard it plays phrases and holds chords, and loses some
    note-offs. wires: must be open while it is. speed: how many times as fast as written the music
    is played.
    """

    def __init__(self, session: Session, wires: Wires, settings: Settings, speed: float) -> None:
        self._session = session
        self._wires = wires
        self._tempo_bpm = settings.tempo_bpm
        self._speed = speed
        self._random = np.random.default_rng([settings.seed, 1])
        self._gestures = 0
        self._error: Exception | None = None
        self._left = Event()
        self._thread = Thread(target=self._run, name="restless user", daemon=True)

    def __enter__(self) -> "RestlessUser":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._left.set()
        self._thread.join()

    def check(self) -> Check:
        """How many gestures there were, and whether one of them failed."""
        failed = f"the restless user failed: {self._error!r}" if self._error else None
        return Check("gestures", f"{self._gestures:,}", failed)

    def _run(self) -> None:
        gestures = [self._send_osc, self._send_osc, self._turn, self._play, self._hold, self._noise]
        while not self._left.wait(self._random.exponential(_PAUSE_S)):
            if snapshot := self._session.snapshot():
                try:
                    gestures[self._random.integers(len(gestures))](snapshot)
                except Exception as error:  # told by `check`; the music goes on
                    self._error = error
                    return
                self._gestures += 1

    def _send_osc(self, snapshot: Snapshot) -> None:
        command = self._command(_KINDS[self._random.integers(len(_KINDS))], snapshot)
        message = OscMessageBuilder(address_of(command))
        if (value := value_of(command)) is not None:
            message.add_arg(int(value) if isinstance(value, bool) else value)
        self._wires.osc.send(message.build().dgram)

    def _command(self, kind: CommandKind, snapshot: Snapshot) -> Command:
        random = self._random
        part = str(random.choice(list(snapshot.steering.band.names))) if kind.per_part else None
        if kind.takes is ValueKind.SWITCH:
            return command_of(kind, bool(random.integers(2)), part)
        if kind.takes is ValueKind.NAME:
            return command_of(kind, str(random.choice(choices(kind.name, snapshot))))
        if kind.takes is ValueKind.TRIGGER:
            return command_of(kind, part=part)
        lowest, highest = kind.lowest, kind.highest
        if kind.name == "tempo":
            lowest, highest = (share * self._tempo_bpm for share in _TEMPI)
        elif kind.name == "latency":
            lowest, highest = -_LATENCY_MS / self._speed, _LATENCY_MS / self._speed
        return command_of(kind, round(float(random.uniform(lowest, highest)), 3), part)

    def _turn(self, _: Snapshot) -> None:
        """Turns a knob, or presses a pad, which is a knob at its highest position."""
        number = int(self._random.integers(len(_KNOBS)))
        pressed = _KNOBS[number].presses
        position = MOST_POSITION if pressed else int(self._random.integers(MOST_POSITION + 1))
        for each in (0, position):
            self._wires.controller.send(bytes((CONTROL, _FIRST_KNOB + number, each)))

    def _play(self, _: Snapshot) -> None:
        """Plays a phrase of a few notes."""
        pitch = int(self._random.integers(60, 84))
        for step in self._random.integers(-4, 5, self._random.integers(3, 10)).tolist():
            pitch = min(96, max(60, pitch + step))
            self._sound([pitch], self._random.uniform(0.2, 1.0))

    def _hold(self, _: Snapshot) -> None:
        """Holds a triad of the lower half."""
        root = int(self._random.integers(40, 52))
        third = int(self._random.integers(3, 5))
        self._sound([root, root + third, root + 7], self._random.uniform(2, 8))

    def _noise(self, _: Snapshot) -> None:
        """Sends both inputs what a wire carries beside."""
        message = _NOISE[self._random.integers(len(_NOISE))]
        self._wires.keys.send(message)
        self._wires.controller.send(message)

    def _sound(self, pitches: list[int], beats: float) -> None:
        for pitch in pitches:
            self._wires.keys.send(bytes((NOTE_ON, pitch, int(self._random.integers(1, 128)))))
        self._left.wait(beats * 60 / self._tempo_bpm / self._speed)
        for pitch in pitches:
            if self._random.random() >= _LOST:
                self._wires.keys.send(bytes((NOTE_OFF, pitch, 0)))


def _wire_to(make: Callable[[], MidiControl | Listener], opened: ExitStack) -> MidiPort:
    """Makes a surface with a virtual input; returns an output to that.

    Both stay open for as long as `opened`.
    """
    before = output_names()
    opened.enter_context(make())
    port = open_port(new_port(before))
    opened.callback(port.close)
    return port


def _free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind((HOST, 0))
        return int(free.getsockname()[1])
