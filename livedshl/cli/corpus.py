"""`livedshl corpus`."""

import json

import click
from rich.table import Table

from livedshl.cli.console import PlainConsole
from livedshl.cli.options import cluster_option, kind_options
from livedshl.cli.status import StatusLine, paged
from livedshl.corpus.library import stream_corpus
from livedshl.corpus.summary import CorpusSummary, summary_of
from livedshl.music import GRIDS, Mode
from livedshl.work import crew_at

_MOST_LISTED = 100


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@kind_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--all", "every", is_flag=True, help="List every tune that is skipped.")
@cluster_option
def corpus(
    paths: tuple[str, ...],
    metre: str,
    minor: bool,
    as_json: bool,
    every: bool,
    cluster: str | None,
) -> None:
    """Show which tunes in PATH... can be learned from, and why others are skipped.

    PATH is a file or folder of ABC, MIDI or MusicXML tunes, or a collection that comes with
    music21, such as music21:oneills1850.

    What was read is remembered. If you stop it with Ctrl-C, the same command goes on from there.
    """
    with StatusLine() as status, crew_at(cluster) as crew:
        mode = Mode.MINOR if minor else Mode.MAJOR
        tunes = stream_corpus(
            paths, grid=GRIDS[metre], mode=mode, progress=status.progress, crew=crew
        )
        summary = summary_of(tunes)
    if as_json:
        click.echo(json.dumps(summary.as_json()))
    else:
        console, table = PlainConsole(), _table(summary, every)
        with paged(console, table.row_count):
            console.print(table)


def _table(summary: CorpusSummary, every: bool) -> Table:
    """The summary, with the tunes that are damaged, or with `every` tune that is skipped."""
    table = Table(box=None, show_header=False)
    table.add_row("tune files", f"{summary.files:,}")
    if summary.ignored:
        table.add_row("other files", f"{summary.ignored:,}, left out")
    table.add_row("tunes", f"{summary.tunes:,}")
    table.add_row("kept", f"{summary.kept:,} ({summary.chorded:,} with chord symbols)")
    table.add_row("segments", f"{summary.segments:,} with repeats played out")
    table.add_row("", f"{summary.segments_in_tunes:,} different within their tune")
    table.add_row("", f"{summary.segments_overall:,} different overall")
    if summary.chorded:
        classes = " ".join(summary.chord_classes)
        table.add_row("chord classes", f"{classes}, {summary.chord_coverage:.1%} of the time")
    table.add_row("skipped", f"{len(summary.skipped):,}")
    for reason, count in summary.reasons.items():
        table.add_row("", f"{count:,}: {reason}")
    damaged = [tune for tune in summary.skipped if tune.damaged]
    for tune in summary.skipped if every else damaged[:_MOST_LISTED]:
        table.add_row("", f"{tune.source} {tune.title}: {tune.reason}")
    if len(damaged) > _MOST_LISTED and not every:
        table.add_row("", f"and {len(damaged) - _MOST_LISTED:,} more (--all lists them)")
    return table
