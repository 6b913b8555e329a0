"""The screen of `livedshl play`: what plays, what comes next and why, and keys to steer it."""

import select
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import Thread

from rich.console import Group
from rich.style import Style
from rich.table import Table
from rich.text import Text
from textual.app import App, ComposeResult
from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.events import Key as KeyPressed
from textual.widgets import Static

from livedshl.errors import LivedshlError
from livedshl.live.session import Session
from livedshl.live.snapshot import Snapshot
from livedshl.performance.commands import Command, End
from livedshl.surfaces.announcement import announced, told_of
from livedshl.surfaces.choice_view import candidate_lines, choice_lines
from livedshl.surfaces.chord_view import chords_line
from livedshl.surfaces.desk import Desk
from livedshl.surfaces.gesture import Gesture, Move
from livedshl.surfaces.key_help import HELP_KEY, hint, key_pages
from livedshl.surfaces.keys import KEYS
from livedshl.surfaces.output_line import output_line
from livedshl.surfaces.pointing import clickable, key_at, part_at, wheel_at
from livedshl.surfaces.present import plain_name
from livedshl.surfaces.view import (
    clock_line,
    form_line,
    keys_line,
    part_lines,
    roll,
    song_lines,
    song_of_set,
)
from livedshl.text import shown
from livedshl.units import MOST_CHOICES

_FRAMES_PER_S = 12
_MESSAGE_S = 6.0
_LINES_BESIDES = 8  # output, clock, form, chords twice, keys, message and hint
_LOWEST_ROLL = 4  # lines
_LEAST_PART_LINES = MOST_CHOICES + 1  # the choices beside the parts need these
_ON_PAPER = Style(color="#ffffff", bgcolor="#000000")  # a QR code is read best so
_HELP_KEYS = (HELP_KEY, "f1")


@dataclass(slots=True)
class _Panels:
    """What keys show and hide. help_page: counted from 1; 0 while the help is closed.

    address: of the web page, with its QR code, line by line; empty without a page.
    """

    address: Sequence[str]
    codes: bool = False
    help_page: int = 0
    shows_address: bool = False


class Cockpit(App[Exception]):
    """Shows a session that plays on another thread, until that thread ends.

    learn: maps the next knob or pad to one of two gestures and returns what the user is to do;
    None if there is no controller. address: of the web page, with its QR code, line by line.
    `run` returns what broke the screen, None if nothing did.
    """

    CSS = "Screen { background: #10141c; } Static { height: auto; } #body { height: 1fr; }"
    ENABLE_COMMAND_PALETTE = False

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
        self._desk = Desk(session, self.tell, self._tell_obeyed)
        self._selected = 0
        self._message = ("", 0.0)
        self._last = Gesture("adventure")  # which `l` maps to a knob or pad
        self._panels = _Panels(address)
        self._interrupted = False
        # Kept, not looked up: a slow machine draws before the screen has its widgets.
        self._body = Static(id="body")

    def compose(self) -> ComposeResult:
        """One widget: each frame is drawn whole."""
        yield self._body

    def on_mount(self) -> None:
        """Starts redrawing."""
        self.set_interval(1 / _FRAMES_PER_S, lambda: self._try(self._redraw))

    def tell(self, line: str) -> None:
        """Shows a line for a while, from any thread."""
        self._message = (line, time.monotonic())

    def on_key(self, event: KeyPressed) -> None:
        """Obeys a key."""
        event.stop()
        event.prevent_default()
        self._try(lambda: self._press(event.key, event.character))

    def on_click(self, event: Click) -> None:
        """Presses the key that is drawn there: a part is muted, a tune chosen, a command obeyed."""
        key, part = key_at(event.style), part_at(event.style)
        if part is not None:
            self._selected = part
        if key is not None:
            self._try(lambda: self._press(key, key))

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """More of what is drawn there: tempo, a part's level, or else the intensity."""
        self._try(lambda: self._turn(event.style, Move.UP))

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Less of it."""
        self._try(lambda: self._turn(event.style, Move.DOWN))

    def _try(self, act: Callable[[], None]) -> None:
        """Closes the screen if it is broken. Textual would print where, with all values there."""
        try:
            act()
        except Exception as fault:
            self.exit(fault)

    def _press(self, name: str, character: str | None) -> None:
        if name in ("ctrl+c", "ctrl+q", "q"):
            self._interrupt()
        elif name in _HELP_KEYS:
            self._panels.help_page += 1
        elif name == "c":
            self._panels.codes = not self._panels.codes
        elif name == "w":
            self._show_address()
        elif name == "escape":
            self._panels.help_page, self._panels.shows_address = 0, False
        elif name == "s":
            self._save()
        elif name in ("up", "down"):
            self._selected += 1 if name == "down" else -1
        elif name == "l":
            self._learn_last()
        else:
            self._steer(name, character)

    def _steer(self, name: str, character: str | None) -> None:
        key = next((key for key in KEYS if key.key == name or key.label == name), None)
        if key is None:
            typed = character if character and character.isprintable() else name
            self.tell(f"The key {typed} does nothing. Press ? for the keys")
        else:
            self._do(key.gesture)

    def _turn(self, style: Style, move: Move) -> None:
        part = part_at(style)
        if part is not None:
            self._selected = part
        self._do(Gesture(wheel_at(style), move=move))

    def _do(self, gesture: Gesture) -> None:
        """Does a gesture, for the selected part if it concerns one."""
        if snapshot := self._session.snapshot():
            part = self._part(snapshot) if gesture.kind.per_part else None
            self._last = replace(gesture, part=plain_name(part) if part else None)
            self._desk.press(self._last, time.perf_counter())

    def _show_address(self) -> None:
        if self._panels.address:
            self._panels.shows_address = not self._panels.shows_address
        else:
            self.tell("No web page was asked for when the music was started")

    def _tell_obeyed(self, asked: Command, obeyed: Command) -> None:
        self.tell(told_of(asked, obeyed))

    def _learn_last(self) -> None:
        """Lets a knob set the value of the last command, or a pad repeat the last key."""
        if self._learn:
            try:
                self.tell(self._learn(Gesture(self._last.name, self._last.part), self._last))
            except LivedshlError as error:
                self.tell(str(error))
        else:
            self.tell("MIDI learn needs a controller input")

    def _interrupt(self) -> None:
        """Ends the music the first time, stops it the second."""
        if self._interrupted:
            self._session.stop()
        else:
            self._interrupted = True
            self._session.end()
            self.tell(f"{announced(End())} (q again stops now)")

    def _save(self) -> None:
        try:
            self.tell(f"Saved the last 32 bars to {self._session.save()}")
        except LivedshlError as error:
            self.tell(str(error))

    def _part(self, snapshot: Snapshot) -> str:
        parts = snapshot.steering.band.parts
        self._selected %= len(parts)
        return parts[self._selected].name

    def _redraw(self) -> None:
        if not self._playing.is_alive():
            self.exit()
            return
        self._desk.hand_on()
        snapshot = self._session.snapshot() if _terminal_reads() else None
        if snapshot:
            pages = key_pages(self.size.width, self.size.height)
            self._panels.help_page %= len(pages) + 1
            page = self._panels.help_page
            if self._panels.shows_address:
                self._body.update(_address(self._panels.address, self.size.height))
            else:
                self._body.update(pages[page - 1] if page else self._frame(snapshot))

    def _frame(self, snapshot: Snapshot) -> Group:
        width, height = self.size.width, self.size.height
        self._part(snapshot)
        codes = self._panels.codes
        n_parts = max(_LEAST_PART_LINES, len(snapshot.steering.band.parts))
        n_songs = 4 if codes else 2
        roll_height = max(_LOWEST_ROLL, height - _LINES_BESIDES - n_songs - n_parts)
        beside = Table.grid(expand=True, padding=(0, 1, 0, 0))
        beside.add_column(width=28)
        beside.add_column(ratio=1)
        parts = part_lines(snapshot, self._selected)
        beside_parts = candidate_lines if codes else choice_lines
        beside.add_row(_lines(parts, n_parts), _lines(beside_parts(snapshot, n_parts), n_parts))
        line, since = self._message
        told = line if time.monotonic() - since < _MESSAGE_S else ""
        head = [
            output_line(snapshot.hearing) + song_of_set(snapshot),
            clock_line(snapshot),
            form_line(snapshot),
            chords_line(snapshot),
        ]
        return Group(
            _lines(head, len(head)),
            *roll(snapshot, width, roll_height),
            _lines(song_lines(snapshot, codes), n_songs),
            _lines([keys_line(snapshot)], 1),
            beside,
            _lines([Text(told, Style(color="#ffb454"))], 1),
            hint(width),
        )


def _terminal_reads() -> bool:
    """Whether the terminal has room for a frame.

    One that is halted has not. Textual would queue 30 frames and then wait, with every later key.
    """
    terminal = sys.__stderr__  # which Textual draws on
    if sys.platform == "win32" or terminal is None or not terminal.isatty():
        return True
    return bool(select.select([], [terminal], [], 0)[1])


def _address(lines: Sequence[str], height: int) -> Group:
    """The address of the web page, over its QR code if the terminal is high enough for it."""
    *code, address = lines
    head = Text(f"{shown(address)}   (w goes back)", clickable("w"), no_wrap=True)
    if code and len(lines) > height:
        return Group(head, Text(f"Make the window {len(lines)} lines high for the QR code"))
    return Group(head, *(Text(line, _ON_PAPER, no_wrap=True) for line in code))


def _lines(lines: list[Text], height: int) -> Group:
    """The first `height` lines, padded with empty ones so that nothing below moves.

    All text from outside comes through here: each line stays one, and the terminal obeys none.
    """
    for line in lines:
        line.plain = shown(line.plain)
        line.no_wrap, line.overflow = True, "ellipsis"
    return Group(*[*lines, *[Text()] * height][:height])
