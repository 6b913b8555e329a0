"""`livedshl harmoniser`."""

from pathlib import Path

import click


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "-o", "--out", required=True, type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE", help="File of the new harmoniser.",
)  # fmt: skip
@click.option(
    "--holdout", type=click.IntRange(1), default=50, show_default=True,
    help="Tunes kept back to measure on.",
)  # fmt: skip
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True,
    help="Chooses which tunes are kept back.",
)  # fmt: skip
def harmoniser(paths: tuple[str, ...], out: Path, holdout: int, seed: int) -> None:
    """Learn to put chords to melodies from the chorded tunes in PATH...

    Prints how many chords of tunes kept back it finds; the file is learned from all but those, and
    but those that are the same tunes under other names.
    """
    from livedshl.cli.status import StatusLine
    from livedshl.learning.harmony import train_harmoniser

    with StatusLine() as status:
        figures = train_harmoniser(paths, out, holdout, seed, status.progress)
    click.echo(
        f"{out}: finds {figures.exact:.1%} of the chords of {figures.tunes} tunes kept back "
        f"({figures.hops} stretches of 2 beats; {figures.recurring} tunes that are those again "
        f"were left out), {figures.merged:.1%} with G = G7 and the like; "
        f"their commonest chord alone: {figures.most_common:.1%}"
    )
