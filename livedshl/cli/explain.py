"""`livedshl explain`."""

import io
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.table import Table

    from livedshl.improviser.provenance import Provenance
    from livedshl.improviser.sources import SourceSummary

_PIPED_WIDTH = 200  # columns where there is no terminal: nothing is cut then
_MOST_SONGS = 10
_COLUMNS = (
    "bar", "beat", "song", "its beat", "dist", "near", "ties", "agree", "splice", "section", "wish",
)  # fmt: skip
_WORDS = {"song", "section", "wish"}


@click.command()
@click.argument("trace", metavar="TRACE", type=click.Path(path_type=Path, dir_okay=False))
def explain(trace: Path) -> None:
    """Show where each bar of a performance came from.

    TRACE is a file that `play --trace` or `generate --trace` wrote. Of every segment:

    \b
    bar, beat        where it starts
    song, its beat   where it comes from; beats count from the first bar line
    dist             Hamming distance of its code from what asked for it; none asked for the first
    near             the least distance there was (with --retrieve max the greatest)
    ties             how many segments were that near
    agree            steps in which it agrees with what was playing
    splice           the step at which its melody takes over
    section, wish    of the form: where it stands, and what was asked for and found
    """
    from rich.console import Console

    from livedshl.improviser.sources import summarise
    from livedshl.improviser.trace_file import read_trace

    provenances, cut_off = read_trace(trace)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # songs may have names in any letters
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_PIPED_WIDTH)
    console.print(_table(provenances))
    for line in _told(summarise(provenances)):
        console.print(line, markup=False)
    if cut_off:
        click.echo(f"{trace}: the last line is cut off, and left out here", err=True)


def _table(provenances: Sequence["Provenance"]) -> "Table":
    """A row for each segment; what is as in the row above is left out."""
    from rich.table import Table
    from rich.text import Text

    rows = [_COLUMNS, *_rows(provenances)]
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    table = Table(box=None, header_style="dim", pad_edge=False)
    used = [column for column, cells in enumerate(zip(*rows[1:], strict=True)) if any(cells)]
    for column in used:
        heading = _COLUMNS[column]
        words = heading in _WORDS
        table.add_column(
            heading,
            justify="left" if words else "right",
            min_width=None if heading == "song" else widths[column],  # what shrinks is the song
        )
    for row in rows[1:]:
        cells = (Text(row[column], no_wrap=True, overflow="ellipsis") for column in used)
        table.add_row(*cells)
    return table


def _rows(provenances: Sequence["Provenance"]) -> Iterator[tuple[str, ...]]:
    bar = song = section = None
    for found in provenances:
        bars, beat = divmod(found.beat, found.grid.bar_beats)
        place = found.place
        here = place and (place.tune, place.section, place.time)
        figures = (found.hamming, found.nearest, found.ties, found.agreeing_steps, found.splice)
        yield (
            "" if bars == bar else str(bars + 1),
            str(beat + 1),
            "" if found.source == song else found.song,
            str(found.song_beat + 1),
            *("" if figure is None else f"{figure:,}" for figure in figures),
            "" if here == section or not place else place.name,
            found.wish or "",
        )
        bar, song, section = bars, found.source, here


def _told(summary: "SourceSummary") -> Iterator[str]:
    yield ""
    yield (
        f"{summary.bars:g} bars, {summary.segments} segments, {len(summary.songs)} songs; the "
        f"longest stretch from one: {summary.longest:g} bars, {summary.longest_song}"
    )
    if summary.mean_hamming is not None:
        yield f"Hamming distance {summary.mean_hamming:.1f} on average"
    yield ""
    for song, bars in summary.songs[:_MOST_SONGS]:
        yield f"{bars / summary.bars:5.0%}  {song}"
    others = summary.songs[_MOST_SONGS:]
    if others:
        share = sum(bars for _, bars in others) / summary.bars
        yield f"{share:5.0%}  {len(others)} others"
