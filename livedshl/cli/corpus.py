"""`livedshl corpus`."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from livedshl.cli.console import PlainConsole
from livedshl.cli.options import cluster_option, force_option, kind_options, melody_option
from livedshl.cli.status import StatusLine, paged
from livedshl.corpus.account import KeyFrom
from livedshl.corpus.export import check_export_folder, export_tunes
from livedshl.corpus.library import stream_corpus
from livedshl.corpus.summary import CorpusSummary, summary_of
from livedshl.midi.tune_file import tune_midi
from livedshl.music import GRIDS, Mode
from livedshl.scores.tune_score import tune_score
from livedshl.work import crew_at

_MOST_LISTED = 100
_MOST_KINDS = 12  # of a list of names with their counts, without --all
_WRITERS = {".mid": tune_midi, ".musicxml": tune_score}


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@kind_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--all", "every", is_flag=True, help="List every tune, with what was read of it.")
@click.option(
    "--export",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write each tune into DIR as it was understood.",
)
@force_option
@melody_option
@cluster_option
def corpus(
    paths: tuple[str, ...],
    metre: str,
    minor: bool,
    as_json: bool,
    every: bool,
    folder: Path | None,
    force: bool,
    melody: str | None,
    cluster: str | None,
) -> None:
    """Show which tunes in PATH... can be learned from, and why others are skipped.

    PATH is a file or folder of ABC, MIDI or MusicXML tunes, or a collection that comes with
    music21, such as music21:oneills1850.

    --export writes every tune that can be read, kept or not, at its own pitch and with repeats
    played out: a MIDI file with the tracks Melody, Chords (as text) and Accompaniment, and a
    MusicXML file with the same parts. In the MIDI file a bar with a pickup begins with rests.
    DIR/index.json says how each tune was understood.

    What was read is remembered. If you stop it with Ctrl-C, the same command goes on from there.
    """
    if folder:
        check_export_folder(folder, force)
    with StatusLine() as status, crew_at(cluster) as crew:
        mode = Mode.MINOR if minor else Mode.MAJOR
        stream = stream_corpus(
            paths, grid=GRIDS[metre], mode=mode, progress=status.progress, crew=crew, melody=melody
        )
        if folder:
            exported = export_tunes(stream.tunes, folder, _WRITERS, overwrite=force)
            stream = replace(stream, tunes=exported)
        summary = summary_of(stream)
        if folder:
            status.tell(f"{folder}: {summary.readable:,} tunes written")
    if as_json:
        for part in summary.json_parts():
            click.echo(part, nl=False)
        click.echo()
    else:
        console, table = PlainConsole(), _table(summary, every)
        with paged(console, table.row_count):
            console.print(table)


def _table(summary: CorpusSummary, every: bool) -> Table:
    """The summary, with the tunes that are damaged, or with `every` tune."""
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
        table.add_row("chord classes", " ".join(summary.chord_classes))
        table.add_row("", f"{summary.chord_coverage:.1%} of the time, played as written")
    if summary.keys_guessed:
        table.add_row("keys", f"{summary.keys_guessed:,} guessed from the notes")
    _add_counts(table, "taken", summary.taken, every)
    _add_counts(table, "warnings", summary.warnings, every)
    table.add_row("skipped", f"{len(summary.skipped):,}")
    for reason, count in summary.reasons.items():
        table.add_row("", f"{count:,}: {reason}")
    if every:
        for tune in summary.read:
            table.add_row("", _line(tune))
        return table
    damaged = (tune for tune in summary.skipped if tune.damaged)
    for skipped in islice(damaged, _MOST_LISTED):
        table.add_row("", f"{skipped.source} {skipped.title}: {skipped.reason}")
    if (more := summary.tunes - summary.readable - _MOST_LISTED) > 0:
        table.add_row("", f"and {more:,} more (--all lists them)")
    return table


def _add_counts(table: Table, heading: str, counts: Mapping[str, int], every: bool) -> None:
    """Rows for names and how many tunes each is true of, the most frequent first."""
    shown = [*counts.items()][: None if every else _MOST_KINDS]
    for name, count in shown:
        table.add_row(heading, f"{count:,}: {name}")
        heading = ""
    if len(counts) > len(shown):
        table.add_row("", f"and {len(counts) - len(shown):,} more (--all lists them)")


def _line(tune: Mapping[str, Any]) -> str:
    """What was made of a tune."""
    number = f"#{tune['number']}" if tune["number"] else ""
    told = [f"{tune['source']}{number} {tune['title']}:"]
    if tune["reason"]:
        told.append(f"{'partly kept' if tune['kept'] else 'skipped'}, {tune['reason']}.")
    if "key" in tune:
        guess = " (guessed)" if tune["key_from"] == KeyFrom.GUESSED.value else ""
        told.append(f"{tune['metre']}, {tune['key']}{guess}, {tune['bars']} bars.")
        told += [f"Taken: {'; '.join(tune['taken'])}."] if tune["taken"] else []
        told += [f"Left: {', '.join(tune['left'])}."] if tune["left"] else []
        told += tune["warnings"]
    return " ".join(told)
