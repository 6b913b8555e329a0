"""`livedshl train`."""

from pathlib import Path

import click


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder of the new bundle.",
)
@click.option(
    "--epochs",
    type=click.IntRange(1),
    default=100,
    show_default=True,
    help="Times all pairs of segments are learned from.",
)
@click.option(
    "--length",
    type=click.IntRange(1, 64),
    default=8,
    show_default=True,
    help="Symbols of a code, the paper's L.",
)
@click.option(
    "--symbols",
    type=click.IntRange(2, 256),
    default=4,
    show_default=True,
    help="Values of a symbol, the paper's K.",
)
@click.option(
    "--follow",
    type=click.Choice(["2", "4"]),
    default="2",
    show_default=True,
    help="Beats from a segment to the next: 2 overlaps them, 4 sets them end to end.",
)
@click.option(
    "--hidden", type=click.IntRange(1), default=128, show_default=True, help="Size of the LSTMs."
)
@click.option(
    "--batch",
    type=click.IntRange(2),
    default=256,
    show_default=True,
    help="Pairs learned from at a time.",
)
@click.option(
    "--balance",
    type=click.FloatRange(0),
    default=0.1,
    show_default=True,
    help="Weight of the bit-balancing term, the paper's alpha.",
)
@click.option(
    "--final-relu/--no-final-relu",
    default=True,
    show_default=True,
    help="A ReLU before the softmax, as in the paper.",
)
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Same seed, same codes."
)
@click.option("--minor", is_flag=True, help="Learn from tunes in minor keys too.")
@click.option("--resume", is_flag=True, help="Go on where a training into DIR was stopped.")
def train(
    paths: tuple[str, ...],
    out: Path,
    epochs: int,
    length: int,
    symbols: int,
    follow: str,
    hidden: int,
    batch: int,
    balance: float,
    final_relu: bool,
    seed: int,
    minor: bool,
    resume: bool,
) -> None:  # fmt: skip
    """Learn codes from the tunes in PATH... and write a bundle to play from.

    The first Ctrl-C ends the training and writes the best codes so far.
    """
    from livedshl.cli.status import StatusLine
    from livedshl.learning.harmony import shipped_harmoniser
    from livedshl.learning.networks import NetworkShape
    from livedshl.learning.pipeline import train_bundle
    from livedshl.learning.settings import TrainingSettings

    settings = TrainingSettings(
        shape=NetworkShape(length, symbols, hidden, final_relu),
        follow_beats=int(follow),
        epochs=epochs,
        batch_size=batch,
        balance=balance,
        seed=seed,
    )
    with StatusLine() as status:
        result = train_bundle(
            paths,
            out,
            settings,
            minor=minor,
            resume=resume,
            harmoniser=shipped_harmoniser(),
            progress=status.progress,
        )
    best = result.history[result.best_epoch]
    click.echo(
        f"{out}: best of {len(result.history) - 1} epochs is {best.epoch}, "
        f"Hamming {best.validation_positive:.2f} of pairs that follow, "
        f"{best.validation_negative:.2f} of others, {best.distinct_codes} different codes"
    )
    if not result.finished and result.resumable:
        click.echo("Stopped early; the same command with --resume goes on.")
