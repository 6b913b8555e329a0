"""`livedshl library`."""

import io
import sys
from typing import TYPE_CHECKING

import click

from livedshl.cli.options import model_option

if TYPE_CHECKING:
    from livedshl.bundle.tunes import ListedTune

_COLUMNS = ("no.", "title", "source", "metre", "mode", "bars", "segments")


@click.command()
@click.argument("words", nargs=-1, metavar="[WORDS]...")
@model_option
def library(words: tuple[str, ...], model: str) -> None:
    """Show the tunes of a model, or those that have all WORDS in title or source.

    What goes into a pipe has a tune on each line, with tabs between the columns.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from livedshl.bundle.catalogue import bundle_folder
    from livedshl.bundle.tunes import search, tunes_of

    tunes = tunes_of(bundle_folder(model))
    rows = [_row(tune) for tune in search(tunes, words)]
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # tunes may have names in any letters
    console = Console(highlight=False)
    if not console.is_terminal:
        for row in rows:
            click.echo("\t".join(row))
        return
    table = Table(box=None, pad_edge=False)
    for heading in _COLUMNS:
        number = heading in ("no.", "bars", "segments")
        table.add_column(heading, justify="right" if number else "left")
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table)
    console.print(f"{len(rows):,} of {len(tunes):,} tunes")


def _row(tune: "ListedTune") -> tuple[str, ...]:
    cells = (
        tune.number, tune.title, tune.source, tune.metre, tune.mode.value, tune.bars, tune.segments,
    )  # fmt: skip
    return tuple("".join(c if c.isprintable() else " " for c in str(cell)) for cell in cells)
