"""Types of options: their messages in plain words, and their completion with Tab."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import click

from livedshl.bundle.model import list_models
from livedshl.errors import LivedshlError
from livedshl.outputs.ports import input_names, output_names
from livedshl.performance.preset import preset_names

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class Number(click.ParamType[Any]):
    """A number in a range. `whole`: no fraction. `unit` follows it in messages, such as " BPM"."""

    name = "number"

    def __init__(
        self, lowest: float, highest: float | None = None, *, unit: str = "", whole: bool = False
    ) -> None:
        self._lowest = lowest
        self._highest = highest
        self._unit = unit
        self._whole = whole

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float | int:
        """The number that a text stands for."""
        try:
            number = int(value) if self._whole else float(value)
        except ValueError:
            number = float("nan")
        if number >= self._lowest and (self._highest is None or number <= self._highest):
            return number
        kind = "a whole number " if self._whole else ""
        limits = (
            f"of {self._lowest:g} or more"
            if self._highest is None
            else f"between {self._lowest:g} and {self._highest:g}"
        )
        self.fail(f"must be {kind}{limits}{self._unit}, not {value}", param, ctx)


class OneOf(click.Choice[str]):
    """One of some words."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """What to say of another word."""
        return f"must be one of {', '.join(self.choices)}, not {value}"


class Name(click.ParamType[Any]):
    """A name out of a list that the system is asked for, or what else the command takes.

    files: whether it may be a path as well, "file" or "dir".
    """

    name = "text"

    def __init__(self, names: Callable[[], Iterable[str]], files: str = "") -> None:
        self._names = names
        self._files = files

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> "list[CompletionItem]":
        """The names that begin so, and files where it may be one."""
        try:
            names = filter(str.isprintable, self._names())  # the shell prints them
            found = [name for name in names if name.startswith(incomplete)]
        except LivedshlError:  # there is no MIDI: nothing to complete
            found = []
        from click.shell_completion import CompletionItem  # only Tab needs it

        items = [CompletionItem(name) for name in found]
        # Files first: bash forgets all that came before them, and offers them if no name fits.
        return [CompletionItem(incomplete, type=self._files), *items] if self._files else items


MODEL = Name(list_models, files="dir")
PRESET = Name(preset_names, files="file")
OUTPUT_PORT = Name(output_names)
INPUT_PORT = Name(input_names)


def share_to_hold_out(holdout: str) -> float:
    """The share of the songs to hold out. Raises UsageError for anything else."""
    try:
        share = float(holdout)
    except ValueError:
        share = 0.0
    if not 0 < share < 1:
        raise click.UsageError(f"--holdout takes a share here, such as 0.1, not {holdout!r}")
    return share
