"""`livedshl library`."""

import click
from rich.table import Table

from livedshl.bundle.catalogue import bundle_folder
from livedshl.bundle.tunes import ListedTune, search, tunes_of
from livedshl.cli.console import PlainConsole
from livedshl.cli.options import model_option
from livedshl.cli.status import paged
from livedshl.text import shown

_COLUMNS = ("no.", "title", "source", "metre", "mode", "bars", "segments")
_NUMBERS = {"no.", "bars", "segments"}


@click.command()
@click.argument("words", nargs=-1, metavar="[WORDS]...")
@model_option
def library(words: tuple[str, ...], model: str) -> None:
    """List the tunes of a model, or those with all WORDS in their title or source.

    In a pipe each line is a tune, with tabs between the columns.
    """
    tunes = tunes_of(bundle_folder(model))
    rows = [_row(tune) for tune in search(tunes, words)]
    console = PlainConsole()
    if not console.is_terminal:
        for row in rows:
            click.echo("\t".join(row))
        return
    table = Table(box=None, pad_edge=False)
    for heading in _COLUMNS:
        table.add_column(heading, justify="right" if heading in _NUMBERS else "left")
    for row in rows:
        table.add_row(*row)
    with paged(console, len(rows)):
        console.print(table)
        console.print(f"{len(rows):,} of {len(tunes):,} tunes")


def _row(tune: ListedTune) -> tuple[str, ...]:
    cells = (
        tune.number, tune.title, tune.source, tune.metre, tune.mode.value, tune.bars, tune.segments,
    )  # fmt: skip
    return tuple(shown(str(cell)) for cell in cells)
