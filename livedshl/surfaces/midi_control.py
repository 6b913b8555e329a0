"""Steers the music by a MIDI controller whose knobs and pads were mapped by MIDI learn."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from livedshl.errors import ControllerError
from livedshl.live.port_watcher import PortWatcher
from livedshl.live.steady import LEAVING_S, run_steadily
from livedshl.live.watched_input import WatchedInput
from livedshl.outputs.midi_systems import CLIENT_NAME
from livedshl.surfaces.bindings import (
    Source,
    SourceKind,
    bind,
    bindings_path,
    read_bindings,
    source_of,
)
from livedshl.surfaces.desk import Desk, Music
from livedshl.surfaces.gesture import MOST_POSITION, Gesture

_OWN_NAME = f"{CLIENT_NAME}-control"
_PERIOD_S = 0.02
_PRESSED = MOST_POSITION // 2 + 1  # position from which a controller counts as a button held down


class MidiControl:
    """Obeys a MIDI input on a thread of its own, until it is left; a context manager.

    port: the name of an input, "" to make a virtual one. tell: shows the user a line.
    path: the file of bindings. Raises OutputError if the port cannot be opened.
    """

    def __init__(
        self,
        port: str,
        music: Music,
        watcher: PortWatcher,
        tell: Callable[[str], None],
        path: Path | None = None,
    ) -> None:
        self._tell = tell
        self._path = path or bindings_path()
        self._desk = Desk(music, tell)
        self._bindings: dict[Source, Gesture] = {}
        self._positions: dict[Source, int] = {}
        self._to_learn: tuple[Gesture, ...] = ()
        self._left = threading.Event()
        self._input = WatchedInput(port, _OWN_NAME, watcher, tell)
        run = partial(run_steadily, self._run, self._left, "The controller", tell)
        self._thread = threading.Thread(target=run, name="controller", daemon=True)

    def __enter__(self) -> "MidiControl":
        try:
            self._bindings = read_bindings(self._path)
        except ControllerError as error:
            self._tell(f"No controls are mapped: {error}")
        n = len(self._bindings)
        mapped = f"{n} {'control' if n == 1 else 'controls'} mapped" if n else "nothing mapped yet"
        self._tell(f"Controller input: {self._input.name} ({mapped})")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._left.set()
        self._thread.join(LEAVING_S)
        if not self._thread.is_alive():  # else its MIDI system hangs, and closing would too
            self._input.close()

    def learn(self, *gestures: Gesture) -> str:
        """Maps the first of these gestures that suits the next knob turned or pad pressed.

        Returns what the user is to do.
        """
        self._to_learn = gestures
        pads = any(gesture.presses for gesture in gestures)
        return f"{'Move a knob or press a pad' if pads else 'Move a knob'} for {gestures[0]}"

    def _run(self) -> None:
        while not self._left.wait(_PERIOD_S):
            for message, time_s in self._input.receive():
                if heard := source_of(message):
                    self._take(*heard, time_s)
            self._desk.hand_on()

    def _take(self, source: Source, position: int, time_s: float) -> None:
        before = self._positions.get(source, 0)
        if source.kind is SourceKind.CC:
            self._positions[source] = position
        if wanted := next((g for g in self._to_learn if source.suits(g)), None):
            self._to_learn = ()
            self._keep(source, wanted)
        elif gesture := self._bindings.get(source):
            if source.kind is SourceKind.CC and gesture.turns:
                self._desk.turn(gesture, position)
            elif before < _PRESSED <= position:
                self._desk.press(gesture, time_s)

    def _keep(self, source: Source, gesture: Gesture) -> None:
        mapped = f"{source.words} now controls {gesture}"
        try:
            self._bindings = bind(self._path, source, gesture)
        except ControllerError as error:
            self._bindings[source] = gesture
            self._tell(f"{mapped}, until you quit. {error}")
        else:
            self._tell(mapped)
