"""`livedshl explain`."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from rich.table import Table

from livedshl.cli.console import PlainConsole
from livedshl.cli.printing import say
from livedshl.improviser.provenance import Provenance
from livedshl.improviser.sources import SourceSummary, summarise_sources
from livedshl.improviser.trace_file import read_trace

_PIPED_WIDTH = 200  # columns where there is no terminal: nothing is cut then
_MOST_SONGS = 10
_COLUMNS = (
    "bar", "beat", "song", "its beat", "dist", "near", "ties", "agree", "splice", "section", "wish",
    "accompaniment",
)  # fmt: skip
_WORDS = {"song", "section", "wish", "accompaniment"}


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
    section, wish    its section, and what the form asked for and found;
                     an intro has no melody: its song is the one that opens the form
    accompaniment    the song and bar whose accompaniment plays, if a part plays by code
    """
    provenances, cut_off = read_trace(trace)
    console = PlainConsole()
    if not console.is_terminal:
        console = PlainConsole(width=_PIPED_WIDTH)
    console.print(_table(provenances))
    for line in _told(summarise_sources(provenances)):
        console.print(line)
    if cut_off:
        say(f"{trace}: the last line is incomplete and was left out.", err=True)


def _table(provenances: Sequence[Provenance]) -> Table:
    """A row for each segment, without what is the same as in the row above."""
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
            no_wrap=True,
            overflow="ellipsis",
            min_width=None if heading == "song" else widths[column],  # what shrinks is the song
        )
    for row in rows[1:]:
        table.add_row(*(row[column] for column in used))
    return table


def _rows(provenances: Sequence[Provenance]) -> Iterator[tuple[str, ...]]:
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
            "; ".join(borrowed.in_words() for borrowed in found.accompaniment),
        )
        bar, song, section = bars, found.source, here


def _told(summary: SourceSummary) -> Iterator[str]:
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
    if summary.intro_bars:
        yield f"{summary.intro_bars / summary.bars:5.0%}  intro of the band"
    others = summary.songs[_MOST_SONGS:]
    if others:
        share = sum(bars for _, bars in others) / summary.bars
        yield f"{share:5.0%}  {len(others)} others"
