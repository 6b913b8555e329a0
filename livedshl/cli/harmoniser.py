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
    help="Tunes of each metre and mode kept back to measure on; at most a quarter of them.",
)  # fmt: skip
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True,
    help="Chooses which tunes are kept back.",
)  # fmt: skip
def harmoniser(paths: tuple[str, ...], out: Path, holdout: int, seed: int) -> None:
    """Learn to put chords to melodies from the chorded tunes in PATH...

    Prints, for each metre and mode, how many chords of tunes kept back it finds, one for each
    stretch of 2 beats in 4/4 and of one bar in 3/4, say. The file is learned from all but those
    tunes, and but those that are the same under other names.
    """
    from livedshl.cli.status import StatusLine
    from livedshl.files import check_folder
    from livedshl.learning.harmony import train_harmoniser

    check_folder(out.parent)
    with StatusLine() as status:
        by_kind, recurring = train_harmoniser(paths, out, holdout, seed, status.progress)
    for kind, figures in by_kind.items():
        click.echo(
            f"{kind}: finds {figures.exact:.1%} of the chords of {figures.tunes} tunes kept back "
            f"({figures.hops} stretches), {figures.merged:.1%} with G = G7 and the like; their "
            f"commonest chord alone: {figures.most_common:.1%}"
        )
    click.echo(f"{out}: {recurring} tunes that are those again were left out.")
