"""What covers the screen while a key asks for it. Every other key steers the music all the same."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.screen import Screen

from livedshl.surfaces.key_help import key_pages
from livedshl.surfaces.look import ON_PAPER, clickable
from livedshl.surfaces.panels import MessagePanel, TextLines


class KeyOverlay(Screen[None]):
    """Every key and what it does; the pages follow each other."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "turn"),
        Binding("escape", "dismiss"),
    ]
    page = reactive(0)

    def compose(self) -> ComposeResult:
        """A page of keys, and what a key that is tried brings about."""
        yield TextLines(classes="page")
        yield MessagePanel()

    def on_resize(self) -> None:
        """Fits as many keys on a page as there is room for."""
        self.watch_page()

    def watch_page(self) -> None:
        """Shows the page, or the last one if the terminal has become larger."""
        pages = key_pages(self.size.width, self.size.height - 1)
        self.query_one(TextLines).show(pages[min(self.page, len(pages) - 1)])

    def action_turn(self) -> None:
        """Shows the next page; after the last, the music."""
        if self.page + 1 < len(key_pages(self.size.width, self.size.height - 1)):
            self.page += 1
        else:
            self.dismiss()


class AddressOverlay(Screen[None]):
    """The address of the web page, over its QR code if the terminal is high enough for it.

    lines: the code, and the address last.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("w,escape", "dismiss")]

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__()
        self._lines = lines

    def compose(self) -> ComposeResult:
        """The address and the code."""
        yield TextLines(classes="page")

    def on_resize(self) -> None:
        """Shows the code whole or not at all: no camera reads half of one."""
        *code, address = self._lines
        head = Text().append(f"{address}   (w goes back)", clickable("w"))
        below = [Text().append(line, ON_PAPER) for line in code]
        if code and len(self._lines) > self.size.height:
            below = [Text(f"Make the window {len(self._lines)} lines high for the QR code")]
        self.query_one(TextLines).show([head, *below])
