"""`livedshl harmoniser`."""

from pathlib import Path

import click

from livedshl.cli.parameters import Number
from livedshl.cli.printing import say
from livedshl.cli.status import StatusLine
from livedshl.files import check_folder
from livedshl.learning.harmony import train_harmoniser


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "-o", "--out", required=True, type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE", help="File of the new harmoniser.",
)  # fmt: skip
@click.option(
    "--holdout", type=Number(1, whole=True), default=50, show_default=True, metavar="N",
    help="Tunes of each metre and mode kept back to measure on, at most a quarter of them.",
)  # fmt: skip
@click.option(
    "--seed", type=Number(0, whole=True), default=0, show_default=True, metavar="N",
    help="Chooses which tunes are kept back.",
)  # fmt: skip
def harmoniser(paths: tuple[str, ...], out: Path, holdout: int, seed: int) -> None:
    """Train the network that puts chords to melodies, on the chorded tunes in PATH...

    For each metre and mode it prints how many chords of the tunes kept back it finds: one chord
    for 2 beats in 4/4, for a bar in 3/4. Neither those tunes nor copies of them under other names
    are trained on.
    """
    check_folder(out.parent)
    with StatusLine() as status:
        by_kind, recurring = train_harmoniser(paths, out, holdout, seed, status.progress)
    for kind, figures in by_kind.items():
        say(
            f"{kind}: {figures.exact:.1%} of the chords of {figures.tunes} tunes kept back "
            f"({figures.hops} chords); {figures.merged:.1%} if G = G7 and the like; "
            f"{figures.most_common:.1%} with their commonest chord alone"
        )
    say(f"{out}: left out {recurring} copies of the tunes kept back")
