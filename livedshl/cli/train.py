"""`livedshl train`."""

from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Any

import click

from livedshl.learning.settings import Method, NetworkShape, TrainingSettings

_SHAPE, _SETTINGS = NetworkShape(), TrainingSettings()

_OPTIONS = (
    click.option("-o", "--out", required=True, type=click.Path(path_type=Path, file_okay=False),
                 metavar="DIR", help="Folder of the new bundle."),
    click.option("--epochs", type=click.IntRange(1), default=_SETTINGS.epochs, show_default=True,
                 help="How many times all pairs of segments are learned from."),
    click.option("--method", type=click.Choice([method.value for method in Method]),
                 default=_SETTINGS.method.value, show_default=True,
                 help="What is learned: each pair for itself, as in the paper, or each true pair "
                 "against all others of its batch."),
    click.option("--length", type=click.IntRange(1, 64), default=_SHAPE.length, show_default=True,
                 help="Symbols of a code, the paper's L."),
    click.option("--symbols", type=click.IntRange(2, 256), default=_SHAPE.symbols,
                 show_default=True, help="Values of a symbol, the paper's K."),
    click.option("--hidden", type=click.IntRange(1), default=_SHAPE.hidden, show_default=True,
                 help="Size of the LSTMs."),
    click.option("--final-relu", is_flag=True,
                 help="A ReLU before the softmax: the paper to the letter, but worse codes."),
    click.option("--follow", type=click.Choice(["2", "4"]), default=str(_SETTINGS.follow_beats),
                 show_default=True,
                 help="Beats from a segment to the next: 2 overlaps them, 4 sets them end to end."),
    click.option("--batch", type=click.IntRange(2), default=_SETTINGS.batch_size,
                 show_default=True, help="Pairs learned from at a time."),
    click.option("--learning-rate", type=click.FloatRange(0, 1, min_open=True),
                 default=_SETTINGS.learning_rate, show_default=True,
                 help="Of the optimiser, Adam."),
    click.option("--balance", type=click.FloatRange(0), default=_SETTINGS.balance,
                 show_default=True, help="Weight of the bit-balancing term, the paper's alpha."),
    click.option("--seed", type=click.IntRange(0), default=_SETTINGS.seed, show_default=True,
                 help="Same seed, same codes."),
    click.option("--minor", is_flag=True, help="Learn from tunes in minor keys too."),
    click.option("--resume", is_flag=True, help="Go on where a training into DIR was stopped."),
)  # fmt: skip


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    return reduce(lambda decorated, option: option(decorated), reversed(_OPTIONS), command)


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@_options
def train(paths: tuple[str, ...], out: Path, minor: bool, resume: bool, **chosen: Any) -> None:
    """Learn codes from the tunes in PATH... and write a bundle to play from.

    The first Ctrl-C ends the training and writes the best codes so far.
    """
    from livedshl.cli.status import StatusLine
    from livedshl.learning.harmony import shipped_harmoniser
    from livedshl.learning.pipeline import train_bundle

    shape = NetworkShape(
        chosen["length"], chosen["symbols"], chosen["hidden"], chosen["final_relu"]
    )
    settings = TrainingSettings(
        method=Method(chosen["method"]),
        shape=shape,
        follow_beats=int(chosen["follow"]),
        epochs=chosen["epochs"],
        batch_size=chosen["batch"],
        learning_rate=chosen["learning_rate"],
        balance=chosen["balance"],
        seed=chosen["seed"],
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
