"""The panels of the screen: each shows one thing that a musician looks for, from the snapshot."""

from collections.abc import Iterable

from rich.text import Text
from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.reactive import reactive, var
from textual.widget import Widget

from livedshl.live.snapshot import Snapshot
from livedshl.surfaces.choice_view import candidate_lines, choice_lines
from livedshl.surfaces.chord_view import chords_line, heard_line
from livedshl.surfaces.key_help import hint
from livedshl.surfaces.look import YOURS
from livedshl.surfaces.output_line import output_line
from livedshl.surfaces.roll_view import roll
from livedshl.surfaces.view import clock_line, form_line, part_line, song_lines, song_of_set
from livedshl.text import shown


class TextLines(Widget):
    """Some lines of text. It is painted again only when they change."""

    text: reactive[Text] = reactive(Text)
    auto_links = False  # a link keeps the colour that says what it is

    def show(self, lines: Iterable[Text]) -> None:
        """Shows these lines. Whatever text from outside is in them, the terminal obeys none."""
        safe = [line.copy() for line in lines]
        for line in safe:
            line.plain = shown(line.plain)
        self.text = Text("\n").join(safe)

    def render(self) -> Text:
        """What is painted."""
        return self.text


class Panel(TextLines):
    """Lines about the performance."""

    snapshot: var[Snapshot | None] = var(None)

    def draw(self, snapshot: Snapshot) -> Iterable[Text]:
        """What it says about the performance."""
        raise NotImplementedError

    def watch_snapshot(self, snapshot: Snapshot | None) -> None:
        """Draws the performance as it stands, once there is room to."""
        if snapshot and self.size:
            self.show(self.draw(snapshot))

    @property
    def shows_codes(self) -> bool:
        """Whether codes, distances and other figures of the engine are asked for."""
        return self.screen.has_class("codes")


class OutputPanel(Panel):
    """Where the music goes, and which song of a set plays."""

    def draw(self, snapshot: Snapshot) -> Iterable[Text]:
        """One line."""
        yield output_line(snapshot.hearing) + song_of_set(snapshot)


class ClockPanel(Panel):
    """Position, tempo, metre and key. The wheel turns the tempo."""

    def draw(self, snapshot: Snapshot) -> Iterable[Text]:
        """One line."""
        yield clock_line(snapshot)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Faster."""
        event.stop()
        self.app.simulate_key("plus")

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Slower."""
        event.stop()
        self.app.simulate_key("minus")


class FormPanel(Panel):
    """The tune, its sections, and what is set."""

    def draw(self, snapshot: Snapshot) -> Iterable[Text]:
        """One line."""
        yield form_line(snapshot)


class ChordPanel(Panel):
    """The chords now and next, the bars left, and what a player who is listened to does."""

    def draw(self, snapshot: Snapshot) -> Iterable[Text]:
        """Two lines."""
        return chords_line(snapshot), heard_line(snapshot)


class RollPanel(Panel):
    """The notes around the present, the chords under them."""

    def draw(self, snapshot: Snapshot) -> Iterable[Text]:
        """As many lines as there is room for."""
        return roll(snapshot, self.size.width, self.size.height - 1)


class SongPanel(Panel):
    """The songs that play now and next; their codes if they are asked for."""

    def draw(self, snapshot: Snapshot) -> Iterable[Text]:
        """Two lines, or four with codes."""
        return song_lines(snapshot, self.shows_codes)


class ChoicePanel(Panel):
    """What may open the next section; with codes, the candidates for what comes."""

    def draw(self, snapshot: Snapshot) -> Iterable[Text]:
        """A heading, and a line for each."""
        draw = candidate_lines if self.shows_codes else choice_lines
        return draw(snapshot, self.size.height)


class PartPanel(Panel, can_focus=True):
    """One part of the band. Keys for the selected part act on the one that has the focus.

    number: of the part, counted from 0.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def draw(self, snapshot: Snapshot) -> Iterable[Text]:
        """One line."""
        if self.number < len(snapshot.steering.band.parts):  # else it is about to go
            yield part_line(snapshot, self.number, self.has_focus)

    def on_click(self, event: Click) -> None:
        """Mutes it."""
        event.stop()
        self.app.simulate_key("m")

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Louder."""
        event.stop()
        self._press_here("right")

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Softer."""
        event.stop()
        self._press_here("left")

    def _press_here(self, key: str) -> None:
        self.screen.set_focus(self, scroll_visible=False)
        self.app.simulate_key(key)


class PartList(Panel):
    """All parts of the band: a panel for each, as the band changes."""

    def watch_snapshot(self, snapshot: Snapshot | None) -> None:
        """Has as many panels as there are parts."""
        n_parts = len(snapshot.steering.band.parts) if snapshot else 0
        panels = self.query(PartPanel)
        for number in range(len(panels), n_parts):
            self.mount(PartPanel(number))
        for panel in panels[n_parts:]:
            panel.remove()
        if n_parts and self.screen.focused is None:
            self.screen.set_focus(self.query(PartPanel).first(), scroll_visible=False)


class MessagePanel(TextLines):
    """What was just done or went wrong."""

    def tell(self, line: str) -> None:
        """Shows a line."""
        self.show([Text().append(line, YOURS)])


class HintPanel(TextLines):
    """The keys that matter most, as many as fit. A click on one presses it."""

    def on_resize(self) -> None:
        """Fits them in."""
        self.show([hint(self.size.width)])
