"""The screen of `livedshl play`: what plays, what comes next and why, and keys to steer it."""

import select
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from threading import Thread
from typing import ClassVar

from textual.actions import ActionParseResult
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.dom import DOMNode
from textual.events import Key as KeyPressed
from textual.events import MouseScrollDown, MouseScrollUp

from livedshl.errors import LivedshlError
from livedshl.live.session import Session
from livedshl.live.snapshot import Snapshot
from livedshl.performance.commands import Command, End
from livedshl.surfaces.announcement import announced, told_of
from livedshl.surfaces.desk import Desk
from livedshl.surfaces.gesture import Gesture
from livedshl.surfaces.keys import KEYS
from livedshl.surfaces.look import GROUNDS
from livedshl.surfaces.overlays import AddressOverlay, KeyOverlay
from livedshl.surfaces.panels import (
    ChoicePanel,
    ChordPanel,
    ClockPanel,
    FormPanel,
    HintPanel,
    MessagePanel,
    OutputPanel,
    Panel,
    PartList,
    PartPanel,
    RollPanel,
    SongPanel,
)
from livedshl.surfaces.present import plain_name

_FRAMES_PER_S = 12
_MESSAGE_S = 6.0


class Cockpit(App[Exception], inherit_bindings=False):
    """Shows a session that plays on another thread, until that thread ends.

    learn: maps the next knob or pad to one of two gestures and returns what the user is to do;
    None if there is no controller. address: of the web page, with its QR code, line by line.
    `run` returns what broke the screen, None if nothing did.
    """

    CSS_PATH = "screen.tcss"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key.key, f"steer('{key.key}')", key.help) for key in KEYS),
        Binding("up", "select('previous')"),
        Binding("down", "select('next')"),
        Binding("l", "learn"),
        Binding("s", "save"),
        Binding("c", "codes"),
        Binding("w", "address"),
        Binding("question_mark,f1", "help"),
        Binding("q,ctrl+c,ctrl+q", "end", priority=True),
    ]

    def __init__(
        self,
        session: Session,
        playing: Thread,
        learn: Callable[[Gesture, Gesture], str] | None = None,
        address: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self._session = session
        self._playing = playing
        self._learn = learn
        self._address = address
        self._desk = Desk(session, self.tell, self._tell_obeyed)
        self._message = ("", 0.0)
        self._last = Gesture("adventure")  # which `l` maps to a knob or pad
        self._interrupted = False

    def get_css_variables(self) -> dict[str, str]:
        """The colours of the style sheet."""
        return super().get_css_variables() | GROUNDS

    def compose(self) -> ComposeResult:
        """A panel for each thing that a musician looks for, from top to bottom."""
        yield OutputPanel()
        yield ClockPanel()
        yield FormPanel()
        yield ChordPanel()
        yield RollPanel()
        yield SongPanel()
        with Horizontal(id="beside"):
            yield PartList()
            yield ChoicePanel()
        with Vertical(id="foot"):
            yield MessagePanel()
            yield HintPanel()

    def on_mount(self) -> None:
        """Starts showing the music."""
        self._show_music()
        self.set_interval(1 / _FRAMES_PER_S, self._show_music)

    def tell(self, line: str) -> None:
        """Shows a line for a while, from any thread."""
        self._message = (line, time.monotonic())

    async def run_action(
        self,
        action: "str | ActionParseResult",
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Obeys a key or click. If that breaks, the screen closes with the reason."""
        try:
            return await super().run_action(action, default_namespace, namespaces)
        except Exception as fault:  # Textual would print where, with all values there
            self.exit(fault)
            return True

    def on_key(self, event: KeyPressed) -> None:
        """Says so if a key does nothing."""
        if event.key not in self.active_bindings:
            name = event.character if event.is_printable else event.key
            self.tell(f"The key {name} does nothing. Press ? for the keys")

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """More intensity, unless the panel there has more of something else."""
        self.simulate_key("i")

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Less of it."""
        self.simulate_key("I")

    def action_steer(self, name: str) -> None:
        """Does the gesture of a key, for the selected part if it concerns one."""
        gesture = next(key.gesture for key in KEYS if key.key == name)
        if snapshot := self._session.snapshot():
            part = self._part(snapshot) if gesture.kind.per_part else None
            self._last = replace(gesture, part=plain_name(part) if part else None)
            self._desk.press(self._last, time.perf_counter())

    def action_select(self, towards: str) -> None:
        """Selects the previous or next part."""
        stage = self.screen_stack[0]
        (stage.focus_next if towards == "next" else stage.focus_previous)(PartPanel)

    def action_learn(self) -> None:
        """Lets a knob set the value of the last command, or a pad repeat the last key."""
        if self._learn:
            try:
                self.tell(self._learn(Gesture(self._last.name, self._last.part), self._last))
            except LivedshlError as error:
                self.tell(str(error))
        else:
            self.tell("MIDI learn needs a controller input")

    def action_save(self) -> None:
        """Saves what was just heard."""
        try:
            self.tell(f"Saved the last 32 bars to {self._session.save()}")
        except LivedshlError as error:
            self.tell(str(error))

    def action_codes(self) -> None:
        """Shows or hides codes, distances and other figures of the engine."""
        self.screen_stack[0].toggle_class("codes")

    def action_address(self) -> None:
        """Shows where the web page is."""
        if self._address:
            self.push_screen(AddressOverlay(self._address))
        else:
            self.tell("No web page was asked for when the music was started")

    def action_help(self) -> None:
        """Shows all keys."""
        self.push_screen(KeyOverlay())

    def action_end(self) -> None:
        """Ends the music the first time, stops it the second."""
        if self._interrupted:
            self._session.stop()
        else:
            self._interrupted = True
            self._session.end()
            self.tell(f"{announced(End())} (q again stops now)")

    def _tell_obeyed(self, asked: Command, obeyed: Command) -> None:
        self.tell(told_of(asked, obeyed))

    def _part(self, snapshot: Snapshot) -> str:
        """The selected part."""
        focused = self.screen_stack[0].focused
        number = focused.number if isinstance(focused, PartPanel) else 0
        return snapshot.steering.band.parts[number].name

    def _show_music(self) -> None:
        """Hands the performance as it stands to what is on the screen."""
        try:
            if not self._playing.is_alive():
                self.exit()
                return
            self._desk.hand_on()
            snapshot = self._session.snapshot() if _terminal_reads() else None
            if snapshot:
                for panel in self.screen.query(Panel):
                    panel.snapshot = snapshot
                line, since = self._message
                fresh = time.monotonic() - since < _MESSAGE_S
                for message in self.screen.query(MessagePanel):
                    message.tell(line if fresh else "")
        except Exception as fault:
            self.exit(fault)


def _terminal_reads() -> bool:
    """Whether the terminal has room for a frame.

    One that is halted has not. Textual would queue 30 frames and then wait, with every later key.
    """
    terminal = sys.__stderr__  # which Textual draws on
    if sys.platform == "win32" or terminal is None or not terminal.isatty():
        return True
    return bool(select.select([], [terminal], [], 0)[1])
