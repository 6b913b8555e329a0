"""`livedshl explain`."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from livedshl.cli.status import print_any_letters
from livedshl.improviser.provenance import Origin, Summary, read_trace, summarise

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

    TRACE is a file that `play --trace` or `generate --trace` wrote. A row for each segment shows:

    \b
    bar, beat        where it starts
    song, its beat   the tune it comes from, and the beat there, from the first bar line
    dist             Hamming distance of its code from the code that asked for it
    near             the smallest distance there was (with --retrieve max the largest)
    ties             how many segments were that near
    agree            steps in which it agrees with what was playing
    splice           the step at which its melody takes over
    section, wish    its section, and what the form asked for and found
    """
    origins, cut_off = read_trace(trace)
    print_any_letters()
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_PIPED_WIDTH)
    console.print(_table(origins))
    for line in _told(summarise(origins)):
        console.print(line, markup=False)
    if cut_off:
        click.echo(f"{trace}: the last line is incomplete and was left out.", err=True)


def _table(origins: Sequence[Origin]) -> Table:
    """A row for each segment, without what is the same as in the row above."""
    rows = [_COLUMNS, *_rows(origins)]
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


def _rows(origins: Sequence[Origin]) -> Iterator[tuple[str, ...]]:
    bar = song = section = None
    for origin in origins:
        bars, beat = divmod(origin.beat, origin.grid.bar_beats)
        here = (origin.tune, origin.section, origin.time)
        found = (origin.hamming, origin.nearest, origin.ties, origin.agreeing_steps, origin.splice)
        yield (
            "" if bars == bar else str(bars + 1),
            str(beat + 1),
            "" if origin.source == song else origin.song,
            str(origin.song_beat + 1),
            *("" if figure is None else f"{figure:,}" for figure in found),
            "" if here == section else origin.section_name,
            origin.wish or "",
        )
        bar, song, section = bars, origin.source, here


def _told(summary: Summary) -> Iterator[str]:
    yield ""
    yield (
        f"{summary.bars:g} bars, {summary.segments} segments, {len(summary.songs)} tunes. "
        f"Longest passage from one tune: {summary.longest:g} bars, {summary.longest_song}"
    )
    if summary.mean_hamming is not None:
        yield f"Mean Hamming distance: {summary.mean_hamming:.1f}"
    yield ""
    for song, bars in summary.songs[:_MOST_SONGS]:
        yield f"{bars / summary.bars:5.0%}  {song}"
    others = summary.songs[_MOST_SONGS:]
    if others:
        share = sum(bars for _, bars in others) / summary.bars
        yield f"{share:5.0%}  {len(others)} others"
