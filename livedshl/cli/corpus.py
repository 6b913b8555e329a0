"""`livedshl corpus`."""

import json

import click


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--minor", is_flag=True, help="Keep tunes in minor keys too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--all", "every", is_flag=True, help="Name every tune that is skipped.")
def corpus(paths: tuple[str, ...], minor: bool, as_json: bool, every: bool) -> None:
    """Show what can be learned from the tunes in PATH..., and what is skipped and why.

    PATH is a file or folder of ABC, MIDI or MusicXML tunes; music21:NAME is a collection that
    comes with music21, such as music21:oneills1850.
    """
    from rich.console import Console

    from livedshl.cli.status import StatusLine
    from livedshl.corpus import read_corpus
    from livedshl.corpus.summary import summarise, summary_table

    with StatusLine() as status:
        summary = summarise(read_corpus(paths, minor=minor, progress=status.progress))
    if as_json:
        click.echo(json.dumps(summary.as_json(), ensure_ascii=False))
    else:
        Console().print(summary_table(summary, every))
